/// Bids in proportion to the value: Lin (Perlich et al., KDD 2012) and, at the cost per click so far, Mcpc.
public struct LinearBidder: Bidder {
  /// What an auction of the value `unit` is bid.
  public let base: Double
  /// The value that `base` is bid for.
  public let unit: Double
  /// No bid is higher.
  public let highestBid: Int

  /// Bids value · `base` / `unit`, rounded down.
  public init(base: Double, per unit: Double = 1, highestBid: Int = 300) {
    precondition(base >= 0 && base.isFinite && unit > 0, "A base bid is 0 or more, not \(base).")
    self.base = base
    self.unit = unit
    self.highestBid = highestBid
  }

  /// Mcpc: what a click has cost so far, times the chance of one.
  public static func costPerClick(_ totals: AuctionTotals, highestBid: Int = 300) -> LinearBidder {
    LinearBidder(base: totals.costPerClick, highestBid: highestBid)
  }

  /// Lin with the base bid that had most clicks on a log: 6, 12, … 300 until five in a row were worse, later ones winning
  /// ties, and further up while that does no harm, as the published code searches.
  package static func tuned(
    on log: AuctionLog, _ rules: ReplayRules, baseRate: Double
  ) -> (bidder: LinearBidder, base: Int) {
    let step = 6
    func bidder(_ base: Int) -> LinearBidder {
      LinearBidder(base: Double(base), per: baseRate, highestBid: rules.highestBid)
    }
    var (best, clicks, worse) = (0, 0, 0)
    for base in stride(from: step, through: rules.highestBid, by: step) where worse < 5 {
      let found = log.replay(bidder(base), rules).clicks
      if found >= clicks { (best, clicks, worse) = (base, found, 0) } else { worse += 1 }
    }
    if best == rules.highestBid {
      var base = best + step
      // Higher bases are cut to the highest bid for ever more auctions, until nothing changes.
      while base < 100 * rules.highestBid {
        let found = log.replay(bidder(base), rules).clicks
        guard found >= clicks else { break }
        (best, clicks) = (base, found)
        base += step
      }
    }
    return (bidder(best), best)
  }

  /// The value times the base bid.
  @inlinable public func bid(value: Double, auctionsLeft: Int, budgetLeft: Int) -> Int {
    Int(min(value * base / unit, Double(min(budgetLeft, highestBid))))
  }
}
