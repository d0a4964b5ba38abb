import Auctions
import Testing

@Suite struct ReplayTests {
  /// The replay spelled out: one auction after another.
  private func reference(_ log: AuctionLog, _ rules: ReplayRules, bid: (Double, Int, Int) -> Int)
    -> ReplayOutcome
  {
    var (outcome, budget) = (ReplayOutcome(), rules.budget)
    for auction in 0..<log.count {
      if auction % rules.auctions == 0 { budget = rules.budget }
      let left = rules.auctions - auction % rules.auctions
      let offered = min(bid(log.values[auction], left, budget), budget, rules.highestBid)
      outcome.auctions += 1
      guard offered >= Int(log.prices[auction]) else { continue }
      let paid = rules.pricing == .secondPrice ? Int(log.prices[auction]) : offered
      budget -= paid
      outcome.impressions += 1
      outcome.clicks += log.clicks[auction] ? 1 : 0
      outcome.cost += paid
      outcome.value += log.values[auction]
    }
    return outcome
  }

  @Test(arguments: PricingRule.allCases, [40, 600, 100_000])
  func equalsThePlainLoop(pricing: PricingRule, budget: Int) {
    let log = drawnLog(1050, seed: 2)
    let rules = ReplayRules(auctions: 100, budget: budget, highestBid: 50, pricing: pricing)
    let bidder = LinearBidder(base: 5000, highestBid: 50)
    let plain = reference(log, rules) { value, _, _ in Int(min(5000 * value, 1e6)) }
    let replayed = log.replay(bidder, rules)
    #expect(replayed.impressions == plain.impressions && replayed.cost == plain.cost)
    #expect(replayed.clicks == plain.clicks && replayed.auctions == plain.auctions)
    #expect(abs(replayed.value - plain.value) < 1e-12)
    #expect(replayed.impressions > 0 && replayed.impressions < log.count)
  }

  @Test func threadsChangeNothing() {
    let log = drawnLog(2345, seed: 3)
    let rules = ReplayRules(auctions: 100, budget: 300, highestBid: 60)
    let bidder = ValueBidder.exact(AuctionSample(log), rules)
    let alone = log.replay(bidder, rules)
    for threads in [2, 3, 7] {
      let shared = log.replay(bidder, rules, threads: threads)
      #expect(shared.impressions == alone.impressions && shared.cost == alone.cost)
      #expect(shared.clicks == alone.clicks && shared.auctions == alone.auctions)
    }
  }

  @Test func noEpisodeSpendsMoreThanItsBudget() {
    let log = drawnLog(1000, seed: 4)
    let rules = ReplayRules(auctions: 50, budget: 170, highestBid: 60, pricing: .firstPrice)
    for first in stride(from: 0, to: 1000, by: 50) {
      let outcome = log[first..<first + 50].replay(LinearBidder(base: 1e6), rules)
      #expect(outcome.cost <= 170)
    }
  }

  @Test func floorsAreLeastPrices() {
    let log = drawnLog(500, seed: 5).raised(toFloor: 30)
    let outcome = log.replay(
      LinearBidder(base: 1e9), ReplayRules(auctions: 500, budget: 1_000_000, highestBid: 60))
    #expect(outcome.impressions == 500 && outcome.cost == log.totals.cost)
    #expect(outcome.cost >= 500 * 30)
  }
}
