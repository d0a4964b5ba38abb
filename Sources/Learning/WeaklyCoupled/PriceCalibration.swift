#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension WeaklyCoupledDQN {
  /// A policy with prices of money that are a martingale.
  ///
  /// A price that was right would be the best forecast of later prices: were it expected to rise, money should be kept. What
  /// the search finds need not be, for spend to go is learned of a policy that does not yet know what it will learn. So
  /// training episodes are played under the budget, and each step's log price is moved by what the mean of the six prices
  /// after it says; played prices change what is found, so this is done in rounds.
  func calibrate(_ uncalibrated: WeaklyCoupledPolicy) -> WeaklyCoupledPolicy {
    var policy = uncalibrated
    policy.priceOffsets = [Float](repeating: 0, count: environment.steps)
    for round in 0..<configuration.calibrationRounds {
      // Lanes beyond those of training: episodes that no pass has played.
      let lanes = min(64, configuration.calibrationEpisodes)
      let first = configuration.lanes + round * configuration.calibrationEpisodes
      let means = playUnderBudget(
        policy, lanes: first..<first + lanes, episodes: max(1, configuration.calibrationEpisodes / lanes),
        seed: seed
      ).prices
      for step in 0..<environment.steps - 1 {
        let later = means[step + 1..<min(step + 7, environment.steps)]
        let ratio = later.reduce(0, +) / Double(later.count) / max(means[step], 1e-30)
        policy.priceOffsets[step] += Float(log(max(ratio, 1e-30)))
      }
    }
    return policy
  }
}
