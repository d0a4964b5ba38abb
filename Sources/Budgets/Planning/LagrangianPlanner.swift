import Foundation
import LinearAlgebra

/// Plans the rest of an episode for certain equivalents: forecasts in, one price of money and a level per channel out.
///
/// The budget is priced by a multiplier λ, found by bisection so that the plan spends what is left; then channels come
/// apart. A response channel's best levels follow from its own value function (`ResponseValues`), tick by tick. An auction
/// channel and period takes the level of largest gain − λ · cost, its audience's fatigue priced by a costate: a forward pass
/// forecasts exposure under the plan, a backward pass gives its marginal worth (Pontryagin's principle), which is added
/// to the gain of every level; few sweeps settle, started from the last tick's plan.
final class LagrangianPlanner {
  let market: Market
  let models: [ChannelModel]
  let tables: PlanTables
  private let horizons: [Horizon]
  private let outlook: ResponseOutlook
  private let isExact: Bool
  private let auctions: [Int]
  private let hasFatigue: Bool
  /// Ticks × periods × channels, in the order in which plans read them.
  private let decays: [[PeriodDecay]]
  private let stationary: (volume: Float, response: Float)
  private let work: Matrix
  private let carry, worth, won, paid, ladderGain: UnsafeMutablePointer<Float>

  /// The number of channels.
  var channelCount: Int { models.count }

  /// Prepares to plan a market; `exact` plans auctions tick by tick instead of in growing periods, and gives the levels of
  /// every tick.
  init(_ market: Market, models: [ChannelModel], exact: Bool = false) {
    self.market = market
    isExact = exact
    outlook = ResponseOutlook(market, models: models)
    auctions = models.indices.filter { models[$0].auction != nil }
    let horizons = (0..<market.ticks).map { Horizon(from: $0, season: market.season, exact: exact) }
    let groups = (horizons.map(\.periods.count).max() ?? 1) * models.count
    let levels = models.map(\.count).max() ?? 1
    tables = PlanTables(groups: groups, levels: levels)
    decays = horizons.map { horizon in
      horizon.periods.flatMap { period in
        models.map { PeriodDecay(retention: $0.retention, count: period.count) }
      }
    }
    hasFatigue = models.contains { $0.auction != nil && $0.retention > 0 }
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

  /// The gain of a level of a channel in the first period, carry-over not priced in.
  func gain(channel: Int, level: Int) -> Float { tables.gain[level * tables.stride + channel] }

  /// The outcome that a level of a channel is expected to bring in the first period: conversions, or a response channel's.
  func outcome(channel: Int, level: Int) -> Float {
    let worth = models[channel].outcomeValue
    guard worth > 0 else { return 0 }
    let gained = gain(channel: channel, level: level)
    return (gained + (market.objective == .profit ? cost(channel: channel, level: level) : 0)) / worth
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
  ///   - curves: by channel, what lanes believe of its curves; empty where the typical ones are planned with.
  ///   - memory: the last plan of the episode, replaced by this one.
  ///   - sweeps: how often exposure is forecast and priced; four times as often without a last plan.
  func plan(
    tick: Int, budget: Float, beliefs: UnsafePointer<ChannelBelief>, curves: [CurveBeliefs?] = [],
    memory: PlanMemory, lane: Int = 0, sweeps: Int = 3
  ) {
    precondition(!isExact || curves.isEmpty, "Exact plans are made for the typical curves.")
    let periods = horizons[tick].periods
    let groups = periods.count * channelCount
    multiplier = memory.multipliers[lane]
    value = 0
    outlook.look(tick: tick, beliefs: beliefs, curves: curves, lane: lane)
    if auctions.isEmpty {
      multiplier = priceOfMoney(spending: budget, near: multiplier) {
        responseSpend(at: $0, tick: tick, beliefs: beliefs)
      }
      value = multiplier * budget
    } else {
      planAuctions(
        tick: tick, budget: budget, beliefs: beliefs, memory: memory, lane: lane, sweeps: sweeps)
    }
    remember(memory, lane: lane, groups: groups)
    // The search played an exact plan to its end.
    if isExact { outlook.look(tick: tick, beliefs: beliefs) }
    for period in 0..<(isExact ? periods.count : 1) {
      let worth = outlook.tabulate(at: multiplier, period: period, of: channelCount, into: tables)
      if period == 0 { value += worth }
      respectTickCap(period: period)
      outlook.advance(past: period, of: channelCount, in: tables)
    }
  }

  /// Fills in what the levels of a tick's first period cost and bring, as a plan would, but makes none: neither the price of
  /// money nor what carry-over is worth is looked for.
  func forecast(
    tick: Int, beliefs: UnsafePointer<ChannelBelief>, curves: [CurveBeliefs?] = [], lane: Int = 0
  ) {
    worth.update(repeating: 0, count: channelCount)
    for channel in auctions { carry[channel] = beliefs[channel].carryOver }
    tabulate(tick: tick, periods: horizons[tick].periods.prefix(1), beliefs: beliefs)
    guard !outlook.isEmpty else { return }
    outlook.look(tick: tick, beliefs: beliefs, curves: curves, lane: lane)
    _ = outlook.tabulate(at: 1, period: 0, of: channelCount, into: tables)
  }

  /// The money that the response channels take at a price of money: as expected, or, of an exact plan, as it is played.
  private func responseSpend(
    at multiplier: Float, tick: Int, beliefs: UnsafePointer<ChannelBelief>
  ) -> Float {
    guard isExact, !outlook.isEmpty else { return outlook.spend(at: multiplier) }
    outlook.look(tick: tick, beliefs: beliefs)
    return outlook.playedSpend(at: multiplier, tickCap: market.tickCap.map { Float($0) } ?? .infinity)
  }

  /// Plans the auctions, and the price of money for all channels.
  private func planAuctions(
    tick: Int, budget: Float, beliefs: UnsafePointer<ChannelBelief>, memory: PlanMemory, lane: Int,
    sweeps: Int
  ) {
    let periods = horizons[tick].periods
    let groups = periods.count * channelCount
    let warm = recall(memory, lane: lane, groups: groups, beliefs: beliefs)
    tables.closeGroups(from: groups)
    if !outlook.isEmpty { tables.closeGroups(0..<groups) { models[$0 % channelCount].response != nil } }
    if !warm { forecastExposure(tick: tick, groups: groups, beliefs: beliefs, buying: false) }
    for _ in 0..<(hasFatigue ? (warm ? sweeps : 4 * sweeps) : 1) {
      tabulate(tick: tick, periods: periods[...], beliefs: beliefs)
      multiplier = priceOfMoney(spending: budget, near: multiplier) {
        tables.spend(at: $0) + responseSpend(at: $0, tick: tick, beliefs: beliefs)
      }
      tables.choose(at: multiplier)
      guard hasFatigue else { break }
      forecastExposure(tick: tick, groups: groups, beliefs: beliefs, buying: true)
      priceExposure(tick: tick, groups: groups)
    }
    var spent: Float = 0
    for group in 0..<groups {
      let entry = Int(tables.chosen[group]) * tables.stride + group
      value += tables.gain[entry]
      spent += tables.cost[entry]
    }
    // What whole levels leave over is worth its price: so the forecast is continuous in the budget.
    value += multiplier * (budget - spent)
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

  /// The number of periods that a plan from a tick on has.
  func periodCount(tick: Int) -> Int { horizons[tick].periods.count }

  /// Chooses the levels of the first period anew, whose net gains were changed, at the plan's price of money.
  func chooseAgain() {
    for channel in 0..<channelCount {
      tables.chosen[channel] = Int32(tables.best(group: channel, at: multiplier))
    }
    respectTickCap(period: 0)
  }

  /// Room to remember the plans of some lanes.
  func makeMemory(lanes: Int) -> PlanMemory { PlanMemory(lanes: lanes, groups: tables.stride) }

  /// Fills gains and costs of every channel and level in some periods, the first among them.
  private func tabulate(
    tick: Int, periods: ArraySlice<Horizon.Period>, beliefs: UnsafePointer<ChannelBelief>
  ) {
    let persistence = Float(market.drift.persistence)
    for (index, period) in periods.enumerated() {
      let decay = period.distance == 0 ? 1 : pow(persistence, period.distance)
      for channel in auctions {
        let group = index * channelCount + channel
        let model = models[channel]
        guard let auction = model.auction else { continue }
        tabulate(auction, model, beliefs[channel], period, decay, decays[tick][group], group)
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

  /// Raises a period's price of money until its plan keeps to the tick's cap; scores of the first follow.
  private func respectTickCap(period: Int) {
    guard let cap = market.tickCap.map({ Float($0) }) else { return }
    let groups = period * channelCount..<(period + 1) * channelCount
    let spent = groups.reduce(0) { $0 + tables.cost[Int(tables.chosen[$1]) * tables.stride + $1] }
    guard spent > cap else { return }
    let price = priceOfMoney(spending: cap, near: multiplier) { price in
      groups.reduce(0) { $0 + tables.cost[tables.best(group: $1, at: price) * tables.stride + $1] }
    }
    for group in groups { tables.chosen[group] = Int32(tables.best(group: group, at: price)) }
    if !isExact { multiplier = price }
  }

  /// Carries exposure forward under the chosen levels, or as if nothing were bought.
  private func forecastExposure(
    tick: Int, groups: Int, beliefs: UnsafePointer<ChannelBelief>, buying: Bool
  ) {
    for channel in auctions {
      var exposure = beliefs[channel].carryOver
      for group in stride(from: channel, to: groups, by: channelCount) {
        carry[group] = exposure
        let build = decays[tick][group]
        exposure *= build.kept
        if buying { exposure += tables.push[Int(tables.chosen[group]) * tables.stride + group] * build.built }
      }
    }
  }

  /// The worth at the end of each period of a unit of exposure, from the last period back.
  private func priceExposure(tick: Int, groups: Int) {
    for channel in auctions {
      let model = models[channel]
      var ahead: Float = 0
      for group in stride(from: groups - channelCount + channel, through: 0, by: -channelCount) {
        // A part of the way at a time: whole steps would swing between buying all now and all later.
        worth[group] += 0.3 * (ahead - worth[group])
        let build = decays[tick][group]
        let entry = Int(tables.chosen[group]) * tables.stride + group
        ahead = model.carryOverSlope(gained: tables.gain[entry], build: build) + build.kept * ahead
      }
    }
  }
}
