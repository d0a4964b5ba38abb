import Auctions
import Testing

@Suite struct StrategyTests {
  private let history = drawnLog(20_000, seed: 10)
  private let log = drawnLog(10_000, seed: 11)

  @Test func nobodyBeatsTheClairvoyantOptimum() {
    for divisor in [2, 8, 32] {
      let rules = ReplayRules.share(1 / Double(divisor), of: history.totals, auctions: 200)
      let bound = clairvoyantOptimum(log, rules).reduce(0, +)
      for (strategy, outcome) in BiddingStrategy.compare(history: history, log: log, rules) {
        #expect(outcome.value <= bound, "\(strategy)")
        #expect(outcome.cost <= 50 * rules.budget, "\(strategy)")
        #expect(outcome.impressions > 0, "\(strategy)")
      }
    }
  }

  /// Every set of auctions of short episodes, by brute force.
  @Test func optimumIsAtLeastEverySetOfAuctions() {
    let rules = ReplayRules(auctions: 10, budget: 60, highestBid: 45)
    let few = drawnLog(40, seed: 12)
    for (episode, bound) in clairvoyantOptimum(few, rules).enumerated() {
      var best = 0.0
      for set in 0..<1024 {
        let chosen = (0..<10).filter { set >> $0 & 1 == 1 }.map { episode * 10 + $0 }
        let isAllowed =
          chosen.allSatisfy { few.prices[$0] <= 45 } && chosen.reduce(0) { $0 + Int(few.prices[$1]) } <= 60
        if isAllowed { best = max(best, chosen.reduce(0) { $0 + few.values[$1] }) }
      }
      #expect(bound >= best - 1e-12)
      #expect(bound <= best + (few.values[episode * 10..<episode * 10 + 10].max() ?? 0))
    }
  }

  @Test func exactBeatsTheAverageValueProgramme() throws {
    let rules = ReplayRules.share(1 / 8, of: history.totals, auctions: 200)
    let outcomes = BiddingStrategy.compare([.rlb, .ssMDP, .exact], history: history, log: log, rules)
    let value = Dictionary(uniqueKeysWithValues: outcomes.map { ($0.strategy, $0.outcome.value) })
    let (exact, rlb) = (try #require(value[.exact]), try #require(value[.rlb]))
    #expect(exact > rlb)
    #expect(rlb > (try #require(value[.ssMDP])))
  }

  /// Values fall to half after the history: who follows the level wins more.
  @Test func followingTheLevelPays() {
    let drifting = AuctionLog(
      clicks: history.clicks, prices: history.prices,
      values: history.values.enumerated().map { $1 * ($0 / 2500 % 2 == 0 ? 0.6 : 1.5) })
    let rules = ReplayRules.share(1 / 8, of: drifting.totals, auctions: 200)
    let learned = DriftingBidder.learned(on: drifting, rules)
    #expect(learned.drift.strength > 0)
    let later = AuctionLog(
      clicks: log.clicks, prices: log.prices,
      values: log.values.enumerated().map { $1 * ($0 / 2500 % 2 == 0 ? 0.6 : 1.5) })
    #expect(later.replay(learned, rules).value > later.replay(learned.base, rules).value)
  }

  @Test func concaveBidIsBestWhereItsWinRateHolds() {
    // A bid b wins b / (c + b) and pays b: θ w(b) − λ b w(b) is highest at the formula's bid.
    let (half, multiplier, value) = (40.0, 0.0001, 0.02)
    let bidder = ConcaveBidder(half: half, multiplier: multiplier)
    func gain(_ bid: Int) -> Double {
      (value - multiplier * Double(bid)) * Double(bid) / (half + Double(bid))
    }
    let bid = bidder.bid(value: value, auctionsLeft: 1, budgetLeft: 1000)
    let best = (0...300).max { gain($0) < gain($1) } ?? 0
    #expect(abs(bid - best) <= 1)
  }

  @Test func arbitrageKeepsWithinTheBudgetsAndBidsTheTruthWithMoneyToSpare() {
    let tight = ReplayRules.share(1 / 8, of: history.totals, auctions: 200)
    let bidder = ArbitrageBidder(payoff: 20_000, on: history, tight)
    #expect(bidder.multiplier > 0)
    let unlimited = ReplayRules(auctions: 20_000, budget: Int.max / 4)
    #expect(history.replay(bidder, unlimited).cost <= 100 * tight.budget)
    let rich = ReplayRules(auctions: 200, budget: 1_000_000)
    #expect(ArbitrageBidder(payoff: 20_000, on: history, rich).multiplier == 0)
  }

  @Test func landscapeCountsAndSmooths() {
    let landscape = PriceLandscape(counts: [0, 3, 1], smoothing: 1)
    let expected: [Double] = [1, 4, 2]
    #expect(landscape.shares == expected.map { $0 / 7 })
    #expect(abs((landscape.winRates().last ?? 0) - 1) < 1e-12)
  }
}
