/// The most value that could have been bought in a log's episodes with every price known in advance: no bidder can have
/// more.
///
/// In each episode auctions are bought in the order of value per money until the budget ends, the last in part: the
/// optimum of the knapsack's linear relaxation (Dantzig, 1957), so at least that of whole auctions. O(n log n).
///
/// - Returns: one bound per episode, in the unit of the values.
public func clairvoyantOptimum(_ log: AuctionLog, _ rules: ReplayRules) -> [Double] {
  (0..<log.episodeCount(rules)).map { episode in
    let auctions = episode * rules.auctions..<min((episode + 1) * rules.auctions, log.count)
    var (left, value) = (Double(rules.budget), 0.0)
    for free in auctions where log.prices[free] == 0 { value += log.values[free] }
    // Bids end at the highest one: dearer auctions cannot be won.
    let order = auctions.filter { log.prices[$0] > 0 && Int(log.prices[$0]) <= rules.highestBid }
      .sorted { log.values[$0] * Double(log.prices[$1]) > log.values[$1] * Double(log.prices[$0]) }
    for auction in order {
      let price = Double(log.prices[auction])
      guard price > left else {
        left -= price
        value += log.values[auction]
        continue
      }
      return value + log.values[auction] * left / price
    }
    return value
  }
}
