import Foundation
import LinearAlgebra

/// Beliefs filtered from the advertiser's own results, and the plan that follows from them as a prior.
///
/// The prior holds the plan's forecast of the objective still to come, then one advantage per channel and level: the
/// gain less the priced cost of the level against the channel's best. Costs are in mean ticks' budgets. Where
/// channels' curves are told apart, gains hold what playing shows of them (`ExplorationBonus.amongCurves`).
final class PlannerObservation: MarketObservation {
  static let globalNames = ["time", "season", "budget_left", "budget_left_per_time", "money_price"]
  static let channelNames = [
    "price", "price_deviation", "volume", "volume_deviation", "response", "response_deviation", "conversion",
    "conversion_deviation", "carry_over", "planned_level", "planned_spend",
  ]

  private let market: Market
  private let realized: Float
  private let hasCosts: Bool
  let lanes: PlanningLanes
  private let bonus: ExplorationBonus?
  private let referenceMultiplier: Float
  /// Lanes × channels: the plan's levels for the tick about to be played.
  let plannedLevels: UnsafeMutablePointer<Int32>

  /// - Parameters:
  ///   - hasCosts: whether rows also hold what a tick may cost and what each level is expected to cost.
  ///   - realized: the share of the plan's forecast that is believed.
  init(
    market: Market, models: [ChannelModel], laneCount: Int, hasCosts: Bool = false, realized: Float = 1
  ) {
    self.market = market
    self.realized = realized
    self.hasCosts = hasCosts
    lanes = PlanningLanes(market: market, models: models, laneCount: laneCount)
    bonus = models.contains { $0.curves != nil } ? .amongCurves : nil
    plannedLevels = .allocate(capacity: laneCount * market.channels.count)
    plannedLevels.initialize(repeating: 0, count: laneCount * market.channels.count)
    let planner = lanes.planner
    planner.plan(
      tick: 0, budget: Float(market.budget), beliefs: lanes.tracker.lane(0), curves: lanes.tracker.curves,
      memory: planner.makeMemory(lanes: 1))
    referenceMultiplier = max(planner.multiplier, 1e-12)
  }

  deinit { plannedLevels.deallocate() }

  func startEpisode(_ console: AdvertiserConsole) { lanes.startEpisode() }

  func observe(_ console: AdvertiserConsole) {
    lanes.tracker.observe(console)
  }

  /// Takes over the beliefs and plans of as many lanes.
  func copy(from other: PlannerObservation) {
    lanes.copy(from: other.lanes)
  }

  /// Takes over what as many lanes believe of the factors of response channels.
  func adoptResponses(from other: PlannerObservation) {
    lanes.tracker.adoptResponses(from: other.lanes.tracker)
  }

  func write(_ console: AdvertiserConsole, into rows: MatrixView) {
    for lane in 0..<console.laneCount {
      if console.tick == market.ticks {
        rows.row(lane).update(repeating: 0, count: rows.columns)
      } else {
        writeRow(console, lane: lane, row: rows.row(lane))
      }
    }
  }

  private func writeRow(_ console: AdvertiserConsole, lane: Int, row: UnsafeMutablePointer<Float>) {
    lanes.plan(console, lane: lane)
    let planner = lanes.planner
    let beliefs = lanes.tracker.lane(lane)
    bonus?.apply(to: planner, tick: console.tick, beliefs: beliefs)
    let channels = planner.channelCount
    for channel in 0..<channels {
      plannedLevels[lane * channels + channel] = Int32(planner.level(channel: channel))
    }
    let time = Float(console.tick) / Float(market.ticks)
    let left = console.remaining[lane] / Float(market.budget)
    row[0] = time
    row[1] = Float(market.season[console.tick])
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
      (row[column], row[column + 1], row[column + 2], row[column + 3]) = (
        values.0, values.1, values.2, values.3
      )
      (row[column + 4], row[column + 5]) = (values.4, values.5)
      (row[column + 6], row[column + 7]) = (values.6, values.7)
      row[column + 8] = belief.carryOver
      row[column + 9] = Float(level) / Float(max(planner.models[channel].count - 1, 1))
      row[column + 10] =
        planner.cost(channel: channel, level: level) / Float(market.budget) * Float(market.ticks)
      column += Self.channelNames.count
    }
    if hasCosts {
      let unit = Float(market.ticks) / Float(market.budget)
      // Rounding must not rule out levels that cost exactly what there is.
      row[column] = min(console.remaining[lane], market.exactTickCap) * unit * (1 + 1e-6)
      column += 1
      for channel in 0..<channels {
        for level in 0..<planner.models[channel].count {
          row[column] = planner.cost(channel: channel, level: level) * unit
          column += 1
        }
      }
    }
    row[column] = planner.value * realized
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
