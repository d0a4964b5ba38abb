/// A law of auctions in a few weighted points: market price, value, and the share of auctions that each stands for.
///
/// What the dynamic programme needs of a market is the joint law of price and value; see `BudgetValues`.
public struct AuctionSample: Sendable, Equatable {
  /// One point of the law.
  package struct Point: Sendable, Equatable {
    /// The market price.
    package var price: Double
    /// The predicted click rate.
    package var value: Double
    /// The share of auctions.
    package var share: Double

    /// Creates a point.
    package init(price: Double, value: Double, share: Double) {
      self.price = price
      self.value = value
      self.share = share
    }
  }

  /// The points; their shares sum to 1 or, where some auctions cannot be won, less.
  package var points: [Point]

  /// Creates a law from its points.
  package init(points: [Point]) {
    precondition(
      points.allSatisfy { $0.price >= 0 && $0.share >= 0 && $0.value.isFinite },
      "A point needs a price and a share of at least 0.")
    self.points = points
  }

  /// The joint law of a log: prices in strata of as many auctions each, in each of them values in strata of as much value
  /// each, so that the rare auctions that are worth most are kept apart. A stratum becomes its mean. O(n log n).
  ///
  /// - Parameters:
  ///   - log: the auctions.
  ///   - priceStrata: about how many strata of prices.
  ///   - valueStrata: how many strata of values in each.
  public init(_ log: AuctionLog, priceStrata: Int = 64, valueStrata: Int = 24) {
    precondition(priceStrata > 0 && valueStrata > 0, "A law needs strata of prices and of values.")
    let order = (0..<log.count).sorted { (log.prices[$0], log.values[$0]) < (log.prices[$1], log.values[$1]) }
    let least = max(1, log.count / priceStrata)
    var points: [Point] = []
    var first = 0
    while first < order.count {
      var end = min(first + least, order.count)
      // Auctions of one price stay together.
      while end < order.count, log.prices[order[end]] == log.prices[order[end - 1]] { end += 1 }
      let stratum = order[first..<end]
      let price = stratum.reduce(0.0) { $0 + Double(log.prices[$1]) } / Double(stratum.count)
      let values = stratum.map { log.values[$0] }.sorted()
      let mass = values.reduce(0, +) / Double(valueStrata)
      var (sum, members) = (0.0, 0)
      for (place, value) in values.enumerated() {
        sum += value
        members += 1
        if sum >= mass || place == values.count - 1 {
          points.append(
            Point(
              price: price.rounded(), value: sum / Double(members),
              share: Double(members) / Double(log.count)))
          (sum, members) = (0, 0)
        }
      }
      first = end
    }
    self.points = points
  }

  /// The law that RLB and SS-MDP plan with: prices by a landscape, and every auction worth the same.
  package init(landscape: PriceLandscape, value: Double) {
    points = landscape.shares.enumerated().map {
      Point(price: Double($0.offset), value: value, share: $0.element)
    }
  }
}
