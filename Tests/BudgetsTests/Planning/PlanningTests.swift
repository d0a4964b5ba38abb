import Budgets
import Foundation
import LinearAlgebra
import Testing

/// Plans of markets small enough to try every one.
@Suite struct PlanningTests {
  /// No plan of the mean market that costs no more gains more (Everett's theorem), and none within the budget gains
  /// more than the plan's price of money allows.
  @Test func theMeanPlanIsLagrangianOptimal() {
    var stream = RandomStream(seed: 90, purpose: .test)
    for _ in 0..<12 {
      var market = Market(
        name: "tiny", ticks: 2, season: [0.6, 1.4], budget: 1,
        channels: (0..<3).map { MediaChannel(name: "\($0)", kind: .auction(auction(&stream))) })
      let all = plans(market)
      let most = all.map(\.cost).max() ?? 0
      for share in [0.1, 0.4, 0.8, 1.1] {
        market.budget = share * most
        let plan = MeanMarketPlan(market)
        let chosen = (0..<2).flatMap { tick in (0..<3).map { plan.level(tick: tick, channel: $0) } }
        guard let own = all.first(where: { $0.levels == chosen }) else { continue }
        #expect(own.cost <= market.budget * (1 + 1e-5))
        let (spare, price) = (market.budget - own.cost, Double(plan.multiplier))
        for other in all where other.cost <= market.budget {
          #expect(other.gain <= (own.gain + price * spare) * (1 + 1e-4))
          if other.cost <= own.cost { #expect(other.gain <= own.gain * (1 + 1e-4)) }
        }
      }
    }
  }

  /// `replan` in a market without chance, where the best sequence of levels can be found by trying all of them.
  ///
  /// It is not the best: one price of money cannot split a rung of the ladder, which counts where the budget is some five
  /// rungs (share 0.2), and of a Weibull adstock it knows the mean lag only. No sequence rises above the certified bound.
  @Test(arguments: [
    (Adstock.none, 0.95, 0.97), (.geometric(retention: 0.6), 0.92, 0.95),
    (.weibull(shape: 2, scale: 2, length: 4), 0.85, 0.93),
  ])
  func replanComesNearTheBestSequence(adstock: Adstock, least: Double, leastMean: Double) {
    var sum = 0.0
    for share in [0.2, 0.4, 0.7] {
      let spends: [[Double]] = [[0, 1, 2, 4], [0, 1.5, 3]]
      let channels = spends.enumerated().map { index, spends in
        MediaChannel(
          name: "\(index)",
          kind: .response(
            ResponseChannel(
              spends: spends, adstock: adstock,
              saturation: Hill(maximum: 10 + 5 * Double(index), halfSaturation: 3, slope: 1))))
      }
      let market = Market(
        name: "tiny", ticks: 4, season: [0.7, 1.4, 0.9, 1], budget: 28 * share, channels: channels)
      var best = 0.0
      for code in 0..<20736 {
        let outcome = played(market) { tick, channel in
          let digit = code / [1, 12, 144, 1728][tick] % 12
          return Int32(channel == 0 ? digit % 4 : digit / 4)
        }
        best = max(best, outcome)
      }
      let replan = MarketEvaluation(market: market, episodes: 1, seed: 1)
      let own = replan.run([.init("replan") { ReplanStrategy(market: market) }])[0].expectedReturns[0]
      #expect(own > least * best, "\(share): \(own / best)")
      #expect(best <= replan.bounds()[0], "\(share)")
      sum += own / best
    }
    #expect(sum / 3 > leastMean, "\(sum / 3)")
  }

  /// Where the lowest levels alone cost more than the budget, the price of money rises until only they are bought, not
  /// without end: scores priced at 1e30 would be no prior for a network.
  @Test func unaffordableLowestLevelsLeaveAFinitePrice() {
    var stream = RandomStream(seed: 92, purpose: .test)
    let market = Market(
      name: "dear", ticks: 2, budget: 1e-3,
      channels: (0..<2).map { MediaChannel(name: "\($0)", minimumLevel: 1, kind: .auction(auction(&stream))) }
    )
    let plan = MeanMarketPlan(market)
    #expect(plan.multiplier > 0 && plan.multiplier < 100)
    for tick in 0..<2 {
      for channel in 0..<2 { #expect(plan.level(tick: tick, channel: channel) == 0) }
    }
  }

  private typealias Plan = (levels: [Int], cost: Double, gain: Double)

  private func auction(_ stream: inout RandomStream) -> AuctionChannel {
    AuctionChannel(
      volume: 1000, prices: (0...300).map { _ in Double(stream.uniform()) }, priceUnit: 1e-3, clickRate: 0.05,
      conversionRate: 0.05 + 0.1 * Double(stream.uniform()), bids: [0, 40, 120, 260])
  }

  /// Every sequence of levels, its expected cost and gain.
  private func plans(_ market: Market) -> [Plan] {
    var plans: [Plan] = [([], 0, 0)]
    for season in market.season {
      for channel in market.channels {
        guard case .auction(let auction) = channel.kind else { continue }
        let landscape = auction.landscape
        let choices = auction.bids.enumerated().map { level, bid in
          let (won, paid, _) = landscape.outcome(bid: bid)
          let auctions = auction.volume * season
          let rate = auction.clickRate * auction.conversionRate
          return (level, auctions * paid * auction.priceUnit, auctions * won * rate)
        }
        plans = plans.flatMap { plan in
          choices.map { (plan.levels + [$0.0], plan.cost + $0.1, plan.gain + $0.2) }
        }
      }
    }
    return plans
  }

  /// What a sequence of levels earns in a market without chance.
  private func played(_ market: Market, _ level: (Int, Int) -> Int32) -> Double {
    let oracle = ScalarMarket(market: market, seed: 0)
    var (left, sum) = (market.budget, 0.0)
    var history = [[Double]](repeating: [], count: market.channels.count)
    for tick in 0..<market.ticks {
      let offers = market.channels.enumerated().map { index, channel in
        ScalarMarket.Offer(cost: channel.levels[Int(level(tick, index))])
      }
      let kept = oracle.stop(offers, available: left, quantum: market.budget * 0x1p-21)
      for (index, channel) in market.channels.enumerated() {
        guard case .response(let response) = channel.kind else { continue }
        left -= kept[index].cost
        history[index].append(kept[index].cost)
        let stock = oracle.carryOver(channel, history: history[index])
        let curve = response.saturation
        sum += market.season[tick] * curve.maximum * stock / (stock + curve.halfSaturation)
      }
    }
    return sum
  }
}
