/// Auctions in the order of time, one element per auction in every array.
///
/// ```swift
/// let log = try AuctionLog(contentsOf: "auctions.txt")
/// let (train, test) = log.split(at: 0.75)
/// ```
public struct AuctionLog: Sendable {
  /// Whether showing the advertisement led to a click.
  public let clicks: [Bool]
  /// The market price in whole units of money: the least bid that would have won.
  public let prices: [Int32]
  /// What winning is worth: the predicted click rate, before the click is known.
  public let values: [Double]
  /// The hour, or another class of the auction; empty where the log has none.
  package let segments: [Int32]

  /// Creates a log.
  ///
  /// All arrays have an element per auction; `segments` may be empty. Prices are 0 or more, values finite and 0 or more.
  public init(clicks: [Bool], prices: [Int32], values: [Double], segments: [Int32] = []) {
    precondition(
      clicks.count == prices.count && values.count == prices.count
        && (segments.isEmpty || segments.count == prices.count),
      "A log needs as many clicks and values as the \(prices.count) prices.")
    precondition(prices.allSatisfy { $0 >= 0 }, "A market price is 0 or more.")
    precondition(values.allSatisfy { $0 >= 0 && $0.isFinite }, "A value is finite and 0 or more.")
    self.clicks = clicks
    self.prices = prices
    self.values = values
    self.segments = segments
  }

  /// The number of auctions.
  public var count: Int { prices.count }

  /// The auctions of a range, as a log of their own.
  public subscript(range: Range<Int>) -> AuctionLog {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= count, "The log has \(count) auctions, not \(range).")
    return AuctionLog(
      clicks: Array(clicks[range]), prices: Array(prices[range]), values: Array(values[range]),
      segments: segments.isEmpty ? [] : Array(segments[range]))
  }

  /// The first `share` of the auctions, and the rest.
  public func split(at share: Double) -> (first: AuctionLog, rest: AuctionLog) {
    precondition((0...1).contains(share), "A share lies between 0 and 1, not at \(share).")
    let border = Int((Double(count) * share).rounded())
    return (self[0..<border], self[border..<count])
  }

  /// The same auctions with a reserve: nobody wins for less than `floor`.
  package func raised(toFloor floor: Int32) -> AuctionLog {
    AuctionLog(clicks: clicks, prices: prices.map { max($0, floor) }, values: values, segments: segments)
  }

  /// The log as text, as `init(contentsOf:)` reads it.
  public var text: String {
    var lines = ""
    for auction in 0..<count {
      lines += "\(clicks[auction] ? 1 : 0) \(prices[auction]) \(values[auction])"
      if !segments.isEmpty { lines += " \(segments[auction])" }
      lines += "\n"
    }
    return lines
  }

  /// Totals of the log: what a campaign that had won every auction would report.
  public var totals: AuctionTotals {
    AuctionTotals(
      auctions: count, clicks: clicks.count(where: { $0 }), cost: prices.reduce(0) { $0 + Int($1) },
      value: values.reduce(0, +))
  }
}

/// Totals of a campaign's history, from which the published strategies take their settings.
public struct AuctionTotals: Sendable, Equatable {
  /// The number of auctions.
  public var auctions: Int
  /// Clicks on them.
  public var clicks: Int
  /// The sum of the market prices.
  public var cost: Int
  /// The sum of the predicted click rates.
  public var value: Double

  /// Creates totals.
  public init(auctions: Int, clicks: Int, cost: Int, value: Double) {
    self.auctions = auctions
    self.clicks = clicks
    self.cost = cost
    self.value = value
  }

  /// The mean market price.
  public var meanPrice: Double { Double(cost) / Double(auctions) }
  /// Clicks per auction.
  public var clickRate: Double { Double(clicks) / Double(auctions) }
  /// Money per click.
  public var costPerClick: Double { Double(cost) / Double(clicks) }
}
