import Learning
import LinearAlgebra
import Testing

@Suite struct WeaklyCoupledDQNTests {
  private var small: WeaklyCoupledConfiguration {
    var configuration = WeaklyCoupledConfiguration()
    configuration.hidden = [32, 16]
    configuration.passes = 20
    configuration.lanes = 64
    configuration.replayedPasses = 10
    configuration.updatesPerPass = 60
    configuration.batchStates = 64
    configuration.learningRate = 3e-3
    configuration.calibrationEpisodes = 8
    configuration.optimism = 0
    configuration.information = 0
    configuration.searchGenerations = 0
    return configuration
  }

  @Test("A lane without money has no price that calibration could follow")
  func drainedLanesDoNotMoveThePrice() {
    // The first step costs all there is, as an untrained network cannot know; then the search raises the price without end.
    let problem = KnownCurves(
      gains: [[0, 1]], costs: [[0, 1]], traffic: [1, 1, 1, 1, 1, 1], budget: 1, told: 1)
    var configuration = WeaklyCoupledConfiguration()
    (configuration.lanes, configuration.calibrationEpisodes) = (4, 4)
    let learner = WeaklyCoupledDQN(problem, configuration: configuration, seed: 1)
    #expect(learner.policy.schedules[0].priceOffsets.allSatisfy { abs($0) < 0.01 })
  }

  /// A network that takes what is spent later for a third more than it is finds prices that are too high until the last steps, and
  /// each about as much too high as the next; in a problem without chance one price should be played all day.
  @Test func calibrationMakesUpForAnErrorThatLastsAllDay() {
    let levels = (0..<16).map { Float($0) / 15 }
    let problem = KnownCurves(
      gains: [levels.map { $0.squareRoot() }], costs: [levels],
      traffic: [Float](repeating: 1, count: 48), budget: 48 * 0.3, told: 1)
    var configuration = small
    configuration.calibrationRounds = 4
    let trained = WeaklyCoupledDQN(problem, configuration: configuration, seed: 8)
    while !trained.isDone { trained.advance() }
    let right = trained.uncalibratedPolicy.correcting(0)
    var weights = right.weights
    weights[weights.count - 1] += 0.1
    let biased = WeaklyCoupledPolicy(
      shape: right.shape, weights: weights, priceCenter: 0, featureNames: right.featureNames)
    (configuration.passes, configuration.updatesPerPass) = (1, 0)
    let learner = WeaklyCoupledDQN(problem, configuration: configuration, seed: 8, startingFrom: biased)
    let before = problem.played(learner.uncalibratedPolicy, budget: problem.budget)
    let after = problem.played(learner.policy, budget: problem.budget)
    /// But for the last steps, whose prices whole levels decide.
    func spread(_ prices: [Float]) -> Float {
      (prices.dropLast(3).max() ?? 0) - (prices.dropLast(3).min() ?? 0)
    }
    let best = 48 * Float(0.3).squareRoot()
    #expect(spread(before.prices) > 0.4 && before.gain < 0.99 * best)
    #expect(spread(after.prices) < 0.05 && after.gain > 0.995 * best)
  }

  /// One training, four budgets: each within 4 % of what dynamic programming gains with that budget.
  @Test func playsEveryBudgetOfAKnownProblemLikeDynamicProgramming() {
    let problem = KnownCurves.three
    let learner = WeaklyCoupledDQN(problem, configuration: small, seed: 1)
    while !learner.isDone { learner.advance() }
    let policy = learner.policy
    for budget in [1, 2, 4, 8] as [Float] {
      let (played, best) = (problem.played(policy, budget: budget), problem.best(budget: budget))
      #expect(played.spend <= budget * 1.0001)
      #expect(played.gain >= 0.96 * best, "\(budget): \(played.gain) of \(best)")
      // Dynamic programming plays whole levels within the money; a last level cut short may gain a little more.
      #expect(played.gain <= 1.05 * best)
    }
  }

  @Test func anUntrainedNetworkPlaysItsForecasts() {
    var problem = KnownCurves.three
    problem.told = 1
    var configuration = small
    configuration.priceCenter = 0
    let policy = WeaklyCoupledDQN(problem, configuration: configuration, seed: 2).uncalibratedPolicy
    let runner = WeaklyCoupledRunner(policy, lanes: 1, channels: 3)
    let rows = Matrix(rows: 3, columns: problem.columns.count)
    let block = problem.makeBlock(lanes: 0..<1, seed: 0, budget: 1)
    block.startEpisode()
    block.observe(into: rows.view)
    let q = Matrix(rows: 3, columns: 4)
    let spend = Matrix(rows: 3, columns: 4)
    runner.values(rows: rows.view, logPrices: [0], q: q.view, spendToGo: spend.view)
    for channel in 0..<3 {
      for level in 0..<4 {
        let (gain, cost) = (problem.gains[channel][level], problem.costs[channel][level])
        #expect(abs(q[channel, level] - 0.5 * (gain - cost)) < 1e-6)
        #expect(abs(spend[channel, level] - 0.5 * cost) < 1e-6)
      }
    }
  }

  @Test func aMaskedChannelIsNeverPlayed() {
    var problem = KnownCurves.three
    problem.masked = 2
    var configuration = small
    configuration.passes = 4
    let learner = WeaklyCoupledDQN(problem, configuration: configuration, seed: 3)
    while !learner.isDone { learner.advance() }
    // Without the best channel, no more can be gained than the others have at their highest levels.
    let most = problem.traffic.reduce(0, +) * (1 + 0.45)
    #expect(problem.played(learner.uncalibratedPolicy, budget: 100).gain <= most * 1.0001)
  }

  @Test func equalSeedsGiveEqualBitsOnAnyNumberOfThreads() throws {
    var configuration = small
    configuration.passes = 2
    configuration.updatesPerPass = 8
    configuration.batchStates = 128
    (configuration.searchGenerations, configuration.searchCandidates, configuration.searchEpisodes) = (
      2, 4, 128
    )
    let weights = try [1, 2, 3].map { threads in
      let learner = WeaklyCoupledDQN(
        KnownCurves.three, configuration: configuration, seed: 4, threads: threads)
      try learner.train()
      return learner.policy
    }
    #expect(weights[0] == weights[1] && weights[0] == weights[2])
    let other = WeaklyCoupledDQN(KnownCurves.three, configuration: configuration, seed: 5)
    while !other.isDone { other.advance() }
    #expect(other.uncalibratedPolicy.weights != weights[0].weights)
  }

  /// A search plays on, tells how far it is, and ends with a schedule for each of five budgets; where it is stopped, the calibrated
  /// policy stands.
  @Test func theSearchTellsHowFarItIsAndCanBeStopped() throws {
    var configuration = small
    configuration.passes = 2
    configuration.updatesPerPass = 8
    (configuration.searchGenerations, configuration.searchCandidates, configuration.searchEpisodes) = (
      3, 4, 64
    )
    var problem = KnownCurves.three
    problem.told = 1
    func trained(stoppingAt limit: Double) throws -> (shares: [Double], policy: WeaklyCoupledPolicy) {
      let learner = WeaklyCoupledDQN(problem, configuration: configuration, seed: 6)
      var shares: [Double] = []
      try learner.train(steps: 1_000_000, progressInterval: nil) { progress in
        shares.append(progress["searched"] ?? .nan)
        return shares[shares.count - 1] > limit ? .stop : .proceed
      }
      return (shares, learner.policy)
    }
    let (shares, policy) = try trained(stoppingAt: 2)
    #expect(shares.count == 2 + 22 && shares.last == 1)
    #expect(zip(shares, shares.dropFirst()).allSatisfy { $0 <= $1 })
    #expect(policy.schedules.count == 5)
    let (stopped, early) = try trained(stoppingAt: 0.3)
    #expect(stopped.count < shares.count && early.schedules.count == 1)
    #expect(early.schedules[0].priceOffsets.count == KnownCurves.three.steps)
  }

  /// Where forecasts are right, wrong corrections are dropped by the search; where there are none, corrections are all there is.
  @Test(arguments: [0, 1] as [Float])
  func correctionsArePlayedWhereTheyGain(told: Float) throws {
    var problem = KnownCurves.three
    problem.told = told
    let trained = WeaklyCoupledDQN(problem, configuration: small, seed: 7)
    while !trained.isDone { trained.advance() }
    var policy = trained.uncalibratedPolicy
    if told == 1 {
      // Gains of the levels appear to be a half more and a half less in turn.
      let (levels, count) = (problem.columns.levels, policy.weights.count)
      var weights = policy.weights
      for level in 0..<levels { weights[count - 2 * levels - 1 + level] = level % 2 == 0 ? 0.5 : -0.5 }
      policy = WeaklyCoupledPolicy(
        shape: policy.shape, weights: weights, priceCenter: 0, featureNames: policy.featureNames)
    }
    var configuration = small
    (configuration.passes, configuration.updatesPerPass) = (1, 0)
    (configuration.searchGenerations, configuration.searchCandidates, configuration.searchEpisodes) = (
      1, 2, 64
    )
    let learner = WeaklyCoupledDQN(problem, configuration: configuration, seed: 7, startingFrom: policy)
    try learner.train()
    let isAsWanted = learner.policy.weights == policy.correcting(told == 1 ? 0 : 1).weights
    #expect(isAsWanted)
  }
}
