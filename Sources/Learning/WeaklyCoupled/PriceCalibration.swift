import LinearAlgebra

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension WeaklyCoupledDQN {
  /// A policy of one schedule with prices of money that are a martingale with the problem's budget.
  func calibrated(_ policy: WeaklyCoupledPolicy) -> WeaklyCoupledPolicy {
    let schedule = policy.schedules[0]
    return policy.playing([
      calibrate(policy, optimism: schedule.optimism, information: schedule.information)
    ])
  }

  /// A schedule whose prices of money are a martingale with a multiple of the problem's budget.
  ///
  /// A price that was right would be the best forecast of later prices: were it expected to rise, money should be kept. What
  /// the search finds need not be, for spend to go is learned of a policy that does not yet know what it will learn. So
  /// training episodes are played under the budget, and each step's log price is moved by what the mean of all prices played
  /// after it says; played prices change what is found, so this is done in rounds. An error of spend to go that lasts all day shows
  /// only against the last prices, which are right: the mean of a few prices after a step would not see it.
  ///
  /// - Parameter others: the schedules for other budgets that play is mixed with.
  func calibrate(
    _ policy: WeaklyCoupledPolicy, optimism: [Float], information: [Float], budget: Double = 1,
    beside others: [PlaySchedule] = []
  ) -> PlaySchedule {
    var schedule = PlaySchedule(
      logShare: logShare(budget: budget), priceOffsets: [Float](repeating: 0, count: environment.steps),
      optimism: optimism, information: information)
    for round in 0..<configuration.calibrationRounds {
      // Lanes beyond those of training: episodes that no pass has played.
      let lanes = min(64, configuration.calibrationEpisodes)
      let first = configuration.lanes + round * configuration.calibrationEpisodes
      let means = playUnderBudget(
        policy.playing(others + [schedule]), budget: budget, lanes: first..<first + lanes,
        episodes: max(1, configuration.calibrationEpisodes / lanes), seed: seed
      ).prices
      for step in 0..<environment.steps - 1 {
        let later = means[(step + 1)...]
        let ratio = later.reduce(0, +) / Double(later.count) / max(means[step], 1e-30)
        schedule.priceOffsets[step] += Float(log(max(ratio, 1e-30)))
      }
    }
    return schedule
  }

  /// What a multiple of the problem's budget is to what everything is forecast to cost, where an episode starts.
  func logShare(budget: Double) -> Float {
    let block = environment.makeBlock(lanes: 0..<1, seed: seed, budget: budget)
    let rows = Matrix(rows: environment.channelCount, columns: shape.columns.count)
    let money = Matrix(rows: 1, columns: 1)
    block.startEpisode()
    block.observe(into: rows.view)
    block.moneyLeft(into: money.pointer)
    return shape.columns.logShare(rows.view, channels: 0..<environment.channelCount, money: money.pointer[0])
  }
}
