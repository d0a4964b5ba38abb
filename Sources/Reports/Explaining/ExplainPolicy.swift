import Apportion
import Runs

/// Explains what a run's policy does in a tick, on average or from the first state of the market.
///
/// - Parameters:
///   - folder: the run.
///   - tick: the tick explained, from 0.
///   - episodes: over how many the simulator's answers are averaged.
///   - seed: decides the episodes, which never meet those of a training run.
/// - Throws: `FileError`, `SafetensorsError`, `PolicyError`, `MarketError` or `ConfigurationError`.
public func explainPolicy(
  _ folder: RunFolder, tick: Int, episodes: Int, seed: UInt64
) throws -> Explanation {
  let market = try folder.readMarket()
  guard tick < market.ticks else {
    throw ConfigurationError(
      place: "--tick", message: "takes a number below the market's \(market.ticks) ticks")
  }
  let policy = try Policy(contentsOf: folder.policy)
  let environment = BudgetAllocation(market: market, observation: try policy.observationKind)
  try policy.check(matches: environment)
  let state = PolicyState(policy, environment: environment, tick: tick, seed: seed)
  let play = { @Sendable in PolicyStrategy(policy: policy, environment: environment) as any MarketStrategy }
  var entries = [MarketEvaluation.Entry("policy", make: play)]
  for (channel, described) in market.channels.enumerated() {
    entries.append(.init("off") { ForcedStrategy(play(), channel: channel, level: 0) })
    for level in described.levels.indices {
      entries.append(.init("level") { ForcedStrategy(play(), channel: channel, level: level, tick: tick) })
    }
  }
  let plausible = try folder.plausibleMarkets(of: market)?.heldOut
  let records = MarketEvaluation(market: market, episodes: episodes, seed: seed, plausible: plausible).run(
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
    let chosen = state.levels[index]
    let values = Array(state.values[firstChoice..<firstChoice + levels.count])
    // Against being off; of a channel that is off, against the best it could do.
    let other = chosen > 0 ? 0 : values.indices.dropFirst().max { values[$0] < values[$1] } ?? 0
    let parts = attribution(
      of: policy, choice: firstChoice + chosen, over: firstChoice + other, at: state.observation,
      from: policy.normalizer.means)
    return Explanation.Channel(
      name: channel.name, bids: channel.bids, levels: levels, chosen: chosen, comparedWith: other,
      values: values,
      simulated: Array(means[place + 1..<place + 1 + levels.count]), whenOff: means[place],
      parts: zip(policy.shape.layout.names, parts).map { .init(column: $0, value: $1) })
  }
  return Explanation(
    market: market.name, currency: market.currency, tick: tick, episodes: episodes, expected: means[0],
    channels: channels)
}

extension Channel {
  /// Whether its levels are bids; otherwise they are money.
  fileprivate var bids: Bool {
    if case .auction = kind { true } else { false }
  }
}

/// What a policy sees and does in a tick of one episode.
private struct PolicyState {
  var observation: [Float] = []
  /// The value of every choice.
  var values: [Double] = []
  var levels: [Int] = []

  init(_ policy: Policy, environment: BudgetAllocation, tick: Int, seed: UInt64) {
    let lanes = VectorEnvironment(count: 1, seed: seed, threads: 1) { environment }
    lanes.reset()
    let runner = PolicyRunner(policy, maximumBatch: 1)
    let branches = policy.shape.branchSizes.count
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: branches) { actions in
      guard let start = actions.baseAddress else { return }
      for _ in 0..<tick {
        runner.act(observations: lanes.observations.view, into: start)
        lanes.step(actions: Span(_unsafeElements: UnsafeBufferPointer(actions)))
      }
      runner.act(observations: lanes.observations.view, into: start)
      levels = actions.map { Int($0) }
    }
    observation = lanes.observations.elements
    let matrix = Matrix(rows: 1, columns: policy.shape.valueCount)
    runner.qValues(observations: lanes.observations.view, into: matrix.view)
    values = matrix.elements.map { Double($0) }
  }
}
