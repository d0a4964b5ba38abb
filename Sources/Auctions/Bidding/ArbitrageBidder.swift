/// SAM, statistical arbitrage (Zhang and Wang, KDD 2015, section 4), for one campaign in second-price auctions.
///
/// A click pays r. Profit Σ (θ r − price) under the budget is highest with bids θ r / (1 + λ), where λ ≥ 0 is the least that
/// keeps a log's spend within its budgets: money that no profit can be made of is left.
package struct ArbitrageBidder: Bidder {
  /// Bids in proportion to the value.
  package let linear: LinearBidder
  /// λ, the budget's multiplier.
  package let multiplier: Double

  /// Finds λ on a log by bisection.
  ///
  /// - Parameter payoff: r, money per click; the log's own cost per click is the usual choice.
  package init(payoff: Double, on log: AuctionLog, _ rules: ReplayRules) {
    precondition(payoff > 0 && payoff.isFinite, "A click pays more than 0.")
    // The spend that bids would have without budgets, against the budgets of all episodes.
    let unlimited = ReplayRules(
      auctions: rules.auctions, budget: Int.max / 2, highestBid: rules.highestBid, pricing: rules.pricing)
    let money = rules.budget * log.episodeCount(rules)
    func bidder(_ multiplier: Double) -> LinearBidder {
      LinearBidder(base: payoff / (1 + multiplier), highestBid: rules.highestBid)
    }
    func isWithin(_ multiplier: Double) -> Bool {
      log.replay(bidder(multiplier), unlimited).cost <= money
    }
    var (low, high) = (0.0, 1.0)
    if isWithin(0) {
      high = 0
    } else {
      while !isWithin(high), high < 1e6 { high *= 2 }
      for _ in 0..<30 {
        let middle = (low + high) / 2
        if isWithin(middle) { high = middle } else { low = middle }
      }
    }
    multiplier = high
    linear = bidder(high)
  }

  /// θ r / (1 + λ), rounded down.
  @inlinable package func bid(value: Double, auctionsLeft: Int, budgetLeft: Int) -> Int {
    linear.bid(value: value, auctionsLeft: auctionsLeft, budgetLeft: budgetLeft)
  }
}
