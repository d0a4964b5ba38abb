/// A histogram of market prices as cumulative tables, ready for bids that fall between two prices.
///
/// The prices are the integers 0…300. The auctions of price i are spread evenly over the bids (i, i + 1]: a bid wins the
/// auctions priced below it and, between two integers, its share of those at the lower one. A winner under second price
/// pays the auction's price i, never more than the bid. Entry j of a table is the sum over the prices below j, and a
/// bid x in [0, 300] reads `table[i] + (x - i) · (table[i + 1] - table[i])` with i = ⌊x⌋: exact, not an approximation.
/// Bids above 300 read as 300. A bid of 0 wins nothing.
public struct AuctionLandscape: Sendable, Equatable {
  /// 302 entries: the share of auctions won, F.
  public let winShare: [Float]
  /// 302 entries: the prices of those auctions, summed and divided by the number of all auctions, in price steps.
  public let priceSum: [Float]
  /// 302 entries: their squared prices, likewise.
  public let priceSquares: [Float]

  /// Sums up a histogram: counts of the prices 0…300, not all zero.
  public init(prices: [Double]) {
    precondition(
      prices.count == AuctionChannel.priceCount, "A landscape needs the counts of the prices 0…300.")
    let total = prices.reduce(0, +)
    precondition(total > 0, "A landscape needs at least one auction.")
    func cumulative(_ power: (Double) -> Double) -> [Float] {
      var sum = 0.0
      return [0]
        + prices.enumerated().map { price, count in
          sum += count * power(Double(price))
          return Float(sum / total)
        }
    }
    winShare = cumulative { _ in 1 }
    priceSum = cumulative { $0 }
    priceSquares = cumulative { $0 * $0 }
  }

  /// Reads a table at a real-valued bid.
  public static func value(of table: [Float], at bid: Double) -> Double {
    let clamped = min(max(bid, 0), 300)
    let cell = Int(clamped)
    let low = Double(table[cell])
    return low + (clamped - Double(cell)) * (Double(table[cell + 1]) - low)
  }

  /// What a bid leads to per auction, at price factor 1: the share won, and the mean and mean square paid per auction.
  public func outcome(bid: Double) -> (winShare: Double, paid: Double, paidSquares: Double) {
    (
      Self.value(of: winShare, at: bid), Self.value(of: priceSum, at: bid),
      Self.value(of: priceSquares, at: bid)
    )
  }
}
