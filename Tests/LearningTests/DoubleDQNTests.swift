import Environments
import Learning
import LinearAlgebra
import NeuralNetworks
import Optimization
import Testing

@Suite(.serialized) struct DoubleDQNTests {
  /// Small, quick settings; tests change what they are about.
  private func small(_ change: (inout DoubleDQNConfiguration) -> Void = { _ in }) -> DoubleDQNConfiguration {
    var configuration = DoubleDQNConfiguration(
      hidden: [64], learningRate: .linear(from: 2e-3, to: 2e-4), discount: 0.9, nStep: 1, batchSize: 64,
      replayCapacity: 20_000, warmupSteps: 1000, environmentStepsPerUpdate: 8, targetUpdate: .polyak(0.02),
      epsilon: .linear(from: 1, to: 0.1, until: 0.6), seed: 5)
    change(&configuration)
    return configuration
  }

  @Test("Two branches learn to name two digits", arguments: Aggregation.allCases)
  func twoBranchesLearnToNameTwoDigits(head: Aggregation) throws {
    let lanes = VectorEnvironment(count: 32, seed: 1) { IdentityWorld() }
    let learner = DoubleDQN(environments: lanes, configuration: small { $0.head = head })
    #expect(learner.evaluate(episodes: 500).mean < 1.5)
    try learner.train(steps: 16_000)
    let summary = learner.evaluate(episodes: 500)
    #expect(summary.mean == 2)
    #expect(summary.lengths.allSatisfy { $0 == 1 })
  }

  /// Without a state value of their own, or with targets of plain DQN, the branches learn the same.
  @Test(
    "Every switch of the learner learns", arguments: Aggregation.allCases, [(false, true), (true, false)])
  func everySwitchLearns(head: Aggregation, switches: (isDueling: Bool, isDouble: Bool)) throws {
    let lanes = VectorEnvironment(count: 32, seed: 1) { IdentityWorld() }
    let learner = DoubleDQN(
      environments: lanes,
      configuration: small {
        $0.head = head
        $0.isDueling = switches.isDueling
        $0.isDouble = switches.isDouble
      })
    try learner.train(steps: 16_000)
    #expect(learner.evaluate(episodes: 500).mean == 2)
  }

  /// Forbidden choices are played neither in the warm-up nor in exploration nor by the policy.
  @Test(arguments: Aggregation.allCases) func masksHoldFromTheFirstStepOn(head: Aggregation) throws {
    let lanes = VectorEnvironment(count: 32, seed: 1) { MaskedWorld() }
    let learner = DoubleDQN(
      environments: lanes,
      configuration: small {
        $0.head = head
        $0.explorationWidth = head == .additive ? 2 : nil
      })
    try learner.train(steps: 16_000)
    // A forbidden choice would end the process; the best allowed choices pay 4 and 5.
    #expect(learner.evaluate(episodes: 200).mean == 9)
  }

  /// Worths are learned, and weighed against costs that were never seen before.
  @Test func aSpendCapHoldsInPlayExplorationAndTargets() throws {
    let task = CheckedKnapsack(task: KnapsackTask(branchSizes: [4, 3, 5]))
    let lanes = VectorEnvironment(count: 32, seed: 1) { task }
    let learner = DoubleDQN(
      environments: lanes,
      configuration: small {
        $0.head = .additive
        $0.spendCap = true
        $0.discount = 0
      })
    try learner.train(steps: 16_000)
    let columns = SpendColumns(costs: 0..<12, budget: 12)
    #expect(learner.policy.shape.layout.spend == columns)
    let knapsack = MultipleChoiceKnapsack(branchSizes: [4, 3, 5])
    let best = evaluate(task, episodes: 500, seed: 5) { observations, actions in
      let limits = columns.limits(observations)
      for row in 0..<observations.rows {
        knapsack.solve(
          values: task.task.worths, costs: limits.costs.row(row), budget: limits.budgets[row, 0],
          into: actions + row * 3)
      }
    }
    // An action above the budget would have ended the process.
    #expect(learner.evaluate(episodes: 500, seed: 5).mean > 0.98 * best.mean)
  }

  @Test func whatDoesNotFitAnEnvironmentIsNamed() {
    func fault(_ problem: some Environment, _ change: (inout DoubleDQNConfiguration) -> Void) -> String {
      var configuration = DoubleDQNConfiguration()
      change(&configuration)
      return configuration.fault(for: problem) ?? ""
    }
    let wide = IdentityTask(branchSizes: Array(repeating: 16, count: 9))
    #expect(fault(wide) { $0.head = .joint }.hasPrefix("A joint head has an output for each combination"))
    #expect(fault(PriorWorld()) { $0.head = .joint }.hasPrefix("A joint head takes no prior"))
    let task = KnapsackTask(branchSizes: [2, 2])
    for head in [Aggregation.branching, .joint] {
      let text = fault(task) {
        $0.head = head
        $0.spendCap = true
      }
      #expect(text.contains("needs the additive head"))
    }
    let costless = fault(wide) {
      $0.head = .additive
      $0.spendCap = true
    }
    #expect(costless.hasPrefix("A spend cap needs observations that name costs"))
    #expect(fault(task) { $0.head = .joint } == "")
  }

  @Test("A chain's values are those of value iteration", arguments: [1, 3])
  func aChainsValuesAreThoseOfValueIteration(nStep: Int) throws {
    // Windows of three steps follow the exploring play, so their values are optimal only where it is greedy.
    let configuration = small {
      $0.nStep = nStep
      $0.rewardScale = .constant(1)
      $0.epsilon = nStep == 1 ? 0.5 : .linear(from: 1, to: 0, until: 0.3)
      $0.replayCapacity = nStep == 1 ? 20_000 : 4000
    }
    let lanes = VectorEnvironment(count: 16, seed: 2) { Chain() }
    let learner = DoubleDQN(environments: lanes, configuration: configuration)
    try learner.train(steps: 40_000)
    let q = values(
      of: learner.policy,
      observations: (0..<6).flatMap { place in
        (0..<6).map { $0 == place ? 1 : 0 }
      })
    for (place, expected) in Chain.optimalQ(discount: 0.9).enumerated() {
      #expect((q[2 * place + 1] > q[2 * place]) == (expected[1] > expected[0]))
      // A greedy player visits only the better choice, so only that one's value is exact.
      for choice in 0..<2 where nStep == 1 || expected[choice] >= expected[1 - choice] {
        #expect(abs(Double(q[2 * place + choice]) - expected[choice]) < 0.03)
      }
    }
  }

  @Test("Truncation bootstraps, at any window", arguments: [1, 2, 5])
  func truncationBootstraps(nStep: Int) throws {
    let configuration = small {
      $0.nStep = nStep
      $0.rewardScale = .constant(0.5)
      $0.discount = 0.8
      $0.targetUpdate = .polyak(0.05)
      $0.epsilon = nStep == 1 ? 0.5 : 0.0
    }
    let lanes = VectorEnvironment(count: 16, seed: 2) { Endless() }
    let learner = DoubleDQN(environments: lanes, configuration: configuration)
    try learner.train(steps: 24_000)
    let q = values(of: learner.policy, observations: [-1, 1])
    #expect(abs(q[1] - 5) < 0.1 && abs(q[3] - 5) < 0.1)
    if nStep == 1 { #expect(abs(q[0] - 4) < 0.1 && abs(q[2] - 4) < 0.1) }
  }

  /// A policy at random lasts some 22 steps.
  @Test func cartPoleIsBalanced() throws {
    let lanes = VectorEnvironment(count: 16, seed: 1) { CartPole() }
    let learner = DoubleDQN(
      environments: lanes,
      configuration: DoubleDQNConfiguration(
        hidden: [64, 64], learningRate: .linear(from: 1e-3, to: 1e-4), batchSize: 64, replayCapacity: 20_000,
        warmupSteps: 5000, environmentStepsPerUpdate: 8, targetUpdate: .hard(every: 200),
        epsilon: .linear(from: 1, to: 0.05, until: 0.3)))
    #expect(learner.evaluate(episodes: 200).mean < 60)
    try learner.train(steps: 100_000)
    #expect(learner.evaluate(episodes: 200).mean > 300)
  }

  @Test func theAutomaticRewardScaleMakesDiscountedReturnsVaryByOne() throws {
    // One-step episodes of reward 0, 1 or 2 under random play: the variance is 1/3 · 2/3 + 1/4 · 3/4.
    let lanes = VectorEnvironment(count: 100, seed: 1) { IdentityWorld() }
    let learner = DoubleDQN(environments: lanes, configuration: small { $0.warmupSteps = 20_000 })
    #expect(learner.rewardScale == 1 && learner.normalizer == nil)
    try learner.train(steps: 20_000)
    #expect(abs(learner.rewardScale - 1 / Float(2.0 / 9 + 3.0 / 16).squareRoot()) < 0.05)
    // Column 0 is 1 in a third of the states.
    #expect(abs((learner.normalizer?.means[0] ?? 0) - 1.0 / 3) < 0.02)
    #expect(abs((learner.normalizer?.deviations[0] ?? 0) - Float(2.0 / 9).squareRoot()) < 0.02)
  }

  @Test func theFirstPolicyPlaysThePriorAndTrainingCorrectsIt() throws {
    let lanes = VectorEnvironment(count: 32, seed: 1) { PriorWorld() }
    let learner = DoubleDQN(
      environments: lanes,
      configuration: small {
        $0.epsilon = 0.3
        $0.explorationWidth = 3
      })
    #expect(learner.evaluate(episodes: 500).mean == 1)
    // The end of the warm-up fixes the normaliser; a single update later the prior still decides.
    try learner.train(steps: 1000)
    #expect(learner.updates <= 4)
    #expect(learner.evaluate(episodes: 500).mean == 1)
    try learner.train(steps: 16_000)
    #expect(learner.evaluate(episodes: 500).mean == 2)
  }

  @Test func equalSeedsGiveBitIdenticalWeightsAtAnyNumberOfThreads() throws {
    func weights(threads: Int, seed: UInt64) throws -> [Float] {
      let lanes = VectorEnvironment(count: 300, seed: 3) { CartPole() }
      let learner = DoubleDQN(
        environments: lanes,
        configuration: small {
          $0.hidden = [64, 64]
          $0.nStep = 3
          $0.batchSize = 256
          $0.environmentStepsPerUpdate = 60
          $0.warmupSteps = 3000
          $0.threads = threads
          $0.seed = seed
        })
      try learner.train(steps: 9000)
      #expect(learner.updates > 90)
      return learner.policy.weights
    }
    let one = try weights(threads: 1, seed: 5)
    #expect(try one == weights(threads: 2, seed: 5))
    #expect(try one == weights(threads: 3, seed: 5))
    #expect(try one != weights(threads: 1, seed: 6))
  }

  @Test func trainingInPiecesIsTrainingAtOnce() throws {
    let configuration = small { $0.scheduleSteps = 6400 }
    let lanes = VectorEnvironment(count: 32, seed: 1) { Chain() }
    let whole = DoubleDQN(environments: lanes, configuration: configuration)
    try whole.train(steps: 6400)
    let again = VectorEnvironment(count: 32, seed: 1) { Chain() }
    let pieces = DoubleDQN(environments: again, configuration: configuration)
    for _ in 0..<4 { try pieces.train(steps: 1600) }
    #expect(whole.policy == pieces.policy)
    #expect(whole.episodes == pieces.episodes)
  }

  @Test func progressIsReportedAndTrainingStopsWhenTold() throws {
    let lanes = VectorEnvironment(count: 32, seed: 1) { Chain() }
    let learner = DoubleDQN(environments: lanes, configuration: small())
    var reports: [TrainingProgress] = []
    try learner.train(steps: 10_000, progressInterval: 500) { progress in
      reports.append(progress)
      return reports.count == 6 ? .stop : .proceed
    }
    #expect(reports.map(\.steps) == [512, 1024, 1536, 2048, 2560, 3072])
    #expect(learner.steps == 3072)
    #expect(reports[0]["loss"]?.isNaN == true && reports[0].updates == 0)
    #expect(reports.allSatisfy { $0.totalSteps == 10_000 && $0.meanReturn != nil })
    #expect(reports[5].updates == learner.updates && reports[5].episodes == learner.episodes)
    #expect(try #require(reports[5]["loss"]) > 0 && #require(reports[5]["gradient_norm"]) > 0)
    #expect(try abs(#require(reports[5]["exploration_rate"]) - (1 - 0.9 * 3040 / 6000)) < 1e-5)
  }

  @Test func divergenceIsAnError() throws {
    let lanes = VectorEnvironment(count: 32, seed: 1) { Chain() }
    let learner = DoubleDQN(
      environments: lanes, configuration: small { $0.rewardScale = .constant(.greatestFiniteMagnitude) })
    let loss = try #require(divergence(of: learner))
    #expect(!loss.isFinite)
    #expect(learner.steps == 1024 && learner.updates == 0)
    // The broken update was not done: the policy is the last good one.
    #expect(learner.policy.weights.allSatisfy { $0.isFinite })
  }

  @Test func anExplodingLossIsAnError() throws {
    let lanes = VectorEnvironment(count: 32, seed: 1) { Chain() }
    let learner = DoubleDQN(
      environments: lanes,
      configuration: small {
        $0.rewardScale = .constant(1e4)
        $0.maximumLoss = 100
      })
    let before = learner.policy.weights
    let loss = try #require(divergence(of: learner))
    #expect(loss > 100 && loss.isFinite)
    // Nothing was learned from what exploded: the policy is the last good one.
    #expect(learner.updates == 0 && learner.policy.weights == before)
  }

  /// The loss with which training ends at its first update.
  private func divergence(of learner: DoubleDQN<Chain>) -> Float? {
    do throws(TrainingError) {
      try learner.train(steps: 10_000)
      Issue.record("Nothing was thrown.")
    } catch {
      if case .diverged(step: 1024, let loss) = error { return loss }
      Issue.record(error)
    }
    return nil
  }

  @Test func aCheckpointGoesOnReproducibly() throws {
    let configuration = small { $0.scheduleSteps = 16_000 }
    let lanes = VectorEnvironment(count: 32, seed: 1) { IdentityWorld() }
    let learner = DoubleDQN(environments: lanes, configuration: configuration)
    try learner.train(steps: 8000)
    let checkpoint = try #require(learner.checkpoint)

    func resumed() throws -> (Policy, Policy, Int) {
      let lanes = VectorEnvironment(count: 32, seed: 2) { IdentityWorld() }
      let learner = DoubleDQN(resuming: checkpoint, environments: lanes, configuration: configuration)
      #expect(learner.checkpoint == checkpoint)
      let before = learner.policy
      try learner.train(steps: 9000)
      #expect(learner.evaluate(episodes: 300).mean == 2)
      return (before, learner.policy, learner.updates)
    }
    let first = try resumed()
    let second = try resumed()
    #expect(first.0 == learner.policy)
    #expect(first.1 == second.1)
    // Updates pause until the ring has been filled by the length of a warm-up.
    #expect(first.2 == checkpoint.updates + 1004)
    #expect(first.1.trainingSteps == 8000 + 9024)
  }

  private func values(of policy: Policy, observations: [Float]) -> [Float] {
    let size = policy.shape.observationSize
    let rows = Matrix(rows: observations.count / size, columns: size, observations)
    let q = Matrix(rows: rows.rows, columns: policy.shape.choiceCount)
    PolicyRunner(policy, maximumBatch: rows.rows).qValues(observations: rows.view, into: q.view)
    return q.elements
  }
}
