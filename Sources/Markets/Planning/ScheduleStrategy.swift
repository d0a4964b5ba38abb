/// `plan`: the amounts of a certified plan of response channels, each played as the nearest level.
public final class ScheduleStrategy: MarketStrategy {
  /// By tick and channel.
  private let levels: [[Int32]]

  /// Creates the strategy from a plan of the market that gives every tick its amounts.
  public init(market: Market, plan: SpendPlan) {
    precondition(
      plan.rows.count == market.channels.count && plan.rows.allSatisfy { $0.schedule.count == market.ticks },
      "A schedule needs the channels and ticks of its market.")
    levels = (0..<market.ticks).map { tick in
      zip(market.channels, plan.rows).map { channel, row in
        let amount = row.schedule[tick]
        let ladder = channel.levels
        return Int32(ladder.indices.min { abs(ladder[$0] - amount) < abs(ladder[$1] - amount) } ?? 0)
      }
    }
  }

  /// Writes the plan's levels of the tick.
  public func choose(_ simulation: MarketSimulation, levels chosen: UnsafeMutablePointer<Int32>) {
    let row = levels[simulation.tick]
    for lane in 0..<simulation.laneCount {
      for (channel, level) in row.enumerated() { chosen[lane * row.count + channel] = level }
    }
  }
}
