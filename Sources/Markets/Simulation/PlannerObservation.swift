import Foundation
import LinearAlgebra

/// Beliefs filtered from the advertiser's own results, and the plan that follows from them as a prior.
///
/// The prior holds the plan's forecast of the objective still to come, then one advantage per channel and level: the
/// gain less the priced cost of the level against the channel's best.
final class PlannerObservation: MarketObservation {
  static let globalNames = ["time", "season", "budget_left", "budget_left_per_time", "money_price"]
  static let channelNames = [
    "price", "price_deviation", "volume", "volume_deviation", "response", "response_deviation", "conversion",
    "conversion_deviation", "carry_over", "planned_level", "planned_spend",
  ]

  private let market: Market
  private let planner: LagrangianPlanner
  private let tracker: BeliefTracker
  private var memories: [LagrangianPlanner.Memory]
  private let referenceMultiplier: Float

  init(market: Market, laneCount: Int) {
    self.market = market
    planner = LagrangianPlanner(market)
    tracker = BeliefTracker(market: market, models: planner.models, laneCount: laneCount)
    memories = Array(repeating: LagrangianPlanner.Memory(), count: laneCount)
    var memory = LagrangianPlanner.Memory()
    planner.plan(tick: 0, budget: Float(market.budget), beliefs: tracker.lane(0), memory: &memory)
    referenceMultiplier = max(planner.multiplier, 1e-12)
  }

  func startEpisode(_ simulation: MarketSimulation) {
    tracker.startEpisode()
    for lane in memories.indices { memories[lane] = LagrangianPlanner.Memory() }
  }

  func observe(_ simulation: MarketSimulation, levels: UnsafePointer<Int32>) {
    tracker.observe(simulation, levels: levels)
  }

  func write(_ simulation: MarketSimulation, into rows: MatrixView) {
    for lane in 0..<simulation.laneCount {
      if simulation.tick == market.ticks {
        rows.row(lane).update(repeating: 0, count: rows.columns)
      } else {
        writeRow(simulation, lane: lane, row: rows.row(lane))
      }
    }
  }

  private func writeRow(_ simulation: MarketSimulation, lane: Int, row: UnsafeMutablePointer<Float>) {
    let beliefs = tracker.lane(lane)
    planner.plan(
      tick: simulation.tick, budget: simulation.remaining[lane], beliefs: beliefs, memory: &memories[lane])
    let time = Float(simulation.tick) / Float(market.ticks)
    let left = simulation.remaining[lane] / Float(market.budget)
    row[0] = time
    row[1] = Float(market.season[simulation.tick])
    row[2] = left
    row[3] = left / (1 - time)
    row[4] = log(max(planner.multiplier, 1e-6 * referenceMultiplier) / referenceMultiplier)
    var column = Self.globalNames.count
    for channel in 0..<planner.channelCount {
      let belief = beliefs[channel]
      let level = planner.level(channel: channel)
      let values = (
        belief.price.mean, belief.price.variance.squareRoot(), belief.volume.mean,
        belief.volume.variance.squareRoot(), belief.response.mean, belief.response.variance.squareRoot(),
        belief.conversion.mean, belief.conversion.variance.squareRoot()
      )
      (row[column], row[column + 1], row[column + 2], row[column + 3]) = (values.0, values.1, values.2, values.3)
      (row[column + 4], row[column + 5]) = (values.4, values.5)
      (row[column + 6], row[column + 7]) = (values.6, values.7)
      row[column + 8] = belief.carryOver
      row[column + 9] = Float(level) / Float(max(planner.models[channel].count - 1, 1))
      row[column + 10] = planner.cost(channel: channel, level: level) / Float(market.budget) * Float(market.ticks)
      column += Self.channelNames.count
    }
    row[column] = planner.value
    column += 1
    for channel in 0..<planner.channelCount {
      let best = planner.score(channel: channel, level: planner.level(channel: channel))
      for level in 0..<planner.models[channel].count {
        row[column] = planner.score(channel: channel, level: level) - best
        column += 1
      }
    }
  }
}
