import Applications
import Documents
import Learning

extension BudgetProblem {
  /// Explains what a policy does in a tick: its values of all levels in the first held-out episode, and what the simulator
  /// says of them on average over `episodes`.
  package func explanation(of policy: Policy, step: Int, episodes: Int, seed: UInt64) throws -> any Document {
    try budgetExplanation(of: policy, tick: step, episodes: episodes, seed: seed)
  }

  func budgetExplanation(of policy: Policy, tick: Int, episodes: Int, seed: UInt64) throws
    -> BudgetExplanation
  {
    guard tick < market.ticks else {
      throw ConfigurationError(
        place: "--tick", message: "takes a number below the market's \(market.ticks) ticks")
    }
    let environment = try shown(to: policy)
    let state = try PolicyMoment(policy, in: environment, step: tick, seed: seed)
    let play = { @Sendable in PolicyStrategy(policy: policy, environment: environment) as any MarketStrategy }
    var entries = [MarketEvaluation.Entry("policy", make: play)]
    for (channel, described) in market.channels.enumerated() {
      entries.append(.init("off") { ForcedStrategy(play(), channel: channel, level: 0) })
      for level in described.levels.indices {
        entries.append(.init("level") { ForcedStrategy(play(), channel: channel, level: level, tick: tick) })
      }
    }
    let records = MarketEvaluation(market: market, episodes: episodes, seed: seed, posterior: heldOut).run(
      entries)
    let means = records.map { $0.expectedReturns.reduce(0, +) / Double(episodes) }
    var place = 1
    var firstChoice = 0
    let channels = market.channels.enumerated().map { index, channel in
      let levels = channel.levels
      defer {
        place += 1 + levels.count
        firstChoice += levels.count
      }
      let chosen = state.choices[index]
      let values = Array(state.values[firstChoice..<firstChoice + levels.count])
      // Against being off; of a channel that is off, against the best it could do.
      let other = chosen > 0 ? 0 : values.indices.dropFirst().max { values[$0] < values[$1] } ?? 0
      let parts = attribution(
        of: policy, choice: firstChoice + chosen, over: firstChoice + other, at: state.observation,
        from: policy.normalizer.means)
      return BudgetExplanation.Channel(
        name: channel.name, bids: channel.bids, levels: levels, chosen: chosen, comparedWith: other,
        values: values,
        simulated: Array(means[place + 1..<place + 1 + levels.count]), whenOff: means[place],
        parts: zip(policy.shape.layout.names, parts).map { .init(column: $0, value: $1) })
    }
    return BudgetExplanation(
      market: market.name, currency: market.currency, tick: tick, episodes: episodes, expected: means[0],
      channels: channels)
  }
}

extension MediaChannel {
  /// Whether its levels are bids; otherwise they are money.
  fileprivate var bids: Bool {
    if case .auction = kind { true } else { false }
  }
}
