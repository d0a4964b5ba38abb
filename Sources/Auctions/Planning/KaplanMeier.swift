extension PriceLandscape {
  /// The law of prices from a bidder's own history, where a lost auction only tells that the price was above the bid: the
  /// product-limit estimate (Kaplan and Meier, 1958; for auctions Amin et al., 2012).
  ///
  /// What was dearer than every bid stays unknown: the shares then sum to less than 1. O(auctions + highest price).
  /// - Parameters:
  ///   - wonAt: the market price of each auction won.
  ///   - lostAt: the bid of each auction lost.
  ///   - highestPrice: the law's last price; dearer wins count as that.
  package init(wonAt: [Int32], lostAt: [Int32], highestPrice: Int = 300) {
    precondition(
      wonAt.allSatisfy { $0 >= 0 } && lostAt.allSatisfy { $0 >= 0 }, "Prices and bids are 0 or more.")
    var deaths = [Double](repeating: 0, count: highestPrice + 1)
    var censored = [Double](repeating: 0, count: highestPrice + 1)
    for price in wonAt { deaths[min(Int(price), highestPrice)] += 1 }
    for bid in lostAt { censored[min(Int(bid), highestPrice)] += 1 }
    // At risk of a price are wins at it or above, and losses whose bid was at least that high.
    var atRisk = Double(wonAt.count + lostAt.count)
    var (survival, shares) = (1.0, [Double]())
    for price in 0...highestPrice {
      let hazard = atRisk > 0 ? deaths[price] / atRisk : 0
      shares.append(survival * hazard)
      survival *= 1 - hazard
      atRisk -= deaths[price] + censored[price]
    }
    self.init(shares: shares)
  }
}
