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
      throw InputError.configuration(
        "--tick", "the market has \(market.ticks) ticks, counted from 0", "name one of them")
    }
    let environment = try shown(to: policy)
    let state = try PolicyMoment(policy, in: environment, step: tick, seed: seed)
    let simulated = simulate(try entry(of: policy), tick: tick, episodes: episodes, seed: seed)
    var firstChoice = 0
    let channels = market.channels.enumerated().map { index, channel in
      let levels = channel.levels
      defer { firstChoice += levels.count }
      let chosen = state.choices[index]
      let values = Array(state.values[firstChoice..<firstChoice + levels.count])
      // Against being off; of a channel that is off, against the best it could do.
      let other = chosen > 0 ? 0 : values.indices.dropFirst().max { values[$0] < values[$1] } ?? 0
      let parts = attribution(
        of: policy, choice: firstChoice + chosen, over: firstChoice + other, at: state.observation,
        from: policy.normalizer.means)
      return BudgetExplanation.Channel(
        name: channel.name, bids: channel.bids, levels: levels, chosen: chosen, comparedWith: other,
        values: values, simulated: simulated.levels[index], whenOff: simulated.off[index],
        parts: zip(policy.shape.layout.names, parts).map { .init(column: $0, value: $1) })
    }
    return BudgetExplanation(
      market: market.name, currency: market.currency, tick: tick, episodes: episodes,
      expected: simulated.expected,
      channels: channels)
  }

  /// The mean expected objective of a policy's episodes: as it plays; with a channel off; with a channel at each of its levels
  /// in one tick.
  func simulate(_ policy: MarketEvaluation.Entry, tick: Int, episodes: Int, seed: UInt64)
    -> (expected: Double, off: [Double], levels: [[Double]])
  {
    var entries = [policy]
    for (channel, described) in market.channels.enumerated() {
      entries.append(.init("off") { ForcedStrategy(policy.make(), channel: channel, level: 0) })
      for level in described.levels.indices {
        entries.append(
          .init("level") { ForcedStrategy(policy.make(), channel: channel, level: level, tick: tick) })
      }
    }
    let records = MarketEvaluation(market: market, episodes: episodes, seed: seed, posterior: heldOut).run(
      entries)
    var means = records.map { $0.expectedReturns.reduce(0, +) / Double(episodes) }[...]
    let expected = means.removeFirst()
    var (off, levels): ([Double], [[Double]]) = ([], [])
    for channel in market.channels {
      off.append(means.removeFirst())
      levels.append(Array(means.prefix(channel.levels.count)))
      means = means.dropFirst(channel.levels.count)
    }
    return (expected, off, levels)
  }
}

extension MediaChannel {
  /// Whether its levels are bids; otherwise they are money.
  var bids: Bool {
    if case .auction = kind { true } else { false }
  }
}
