import CKernels
import Foundation
import LinearAlgebra

/// Plans the rest of an episode for certain equivalents: forecasts in, one price of money and a level per channel out.
///
/// The budget is priced by a multiplier λ, found by bisection so that the plan spends what is left; each channel and
/// period then takes the level of largest gain − λ · cost. Carry-over is priced likewise: a forward pass forecasts
/// exposure or adstock under the plan, a backward pass gives its marginal worth (the costate of Pontryagin's
/// principle), which is added to the gain of every level; few sweeps settle.
final class LagrangianPlanner {
  let market: Market
  let models: [ChannelModel]
  let stride: Int
  let horizons: [Horizon]
  let maximumPeriods: Int
  private let decays: [[[PeriodDecay]]]
  private let tables: Matrix
  private let gain, cost, netGain, winsPerTick, won, paid: UnsafeMutablePointer<Float>
  private let carry, worth: UnsafeMutablePointer<Float>
  private let chosen: UnsafeMutablePointer<Int32>

  /// The channels of the market.
  var channelCount: Int { models.count }

  /// What is remembered between the plans of one episode, so that few sweeps suffice.
  struct Memory {
    var multiplier: Float = -1
  }

  /// Prepares to plan a market; `exact` plans tick by tick instead of in growing periods.
  init(_ market: Market, exact: Bool = false) {
    self.market = market
    models = market.channels.map { ChannelModel($0, objective: market.objective) }
    let largest = models.map(\.count).max() ?? 1
    stride = (largest + 15) / 16 * 16
    horizons = (0..<market.ticks).map { Horizon(from: $0, season: market.season, exact: exact) }
    maximumPeriods = horizons.map(\.periods.count).max() ?? 1
    let models = models
    decays = horizons.map { horizon in
      horizon.periods.map { period in
        models.map { PeriodDecay(retention: $0.retention, count: period.count) }
      }
    }
    let groups = maximumPeriods * models.count
    let rows = max(groups, 1)
    tables = Matrix(rows: 4 * rows + 2 + (2 * rows + stride - 1) / stride + 1, columns: stride)
    gain = tables.pointer
    cost = gain + groups * stride
    netGain = cost + groups * stride
    winsPerTick = netGain + groups * stride
    won = winsPerTick + groups * stride
    paid = won + stride
    carry = paid + stride
    worth = carry + groups
    chosen = .allocate(capacity: groups)
    chosen.initialize(repeating: 0, count: groups)
  }

  deinit { chosen.deallocate() }

  /// The plan's price of money: objective per unit of budget.
  private(set) var multiplier: Float = 0
  /// The objective that the plan forecasts for the rest of the episode.
  private(set) var value: Float = 0

  /// The gain less the priced cost of each level of a channel in the first period, after pricing of carry-over.
  func score(channel: Int, level: Int) -> Float {
    netGain[channel * stride + level] - multiplier * cost[channel * stride + level]
  }

  /// The gain of a level of a channel in a period after pricing of carry-over; -infinity beyond the ladder.
  func netGain(channel: Int, level: Int, period: Int) -> Float {
    netGain[(period * channelCount + channel) * stride + level]
  }

  /// The expected cost of a level of a channel in a period.
  func cost(channel: Int, level: Int, period: Int = 0) -> Float {
    cost[(period * channelCount + channel) * stride + level]
  }

  /// The level the plan gives a channel in a period.
  func level(channel: Int, period: Int = 0) -> Int { Int(chosen[period * channelCount + channel]) }

  /// Plans from a tick on.
  ///
  /// - Parameters:
  ///   - tick: the tick about to be played.
  ///   - budget: the money left.
  ///   - beliefs: one per channel, already advanced to the tick.
  ///   - sweeps: how often carry-over is forecast and priced.
  func plan(
    tick: Int, budget: Float, beliefs: UnsafePointer<ChannelBelief>, memory: inout Memory, sweeps: Int = 3
  ) {
    let periods = horizons[tick].periods
    let groups = periods.count * channelCount
    for group in 0..<groups { worth[group] = 0 }
    forecastCarryOver(tick: tick, periods: periods, beliefs: beliefs, initial: true)
    let hasCarryOver = models.contains { $0.retention > 0 }
    for sweep in 0..<(hasCarryOver ? sweeps : 1) {
      tabulate(tick: tick, periods: periods, beliefs: beliefs)
      findMultiplier(budget: budget, groups: groups, start: sweep == 0 ? memory.multiplier : multiplier)
      value =
        ck_levels_at(netGain, cost, groups, stride, multiplier, chosen) + multiplier * budget
      if sweep + 1 < sweeps, hasCarryOver {
        forecastCarryOver(tick: tick, periods: periods, beliefs: beliefs, initial: false)
        priceCarryOver(tick: tick, periods: periods)
      }
    }
    if hasCarryOver {
      // The dual value counts the worth of carry-over twice, as gain now and as gain then: sum the plan instead.
      value = 0
      for group in 0..<groups { value += gain[group * stride + Int(chosen[group])] }
    }
    memory.multiplier = multiplier
    respectTickCap(groups: channelCount)
  }

  /// Fills gains and costs of every period, channel and level.
  private func tabulate(
    tick: Int, periods: [Horizon.Period], beliefs: UnsafePointer<ChannelBelief>
  ) {
    let persistence = Float(market.drift.persistence)
    for (index, period) in periods.enumerated() {
      let decay = period.distance == 0 ? 1 : pow(persistence, period.distance)
      for channel in 0..<channelCount {
        let group = index * channelCount + channel
        let build = decays[tick][index][channel]
        let model = models[channel]
        let belief = beliefs[channel]
        if let auction = model.auction {
          tabulate(auction, model, belief, period, decay, build, group)
        } else if let response = model.response {
          tabulate(response, model, belief, period, decay, build, group)
        }
        for level in model.count..<stride {
          netGain[group * stride + level] = -.infinity
          cost[group * stride + level] = 0
        }
      }
    }
  }

  private func tabulate(
    _ auction: AuctionChannel, _ model: ChannelModel, _ belief: ChannelBelief, _ period: Horizon.Period,
    _ decay: Float, _ build: PeriodDecay, _ group: Int
  ) {
    let base = group * stride
    model.auctionLadder(auction, price: belief.price.mean(decay: decay), won: won, paid: paid)
    let auctions =
      Float(auction.volume) * period.season
      * exp(belief.volume.mean(decay: decay) + 0.5 * belief.volume.variance)
    let rate =
      model.outcomeValue * Float(auction.clickRate * auction.conversionRate)
      * exp(
        belief.response.mean(decay: decay) + 0.5 * belief.response.variance + belief.conversion.mean
          + 0.5 * belief.conversion.variance)
    let strength = Float(auction.fatigue?.strength ?? 0)
    let push = auctions / Float(period.count) / Float(auction.fatigue?.reach ?? 1)
    ck_auction_gains(
      won, model.count, auctions * rate, strength, carry[group] * build.mean, push * build.builtBefore, gain + base)
    let carryWorth = worth[group] * push * build.built
    let spendPenalty: Float = market.objective == .profit ? 1 : 0
    for level in 0..<model.count {
      winsPerTick[base + level] = auctions * won[level] / Float(period.count)
      cost[base + level] = auctions * paid[level]
      netGain[base + level] = gain[base + level] + carryWorth * won[level] - spendPenalty * cost[base + level]
    }
  }

  private func tabulate(
    _ response: ResponseChannel, _ model: ChannelModel, _ belief: ChannelBelief, _ period: Horizon.Period,
    _ decay: Float, _ build: PeriodDecay, _ group: Int
  ) {
    let base = group * stride
    let scale =
      model.outcomeValue * Float(response.saturation.maximum) * period.season
      * exp(belief.response.mean(decay: decay) + 0.5 * belief.response.variance)
    let stockGain = Float(response.adstock.equivalentGain)
    let carried = carry[group] * model.retention * build.mean
    let spendPenalty: Float = market.objective == .profit ? 1 : 0
    for level in 0..<model.count {
      let spend = model.ladder[level]
      let stock = carried + spend * stockGain * (1 + model.retention * build.builtBefore)
      gain[base + level] = scale * hill(response.saturation, stock)
      cost[base + level] = spend * Float(period.count)
      netGain[base + level] =
        gain[base + level] + worth[group] * spend * stockGain * build.built - spendPenalty * cost[base + level]
    }
  }

  /// Finds the smallest multiplier, to a part in a thousand, at which the plan spends no more than the budget.
  private func findMultiplier(budget: Float, groups: Int, start: Float) {
    guard ck_spend_at(netGain, cost, groups, stride, 0) > budget else {
      multiplier = 0
      return
    }
    var high = start > 0 ? start : 1
    while ck_spend_at(netGain, cost, groups, stride, high) > budget, high < 1e30 { high *= 2 }
    var low = high / 2
    while low > 1e-30, ck_spend_at(netGain, cost, groups, stride, low) <= budget {
      high = low
      low /= 2
    }
    for _ in 0..<10 {
      let middle = (low * high).squareRoot()
      if ck_spend_at(netGain, cost, groups, stride, middle) > budget { low = middle } else { high = middle }
    }
    multiplier = high
  }

  /// Raises the first period's multiplier until its plan keeps to the tick's cap.
  private func respectTickCap(groups: Int) {
    guard let cap = market.tickCap else { return }
    var spent: Float = 0
    for group in 0..<groups { spent += cost[group * stride + Int(chosen[group])] }
    guard spent > Float(cap) else { return }
    findMultiplier(budget: Float(cap), groups: groups, start: multiplier)
    _ = ck_levels_at(netGain, cost, groups, stride, multiplier, chosen)
  }

  /// Carries exposure and stock forward under the chosen levels; at first as if nothing were bought.
  private func forecastCarryOver(
    tick: Int, periods: [Horizon.Period], beliefs: UnsafePointer<ChannelBelief>, initial: Bool
  ) {
    for channel in 0..<channelCount {
      var stock = beliefs[channel].carryOver
      for index in periods.indices {
        let group = index * channelCount + channel
        carry[group] = stock
        let build = decays[tick][index][channel]
        stock *= build.kept
        if !initial { stock += pushes(group: group, channel: channel, period: periods[index]) * build.built }
      }
    }
  }

  /// What the chosen level adds to exposure or stock per tick.
  private func pushes(group: Int, channel: Int, period: Horizon.Period) -> Float {
    let level = Int(chosen[group])
    let model = models[channel]
    if let response = model.response {
      return model.ladder[level] * Float(response.adstock.equivalentGain)
    }
    guard let fatigue = model.auction?.fatigue else { return 0 }
    return winsPerTick[group * stride + level] / Float(fatigue.reach)
  }

  /// The worth at the end of each period of a unit of carry-over, from the last period back.
  private func priceCarryOver(tick: Int, periods: [Horizon.Period]) {
    for channel in 0..<channelCount {
      let model = models[channel]
      var ahead: Float = 0
      for index in periods.indices.reversed() {
        let group = index * channelCount + channel
        worth[group] = ahead
        let build = decays[tick][index][channel]
        let level = Int(chosen[group])
        let gained = gain[group * stride + level]
        var slope: Float = 0
        if let fatigue = model.auction?.fatigue {
          slope = -Float(fatigue.strength) * build.mean * gained
        } else if let response = model.response {
          let spend = model.ladder[level] * Float(response.adstock.equivalentGain)
          let stock =
            carry[group] * model.retention * build.mean + spend * (1 + model.retention * build.builtBefore)
          if stock > 0 {
            let share = hill(response.saturation, stock)
            slope =
              gained * Float(response.saturation.slope) * (1 - share) / stock * model.retention * build.mean
          }
        }
        ahead = slope + build.kept * ahead
      }
    }
  }
}
