import LinearAlgebra

/// What one strategy earned and spent in each episode, and how often it broke a rule of the market.
public struct EpisodeRecord: Sendable {
  /// The objective by episode, a missed target's penalty included.
  public var returns: [Double] = []
  /// The expectation of the objective given the wins and the market's state, by episode: the same mean, less noise.
  package var expectedReturns: [Double] = []
  /// The share of the budget spent, by episode.
  package var budgetUsed: [Double] = []
  /// Ticks in which money spent exceeded the budget or the cap; a level out of its limits cannot be played at all.
  package var violations = 0

  /// Creates the record of no episodes.
  package init() {}

  /// Adds the episodes of another record behind its own.
  public mutating func append(_ other: EpisodeRecord) {
    returns += other.returns
    expectedReturns += other.expectedReturns
    budgetUsed += other.budgetUsed
    violations += other.violations
  }
}

extension MarketStrategy {
  /// Plays one episode in every lane of a simulation.
  ///
  /// - Parameter onTick: called after each tick, before the strategy takes it in.
  func playEpisode(
    _ simulation: MarketSimulation, levels: UnsafeMutablePointer<Int32>,
    onTick: (MarketSimulation) -> Void = { _ in }
  ) -> EpisodeRecord {
    let market = simulation.market
    let lanes = simulation.laneCount
    let realized = ObjectiveSum(market: market, signal: .realized, laneCount: lanes)
    let expected = ObjectiveSum(market: market, signal: .expected, laneCount: lanes)
    let rewards = Matrix(rows: 1, columns: lanes)
    var record = EpisodeRecord()
    record.returns = [Double](repeating: 0, count: lanes)
    record.expectedReturns = record.returns
    var spent = record.returns
    simulation.startEpisode()
    startEpisode(simulation.console)
    for _ in 0..<market.ticks {
      choose(simulation.console, levels: levels)
      simulation.play(levels: levels)
      onTick(simulation)
      observe(simulation.console)
      realized.add(simulation, into: rewards.pointer)
      for lane in 0..<lanes { record.returns[lane] += Double(rewards.pointer[lane]) }
      expected.add(simulation, into: rewards.pointer)
      for lane in 0..<lanes { record.expectedReturns[lane] += Double(rewards.pointer[lane]) }
      record.violations += simulation.checkSpend(adding: &spent)
    }
    record.budgetUsed = spent.map { $0 / market.budget }
    return record
  }
}

extension MarketSimulation {
  /// Adds the tick's spend of each lane to what was spent before, and counts the lanes that broke the budget or cap.
  fileprivate func checkSpend(adding spent: inout [Double]) -> Int {
    var violations = 0
    for lane in 0..<laneCount {
      var tickSpend = 0.0
      for channel in 0..<channelCount { tickSpend += Double(values(.spend, channel)[lane]) }
      spent[lane] += tickSpend
      if spent[lane] > market.budget || tickSpend > market.tickCap ?? .infinity { violations += 1 }
    }
    return violations
  }
}
