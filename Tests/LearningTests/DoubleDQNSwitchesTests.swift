import Environments
import Learning
import LinearAlgebra
import NeuralNetworks
import Testing

/// Noisy layers and quantiles as switches of the whole learner.
@Suite(.serialized) struct DoubleDQNSwitchesTests {
  private func learner<E: ScalarEnvironment>(
    _ environment: E, threads: Int? = nil, _ change: (inout DoubleDQNConfiguration) -> Void
  ) -> DoubleDQN<E> {
    var configuration = DoubleDQNConfiguration(
      hidden: [64], learningRate: .linear(from: 2e-3, to: 2e-4), discount: 0.9, nStep: 1, batchSize: 64,
      replayCapacity: 20_000, warmupSteps: 1000, environmentStepsPerUpdate: 8, targetUpdate: .polyak(0.02),
      epsilon: .linear(from: 1, to: 0.1, until: 0.6), threads: threads, seed: 5)
    change(&configuration)
    return DoubleDQN(
      environments: VectorEnvironment(count: 32, seed: 1) { environment }, configuration: configuration)
  }

  @Test(
    "Noise and quantiles learn, with any head and at any number of threads",
    arguments: [Aggregation.branching, .additive],
    [(0.5, 0), (0, 20), (0.3, 10)] as [(Float, Int)])
  func noiseAndQuantilesLearn(head: Aggregation, switches: (noise: Float, quantiles: Int)) throws {
    func train(threads: Int) throws -> Policy {
      let learner = learner(IdentityWorld(), threads: threads) {
        $0.head = head
        $0.noise = switches.noise
        $0.quantiles = switches.quantiles
        $0.batchSize = 128
      }
      try learner.train(steps: 16_000)
      #expect(learner.evaluate(episodes: 500).mean == 2)
      #expect(learner.policy == learner.policy)
      return learner.policy
    }
    #expect(try train(threads: 1) == train(threads: 3))
  }

  /// Safe pays 1; the gamble pays anything from −1 to 4: 1.5 on the average, −0.375 in the worst quarter of cases.
  private struct Gamble: ScalarEnvironment {
    var observationLayout: ObservationLayout { ObservationLayout(size: 1) }
    var actionSpace: ActionSpace { ActionSpace(branchSizes: [2]) }
    func makeState(stream: inout RandomStream) -> Int { 0 }
    func observe(_ state: Int, into row: inout MutableSpan<Float>) { row[0] = 1 }
    func step(_ state: inout Int, action: Span<Int32>, stream: inout RandomStream) -> ScalarStep {
      ScalarStep(reward: action[0] == 0 ? 1 : 5 * stream.uniform() - 1, terminated: true)
    }
  }

  @Test("Who looks at the worst outcomes alone does not gamble", arguments: [true, false])
  func theCautiousDoNotGamble(dueling: Bool) throws {
    for (risk, choice, value) in [(1, 1, 1.5), (0.25, 0, 1)] as [(Float, Int, Float)] {
      let learner = learner(Gamble()) {
        $0.quantiles = 20
        $0.risk = risk
        $0.isDueling = dueling
        $0.rewardScale = .constant(1)
        $0.huberThreshold = 0.1
        $0.epsilon = 0.5
      }
      try learner.train(steps: 30_000)
      let q = Matrix(rows: 1, columns: 2)
      let observation = Matrix(rows: 1, columns: 1, [1])
      PolicyRunner(learner.policy, maximumBatch: 1).qValues(observations: observation.view, into: q.view)
      #expect((q[0, 1] > q[0, 0]) == (choice == 1))
      #expect(abs(q[0, choice] - value) < 0.2)
      #expect(abs(q[0, 1] - (risk == 1 ? 1.5 : -0.375)) < 0.25)
    }
  }

  /// A chain of steps: bootstrapped quantiles have the means of value iteration.
  @Test("Quantiles' means are the values of value iteration", arguments: [true, false])
  func meansAreThoseOfValueIteration(double: Bool) throws {
    let learner = learner(Chain()) {
      $0.quantiles = 8
      $0.isDouble = double
      $0.rewardScale = .constant(1)
      $0.epsilon = 0.5
      $0.huberThreshold = 0.1
    }
    try learner.train(steps: 40_000)
    let rows = Matrix(rows: 6, columns: 6, (0..<36).map { $0 % 7 == 0 ? 1 : 0 })
    let q = Matrix(rows: 6, columns: 2)
    PolicyRunner(learner.policy, maximumBatch: 6).qValues(observations: rows.view, into: q.view)
    for (place, expected) in Chain.optimalQ(discount: 0.9).enumerated() {
      for choice in 0..<2 { #expect(abs(Double(q[place, choice]) - expected[choice]) < 0.05) }
    }
  }

  @Test("A checkpoint goes on reproducibly", arguments: [(0.5, 0), (0.5, 10)] as [(Float, Int)])
  func aCheckpointGoesOnReproducibly(switches: (noise: Float, quantiles: Int)) throws {
    func change(_ configuration: inout DoubleDQNConfiguration) {
      configuration.noise = switches.noise
      configuration.quantiles = switches.quantiles
      configuration.scheduleSteps = 8000
    }
    let first = learner(Chain(), change)
    try first.train(steps: 4000)
    let (checkpoint, policy, configuration) = (
      try #require(first.checkpoint), first.policy, first.configuration
    )
    let policies = try (0..<2).map { _ in
      let resumed = DoubleDQN(
        resuming: checkpoint, environments: VectorEnvironment(count: 32, seed: 2) { Chain() },
        configuration: configuration)
      #expect(resumed.checkpoint == checkpoint)
      #expect(resumed.policy == policy)
      try resumed.train(steps: 3000)
      return resumed.policy
    }
    #expect(policies[0] == policies[1] && policies[0] != policy)
  }

  @Test func whatDoesNotFitIsNamed() {
    var configuration = DoubleDQNConfiguration(risk: 0.5)
    #expect(configuration.fault(for: Chain())?.contains("needs quantiles") == true)
    configuration.quantiles = 100
    #expect(configuration.fault(for: Chain()) == nil)
    configuration.head = .joint
    #expect(configuration.fault(for: Chain())?.contains("joint head") == true)
    (configuration.quantiles, configuration.risk, configuration.noise) = (0, 1, 0.5)
    #expect(configuration.fault(for: Chain())?.contains("joint head") == true)
    (configuration.quantiles, configuration.head, configuration.noise) = (100, .branching, 0)
    let wide = IdentityTask(branchSizes: [1 << 20])
    #expect(configuration.fault(for: wide)?.contains("fewer quantiles") == true)
  }
}
