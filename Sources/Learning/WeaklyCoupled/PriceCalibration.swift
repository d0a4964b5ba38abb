import LinearAlgebra
import NeuralNetworks

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension WeaklyCoupledDQN {
  /// The policy as it stands, with prices of money that are a martingale.
  ///
  /// A price that was right would be the best forecast of later prices: were it expected to rise, money should be kept. What
  /// the search finds need not be, for spend to go is learned of a policy that does not yet know what it will learn. So
  /// training episodes are played under the budget, and each step's log price is moved by what the mean of the six prices
  /// after it says; played prices change what is found, so this is done in rounds.
  ///
  /// - Parameters:
  ///   - featureNames: a name per feature.
  ///   - metadata: what should be said of the policy.
  public func calibratedPolicy(
    featureNames: [String]? = nil, metadata: [String: String] = [:]
  ) -> WeaklyCoupledPolicy {
    var policy = policy(featureNames: featureNames, metadata: metadata)
    policy.priceOffsets = [Float](repeating: 0, count: environment.steps)
    for round in 0..<configuration.calibrationRounds {
      let means = meanPrices(of: policy, round: round)
      for step in 0..<environment.steps - 1 {
        let later = means[step + 1..<min(step + 7, environment.steps)]
        let ratio = later.reduce(0, +) / Double(later.count) / max(means[step], 1e-30)
        policy.priceOffsets[step] += Float(log(max(ratio, 1e-30)))
      }
    }
    return policy
  }

  /// By step: the mean price of money found in training episodes that no pass has played.
  private func meanPrices(of policy: WeaklyCoupledPolicy, round: Int) -> [Double] {
    let (lanes, channels) = (min(64, configuration.calibrationEpisodes), environment.channelCount)
    let runner = WeaklyCoupledRunner(policy, lanes: lanes, channels: channels)
    let rows = Matrix(rows: lanes * channels, columns: shape.columns.count)
    let results = Matrix(rows: 3, columns: lanes * channels)
    var levels = [Int32](repeating: 0, count: lanes * channels)
    var means = [Double](repeating: 0, count: environment.steps)
    // Lanes beyond those of training.
    let first = configuration.lanes + round * configuration.calibrationEpisodes
    let block = environment.makeBlock(lanes: first..<first + lanes, seed: seed, bindsBudget: true)
    let episodes = max(1, configuration.calibrationEpisodes / lanes)
    for _ in 0..<episodes {
      block.startEpisode()
      runner.startEpisode()
      for step in 0..<environment.steps {
        block.observe(into: rows.view)
        let money = results.pointer + 2 * lanes * channels
        block.moneyLeft(into: money)
        runner.act(rows: rows.view, step: step, money: money, into: &levels)
        for lane in 0..<lanes { means[step] += Double(exp(runner.logPrices[lane])) }
        block.step(levels: levels, gains: results.pointer, costs: results.pointer + lanes * channels)
      }
    }
    return means.map { $0 / Double(episodes * lanes) }
  }
}
