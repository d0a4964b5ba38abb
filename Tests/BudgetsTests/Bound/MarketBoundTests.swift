import Budgets
import Foundation
import LinearAlgebra
import Testing

@Suite struct MarketBoundTests {
  /// Enumerates every plan of a deterministic market; the bound must be the upper concave envelope of (spend, value).
  @Test(
    "Equals brute force on tiny auction markets",
    arguments: [
      (retention: 0.0, strength: 0.0), (retention: 0.6, strength: 0.8), (retention: 1.0, strength: 0.3),
      (retention: 0.9, strength: 2.0),
    ])
  func equalsBruteForceOnAuctions(retention: Double, strength: Double) throws {
    var stream = RandomStream(seed: 11, purpose: .test, lane: Int(retention * 10))
    for _ in 0..<10 {
      let ticks = 3
      // With so many auctions, wins and costs are as good as their means.
      let volume = 2e8
      let channels = (0..<2).map { index in
        let prices = (0...300).map { _ in Double(stream.uniform()) }
        return AuctionChannel(
          volume: volume * (1 + Double(index)), prices: prices, priceUnit: 1 / volume,
          pricing: index == 0 ? .secondPrice : .firstPrice, clickRate: 0.01 + 0.02 * Double(stream.uniform()),
          conversionRate: 0.1,
          fatigue: strength > 0 ? Fatigue(reach: volume / 2, strength: strength, retention: retention) : nil,
          bids: [0, 60, 140, 290])
      }
      var market = Market(
        name: "tiny", ticks: ticks, season: [0.7, 1.4, 0.9], budget: 1,
        channels: channels.enumerated().map { MediaChannel(name: "\($0)", kind: .auction($1)) })
      var path = MarketPath(ticks: ticks, channelCount: 2)
      for index in 0..<6 {
        path.price[index] = stream.uniform() - 0.5
        path.volume[index] = stream.uniform() - 0.5
        path.response[index] = stream.uniform() - 0.5
      }
      path.conversion = [0.3, -0.2]
      let plans = channels.indices.map { auctionPlans(channels[$0], $0, market, path) }
      for share in [0.02, 0.2, 0.5, 0.9, 1.2] {
        let most = plans.reduce(0) { sum, plans in sum + (plans.map(\.spend).max() ?? 0) }
        market.budget = share * most
        let exact = lagrangianMinimum(plans, budget: market.budget)
        let bound = MarketBound(market: market).bound(path: path)
        #expect(bound.value >= exact * (1 - 1e-4), "\(share)")
        #expect(bound.value <= exact * 1.005, "\(share): \(bound.value / exact)")
      }
    }
  }

  /// As above for response channels, whose plans may stop in any tick with any last spend.
  @Test(
    "Equals brute force on tiny response markets",
    arguments: [Adstock.none, .geometric(retention: 0.4), .geometric(retention: 0.8)], [0.6, 1.0, 2.2])
  func equalsBruteForceOnResponses(adstock: Adstock, slope: Double) throws {
    let channels = [
      ResponseChannel(
        spends: [0, 1, 2.5, 4], adstock: adstock,
        saturation: Hill(maximum: 10, halfSaturation: 3, slope: slope)),
      ResponseChannel(
        spends: [0, 2, 6], adstock: adstock, saturation: Hill(maximum: 16, halfSaturation: 5, slope: slope)),
    ]
    var market = Market(
      name: "tiny", ticks: 3, season: [0.7, 1.4, 0.9], budget: 1,
      channels: channels.enumerated().map { MediaChannel(name: "\($0)", kind: .response($1)) })
    var path = MarketPath(ticks: 3, channelCount: 2)
    path.response = [0.1, -0.2, 0.3, 0, -0.4, 0.2]
    let plans = channels.indices.map { responsePlans(channels[$0], $0, market, path) }
    for share in [0.05, 0.3, 0.6, 0.95] {
      market.budget = share * 30
      let exact = lagrangianMinimum(plans, budget: market.budget)
      let bound = MarketBound(market: market).bound(path: path)
      #expect(bound.value >= exact * (1 - 1e-4), "\(share)")
      #expect(bound.value <= exact * 1.02, "\(share): \(bound.value / exact)")
    }
  }

  /// Few wins per tick, so that their luck matters: against the exact Lagrangian bound by sums over Poisson counts.
  @Test func staysAboveTheExactRecursionWhereWinsAreFew() throws {
    for (reach, retention, strength) in [(4.0, 0.5, 0.6), (10.0, 0.9, 1.5), (1.5, 0.7, 0.3)] {
      let channel = AuctionChannel(
        volume: 5, prices: (0...300).map { 1 + Double($0 % 7) }, priceUnit: 0.01, pricing: .firstPrice,
        clickRate: 0.5, conversionRate: 1,
        fatigue: Fatigue(reach: reach, strength: strength, retention: retention), bids: [0, 30, 120, 250])
      for budget in [2.0, 8, 25] {
        let market = Market(
          name: "few", ticks: 3, budget: budget, channels: [MediaChannel(name: "a", kind: .auction(channel))])
        let bound = MarketBound(market: market).bound(path: MarketPath(ticks: 3, channelCount: 1))
        let exact = convexMinimum(tolerance: 0.01) {
          $0 * budget + exactValue(channel, exposure: 0, left: 3, price: $0)
        }
        #expect(bound.value >= exact * 0.995, "\(reach) \(budget): \(bound.value) \(exact)")
        #expect(bound.value <= exact * 1.25, "\(reach) \(budget): \(bound.value / exact)")
      }
    }
  }

  @Test func growsWithTheBudget() throws {
    var stream = RandomStream(seed: 5, purpose: .test)
    for _ in 0..<20 {
      var market = Market.random(stream: &stream, channels: 1...3, ticks: 1...8)
      let path = MarketPath.random(for: market, stream: &stream)
      var last = 0.0
      for _ in 0..<5 {
        market.budget *= 1.5
        let bound = MarketBound(market: market).bound(path: path)
        #expect(bound.value >= last * (1 - 2e-3) && bound.value.isFinite && bound.multiplier >= 0)
        last = bound.value
      }
    }
  }
}

private typealias Plan = (spend: Double, value: Double)

/// Spend and value of every sequence of levels of one auction channel, wins at their means.
private func auctionPlans(_ channel: AuctionChannel, _ index: Int, _ market: Market, _ path: MarketPath)
  -> [Plan]
{
  func extend(_ tick: Int, _ exposure: Double, _ spend: Double, _ value: Double) -> [Plan] {
    guard tick < market.ticks else { return [(spend, value)] }
    let place = tick * path.channelCount + index
    let factor = exp(Double(path.price[place]))
    return channel.bids.flatMap { bid -> [Plan] in
      let (won, paid, _) = channel.landscape.outcome(bid: bid / factor)
      let wins = channel.volume * market.season[tick] * exp(Double(path.volume[place])) * won
      let cost =
        channel.pricing == .firstPrice
        ? wins * bid : channel.volume * market.season[tick] * exp(Double(path.volume[place])) * paid * factor
      let rate =
        channel.clickRate * exp(Double(path.response[place])) * channel.conversionRate
        * exp(Double(path.conversion[index])) * exp(-(channel.fatigue?.strength ?? 0) * exposure)
      let next = channel.fatigue.map { $0.retention * exposure + wins / $0.reach } ?? 0
      return extend(tick + 1, next, spend + cost * channel.priceUnit, value + wins * rate)
    }
  }
  return extend(0, 0, 0, 0)
}

/// Spend and value of every sequence of levels of one response channel, cut short in any tick by any last spend.
private func responsePlans(_ channel: ResponseChannel, _ index: Int, _ market: Market, _ path: MarketPath)
  -> [Plan]
{
  let curve = channel.saturation
  let highest = channel.spends[channel.spends.count - 1]
  func extend(_ tick: Int, _ stock: Double, _ spend: Double, _ value: Double, stopped: Bool) -> [Plan] {
    guard tick < market.ticks else { return [(spend, value)] }
    let weight = market.season[tick] * exp(Double(path.response[tick * path.channelCount + index]))
    func play(_ amount: Double, stopped: Bool) -> [Plan] {
      let built = channel.adstock.retention * stock + amount
      let outcome = built > 0 ? curve.maximum / (1 + pow(curve.halfSaturation / built, curve.slope)) : 0
      return extend(tick + 1, built, spend + amount, value + weight * outcome, stopped: stopped)
    }
    if stopped { return play(0, stopped: true) }
    return channel.spends.flatMap { play($0, stopped: false) }
      + (1..<200).flatMap { play(highest * Double($0) / 200, stopped: true) }
  }
  return extend(0, 0, 0, 0, stopped: false)
}

/// The upper concave envelope at the budget of all combinations of one plan per channel, by its dual.
private func lagrangianMinimum(_ plans: [[Plan]], budget: Double) -> Double {
  convexMinimum { price in
    plans.reduce(price * budget) { sum, plans in
      sum + plans.reduce(0) { max($0, $1.value - price * $1.spend) }
    }
  }
}

/// The best objective less price times spend of the rest of an episode, over all Poisson counts of wins.
private func exactValue(_ channel: AuctionChannel, exposure: Double, left: Int, price: Double) -> Double {
  guard left > 0, let fatigue = channel.fatigue else { return 0 }
  return channel.bids.reduce(0) { best, bid in
    let mean = channel.volume * channel.landscape.outcome(bid: bid).winShare
    let rate = channel.clickRate * channel.conversionRate * exp(-fatigue.strength * exposure)
    var sum = 0.0
    var probability = exp(-mean)
    for wins in 0..<40 {
      let after = fatigue.retention * exposure + Double(wins) / fatigue.reach
      sum +=
        probability
        * (Double(wins) * (rate - price * channel.priceUnit * bid)
          + exactValue(channel, exposure: after, left: left - 1, price: price))
      probability *= mean / Double(wins + 1)
      if Double(wins) > mean, probability < 1e-7 { break }
    }
    return max(best, sum)
  }
}

/// The least value of a convex function of a price of at least 0.
private func convexMinimum(tolerance: Double = 1e-3, _ function: (Double) -> Double) -> Double {
  var (low, high) = (log(1e-6), log(1e8))
  while high - low > tolerance {
    let (left, right) = (low + (high - low) * 0.382, low + (high - low) * 0.618)
    if function(exp(left)) < function(exp(right)) { high = right } else { low = left }
  }
  return min(function(exp((low + high) / 2)), function(0))
}

extension MarketPath {
  /// Draws factors with a standard deviation of about 0.4 around 1.
  static func random(for market: Market, stream: inout RandomStream) -> MarketPath {
    var path = MarketPath(ticks: market.ticks, channelCount: market.channels.count)
    func draw() -> Float { (stream.uniform() + stream.uniform() - 1) }
    for index in path.price.indices {
      path.price[index] = draw()
      path.volume[index] = draw()
      path.response[index] = draw()
    }
    for index in path.conversion.indices { path.conversion[index] = draw() }
    return path
  }
}
