import Environments
import LinearAlgebra

extension WeaklyCoupledDQN: Learner {
  /// Makes all passes that are left, and searches for how to explore.
  ///
  /// - Throws: `TrainingError.diverged` when the loss is not finite.
  public func train() throws(TrainingError) {
    try train(steps: configuration.environmentSteps(episodeLength: environment.steps) - steps)
  }

  /// Makes passes until at least `steps` environment steps more were played, or all passes were made; after the last, searches for
  /// how to explore. Reports after each pass and generation, however long the interval.
  public func train(
    steps: Int, progressInterval: Int?, onProgress: (TrainingProgress) -> TrainingDirective
  ) throws(TrainingError) {
    let pass = configuration.lanes * environment.steps
    let end = self.steps + (steps + pass - 1) / pass * pass
    func report(searched: Double, gain: Double?) -> TrainingDirective {
      onProgress(
        TrainingProgress(
          steps: self.steps, totalSteps: min(end, configuration.passes * pass),
          episodes: passes * configuration.lanes, meanReturn: gain, learningRate: learningRate,
          updates: passes * configuration.updatesPerPass,
          metrics: [.init("loss", loss), .init("searched", searched)]))
    }
    while self.steps < end, !isDone {
      advance()
      guard loss.isFinite else { throw .diverged(step: self.steps, loss: Float(loss)) }
      if report(searched: 0, gain: nil) == .stop { return }
      if isDone { prepareToPlay { report(searched: $0, gain: $1) } }
    }
  }

  /// The mean gain of episodes that the calibrated policy plays under the budget.
  ///
  /// - Parameters:
  ///   - episodes: how many episodes to play.
  ///   - seed: decides their randomness, by way of `evaluationSeed`; training never meets them.
  public func score(episodes: Int, seed: UInt64) -> Double {
    let lanes = min(64, episodes)
    // The same pieces however many threads there are, so that sums are.
    let pieces = stride(from: 0, to: lanes, by: 16).map { $0..<min($0 + 16, lanes) }
    let gains = pool.map(pieces.count) { piece in
      Double(pieces[piece].count)
        * playUnderBudget(
          policy, lanes: pieces[piece], episodes: (episodes + 63) / 64, seed: evaluationSeed(seed)
        ).gain
    }
    return gains.reduce(0, +) / Double(lanes)
  }

  /// Plays episodes under the budget: the mean price of money played by step, and the mean gain of an episode.
  ///
  /// A lane that has little left for its time has no price: the search would raise it without end, and a few such lanes would be most
  /// of the mean. It counts with its last.
  ///
  /// - Parameter budget: a multiple of the problem's.
  func playUnderBudget(
    _ policy: WeaklyCoupledPolicy, budget: Double = 1, lanes range: Range<Int>, episodes: Int, seed: UInt64
  ) -> (prices: [Double], gain: Double) {
    let play = BudgetedPlay(environment, policy: policy, budget: budget, lanes: range, seed: seed)
    var prices = [Double](repeating: 0, count: environment.steps)
    var (budgets, last) = (
      [Float](repeating: 0, count: range.count), [Float](repeating: 0, count: range.count)
    )
    var gain = 0.0
    for _ in 0..<episodes {
      play.playEpisode { step in
        for lane in 0..<range.count {
          let money = play.money[lane]
          if step == 0 { budgets[lane] = money }
          let timeLeft = play.rows[lane * environment.channelCount, shape.columns[.timeLeft]]
          if step == 0 || money > 0.25 * timeLeft * budgets[lane] {
            last[lane] = play.runner.playedPrice(lane: lane)
          }
          prices[step] += Double(last[lane])
        }
      }
      gain += play.gains.reduce(0, +)
    }
    let count = Double(episodes * range.count)
    return (prices.map { $0 / count }, gain / count)
  }
}
