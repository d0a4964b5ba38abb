/// `plan` and `today`: amounts of response channels that are fixed beforehand, each played as the nearest level.
package final class ScheduleStrategy: MarketStrategy, Sendable {
  /// By tick and channel.
  private let levels: [[Int32]]

  /// Creates the strategy from a plan of the market that gives every tick its amounts.
  package convenience init(market: Market, plan: SpendPlan) {
    self.init(market: market, schedules: plan.rows.map(\.schedule))
  }

  /// Creates the strategy that repeats the spends of the ticks before the episode; nil where they are not known.
  package convenience init?(repeatingRecentSpendsOf market: Market) {
    let schedules = market.channels.compactMap { $0.currentSchedule(ticks: market.ticks) }
    guard schedules.count == market.channels.count else { return nil }
    self.init(market: market, schedules: schedules)
  }

  private init(market: Market, schedules: [[Double]]) {
    precondition(
      schedules.count == market.channels.count && schedules.allSatisfy { $0.count == market.ticks },
      "A schedule needs the channels and ticks of its market.")
    levels = (0..<market.ticks).map { tick in
      zip(market.channels, schedules).map { channel, schedule in
        let amount = schedule[tick]
        let ladder = channel.levels
        return Int32(ladder.indices.min { abs(ladder[$0] - amount) < abs(ladder[$1] - amount) } ?? 0)
      }
    }
  }

  /// Writes the plan's levels of the tick.
  package func choose(_ console: AdvertiserConsole, levels chosen: UnsafeMutablePointer<Int32>) {
    let row = levels[console.tick]
    for lane in 0..<console.laneCount {
      for (channel, level) in row.enumerated() { chosen[lane * row.count + channel] = level }
    }
  }
}
