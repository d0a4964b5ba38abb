/// What decides the bid of one auction after another, under a budget that is renewed each episode.
///
/// A bidder sees the predicted click rate, how many auctions of the episode are left (this one among them) and the money
/// left; afterwards, whether it won and for what. Bids are whole units of money.
public protocol Bidder: Sendable {
  /// The bid for one auction.
  ///
  /// - Parameters:
  ///   - value: the predicted click rate.
  ///   - auctionsLeft: auctions of the episode that are left, this one among them; at least 1.
  ///   - budgetLeft: money left in the episode.
  func bid(value: Double, auctionsLeft: Int, budgetLeft: Int) -> Int

  /// Whether the bid is at least `price`; the same as by `bid`, but often found faster.
  func outbids(price: Int, value: Double, auctionsLeft: Int, budgetLeft: Int) -> Bool

  /// Learns that an auction of this value took place. Nothing by default.
  mutating func observe(value: Double)
}

extension Bidder {
  /// By the bid itself.
  @inlinable public func outbids(price: Int, value: Double, auctionsLeft: Int, budgetLeft: Int) -> Bool {
    bid(value: value, auctionsLeft: auctionsLeft, budgetLeft: budgetLeft) >= price
  }

  /// Nothing.
  @inlinable public mutating func observe(value: Double) {}
}
