import Foundation
import LinearAlgebra

/// Plans the rest of an episode for certain equivalents: forecasts in, one price of money and a level per channel out.
///
/// The budget is priced by a multiplier λ, found by bisection so that the plan spends what is left; each channel and
/// period then takes the level of largest gain − λ · cost. Carry-over is priced likewise: a forward pass forecasts
/// exposure or adstock under the plan, a backward pass gives its marginal worth (the costate of Pontryagin's
/// principle), which is added to the gain of every level; few sweeps settle, started from the last tick's plan.
final class LagrangianPlanner {
  let market: Market
  let models: [ChannelModel]
  let tables: PlanTables
  private let horizons: [Horizon]
  private let hasCarryOver: Bool
  /// Ticks × periods × channels, in the order in which plans read them.
  private let decays: [[PeriodDecay]]
  private let stationary: (volume: Float, response: Float)
  private let work: Matrix
  private let carry, worth, won, paid, ladderGain: UnsafeMutablePointer<Float>

  /// The number of channels.
  var channelCount: Int { models.count }

  /// Prepares to plan a market; `exact` plans tick by tick instead of in growing periods.
  init(_ market: Market, exact: Bool = false) {
    self.market = market
    let models = market.channels.map { ChannelModel($0, objective: market.objective) }
    let horizons = (0..<market.ticks).map { Horizon(from: $0, season: market.season, exact: exact) }
    let groups = (horizons.map(\.periods.count).max() ?? 1) * models.count
    let levels = models.map(\.count).max() ?? 1
    tables = PlanTables(groups: groups, levels: levels)
    decays = horizons.map { horizon in
      horizon.periods.flatMap { period in
        models.map { PeriodDecay(retention: $0.retention, count: period.count) }
      }
    }
    hasCarryOver = models.contains { $0.retention > 0 }
    stationary = (
      Float(market.drift.volume * market.drift.volume), Float(market.drift.response * market.drift.response)
    )
    self.models = models
    self.horizons = horizons
    let width = max(tables.stride, levels)
    work = Matrix(rows: 5, columns: width)
    carry = work.pointer
    worth = carry + width
    won = worth + width
    paid = won + width
    ladderGain = paid + width
  }

  /// The plan's price of money: objective per unit of budget.
  private(set) var multiplier: Float = 0
  /// The objective that the plan forecasts for the rest of the episode.
  private(set) var value: Float = 0

  /// The gain less the priced cost of a level of a channel in the first period, carry-over priced in.
  func score(channel: Int, level: Int) -> Float {
    netGain(channel: channel, level: level) - multiplier * cost(channel: channel, level: level)
  }

  /// The gain of a level of a channel in a period, carry-over priced in; -infinity beyond the ladder.
  func netGain(channel: Int, level: Int, period: Int = 0) -> Float {
    tables.netGain[level * tables.stride + period * channelCount + channel]
  }

  /// The expected cost of a level of a channel in a period.
  func cost(channel: Int, level: Int, period: Int = 0) -> Float {
    tables.cost[level * tables.stride + period * channelCount + channel]
  }

  /// The level the plan gives a channel in a period.
  func level(channel: Int, period: Int = 0) -> Int { Int(tables.chosen[period * channelCount + channel]) }

  /// Plans from a tick on.
  ///
  /// - Parameters:
  ///   - tick: the tick about to be played.
  ///   - budget: the money left.
  ///   - beliefs: one per channel, already advanced to the tick.
  ///   - memory: the last plan of the episode, replaced by this one.
  ///   - sweeps: how often carry-over is forecast and priced; four times as often without a last plan.
  func plan(
    tick: Int, budget: Float, beliefs: UnsafePointer<ChannelBelief>, memory: PlanMemory, lane: Int = 0,
    sweeps: Int = 3
  ) {
    let periods = horizons[tick].periods
    let groups = periods.count * channelCount
    let warm = recall(memory, lane: lane, groups: groups, beliefs: beliefs)
    tables.closeGroups(from: groups)
    multiplier = memory.multipliers[lane]
    if !warm { forecastCarryOver(tick: tick, groups: groups, beliefs: beliefs, buying: false) }
    for _ in 0..<(hasCarryOver ? (warm ? sweeps : 4 * sweeps) : 1) {
      tabulate(tick: tick, periods: periods, beliefs: beliefs)
      multiplier = tables.multiplier(spending: budget, near: multiplier)
      tables.choose(at: multiplier)
      guard hasCarryOver else { break }
      forecastCarryOver(tick: tick, groups: groups, beliefs: beliefs, buying: true)
      priceCarryOver(tick: tick, groups: groups)
    }
    value = 0
    var spent: Float = 0
    for group in 0..<groups {
      let entry = Int(tables.chosen[group]) * tables.stride + group
      value += tables.gain[entry]
      spent += tables.cost[entry]
    }
    // What whole levels leave over is worth its price: so the forecast is continuous in the budget.
    value += multiplier * (budget - spent)
    remember(memory, lane: lane, groups: groups)
    respectTickCap()
  }

  /// Starts from the last plan of the episode, whose periods lay about as far ahead; false where there is none.
  private func recall(
    _ memory: PlanMemory, lane: Int, groups: Int, beliefs: UnsafePointer<ChannelBelief>
  ) -> Bool {
    guard memory.multipliers[lane] >= 0 else {
      worth.update(repeating: 0, count: groups)
      return false
    }
    worth.update(from: memory.worth.view.row(lane), count: groups)
    tables.chosen.update(from: memory.levels + lane * memory.groups, count: groups)
    carry.update(from: memory.carry.view.row(lane), count: groups)
    for channel in 0..<channelCount { carry[channel] = beliefs[channel].carryOver }
    return true
  }

  private func remember(_ memory: PlanMemory, lane: Int, groups: Int) {
    memory.multipliers[lane] = multiplier
    memory.worth.view.row(lane).update(from: worth, count: groups)
    memory.carry.view.row(lane).update(from: carry, count: groups)
    (memory.levels + lane * memory.groups).update(from: tables.chosen, count: groups)
  }

  /// Room to remember the plans of some lanes.
  func makeMemory(lanes: Int) -> PlanMemory { PlanMemory(lanes: lanes, groups: tables.stride) }

  /// Fills gains and costs of every period, channel and level.
  private func tabulate(
    tick: Int, periods: [Horizon.Period], beliefs: UnsafePointer<ChannelBelief>
  ) {
    let persistence = Float(market.drift.persistence)
    for (index, period) in periods.enumerated() {
      let decay = period.distance == 0 ? 1 : pow(persistence, period.distance)
      for channel in 0..<channelCount {
        let group = index * channelCount + channel
        let model = models[channel]
        let build = decays[tick][group]
        if let auction = model.auction {
          tabulate(auction, model, beliefs[channel], period, decay, build, group)
        } else if let response = model.response {
          tabulate(response, model, beliefs[channel], period, decay, build, group)
        }
        tables.close(group: group, beyond: model.count)
      }
    }
  }

  private func tabulate(
    _ auction: AuctionModel, _ model: ChannelModel, _ belief: ChannelBelief, _ period: Horizon.Period,
    _ decay: Float, _ build: PeriodDecay, _ group: Int
  ) {
    model.auctionLadder(auction, price: belief.price.mean(decay: decay), won: won, paid: paid)
    let auctions =
      auction.volume * period.season
      * belief.volume.expectedFactor(decay: decay, stationary: stationary.volume)
    let rate =
      model.outcomeValue * auction.conversionsPerWin
      * belief.response.expectedFactor(decay: decay, stationary: stationary.response)
      * belief.conversion.expectedFactor(decay: 1, stationary: 0)
    let push = auctions / Float(period.count) * auction.inverseReach
    model.auctionGains(
      won, scale: auctions * rate, strength: auction.fatigueStrength, carried: carry[group] * build.mean,
      selfPush: push * build.builtBefore, gain: ladderGain)
    let carryWorth = worth[group] * push * build.built
    let spendWeight: Float = market.objective == .profit ? 1 : 0
    var entry = group
    for level in 0..<model.count {
      let cost = auctions * paid[level]
      tables.gain[entry] = ladderGain[level] - spendWeight * cost
      tables.cost[entry] = cost
      tables.netGain[entry] = tables.gain[entry] + carryWorth * won[level]
      tables.push[entry] = push * won[level]
      entry += tables.stride
    }
  }

  private func tabulate(
    _ response: ResponseModel, _ model: ChannelModel, _ belief: ChannelBelief, _ period: Horizon.Period,
    _ decay: Float, _ build: PeriodDecay, _ group: Int
  ) {
    let scale =
      model.outcomeValue * response.maximum * period.season
      * belief.response.expectedFactor(decay: decay, stationary: stationary.response)
    let carried = carry[group] * model.retention * build.mean
    let spendWeight: Float = market.objective == .profit ? 1 : 0
    var entry = group
    for level in 0..<model.count {
      let push = model.ladder[level] * response.stockGain
      let stock = carried + push * (1 + model.retention * build.builtBefore)
      let cost = model.ladder[level] * Float(period.count)
      tables.gain[entry] = scale * response.saturation(stock) - spendWeight * cost
      tables.cost[entry] = cost
      tables.netGain[entry] = tables.gain[entry] + worth[group] * push * build.built
      tables.push[entry] = push
      entry += tables.stride
    }
  }

  /// Raises the first period's price of money until its plan keeps to the tick's cap.
  private func respectTickCap() {
    guard let cap = market.tickCap else { return }
    var spent: Float = 0
    for channel in 0..<channelCount { spent += cost(channel: channel, level: level(channel: channel)) }
    guard spent > Float(cap) else { return }
    tables.closeGroups(from: channelCount)
    multiplier = tables.multiplier(spending: Float(cap), near: multiplier)
    tables.choose(at: multiplier)
  }

  /// Carries exposure and stock forward under the chosen levels, or as if nothing were bought.
  private func forecastCarryOver(
    tick: Int, groups: Int, beliefs: UnsafePointer<ChannelBelief>, buying: Bool
  ) {
    for channel in 0..<channelCount {
      var stock = beliefs[channel].carryOver
      for group in stride(from: channel, to: groups, by: channelCount) {
        carry[group] = stock
        let build = decays[tick][group]
        stock *= build.kept
        if buying { stock += tables.push[Int(tables.chosen[group]) * tables.stride + group] * build.built }
      }
    }
  }

  /// The worth at the end of each period of a unit of carry-over, from the last period back.
  private func priceCarryOver(tick: Int, groups: Int) {
    for channel in 0..<channelCount {
      let model = models[channel]
      var ahead: Float = 0
      for group in stride(from: groups - channelCount + channel, through: 0, by: -channelCount) {
        // A part of the way at a time: whole steps would swing between buying all now and all later.
        worth[group] += 0.3 * (ahead - worth[group])
        let build = decays[tick][group]
        let entry = Int(tables.chosen[group]) * tables.stride + group
        let slope = model.carryOverSlope(
          gained: tables.gain[entry], carried: carry[group], push: tables.push[entry], build: build)
        ahead = slope + build.kept * ahead
      }
    }
  }
}
