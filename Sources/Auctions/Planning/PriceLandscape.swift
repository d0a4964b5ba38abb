/// The law of the market price on whole prices from 0 to a highest one.
package struct PriceLandscape: Sendable, Equatable {
  /// The share of auctions at each price, from 0 on.
  package let shares: [Double]

  /// Creates a landscape from the number of auctions at each price, each raised by `smoothing` (Laplace).
  package init(counts: [Double], smoothing: Double = 1) {
    precondition(!counts.isEmpty && counts.allSatisfy { $0 >= 0 }, "A landscape needs counts of at least 0.")
    let total = counts.reduce(0, +) + Double(counts.count) * smoothing
    precondition(total > 0, "A landscape needs an auction.")
    shares = counts.map { ($0 + smoothing) / total }
  }

  /// A law by its shares, which sum to 1 or, where the prices of some auctions are unknown, less.
  package init(shares: [Double]) {
    precondition(shares.allSatisfy { $0 >= 0 }, "Shares are 0 or more.")
    self.shares = shares
  }

  /// The landscape of a log; prices above the highest count as that.
  package init(_ log: AuctionLog, highestPrice: Int = 300, smoothing: Double = 1) {
    var counts = [Double](repeating: 0, count: highestPrice + 1)
    for price in log.prices { counts[min(Int(price), highestPrice)] += 1 }
    self.init(counts: counts, smoothing: smoothing)
  }

  /// The share of auctions that a bid wins: those priced at it or below.
  package func winRates() -> [Double] {
    var sum = 0.0
    return shares.map { share in
      sum += share
      return min(sum, 1)
    }
  }
}
