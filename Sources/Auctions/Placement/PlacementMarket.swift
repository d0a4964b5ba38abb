/// What is known of a campaign's auctions from its history, and the auctions that are played.
///
/// Made once and shared by all lanes; nothing in it changes.
public final class PlacementMarket: Sendable {
  /// The campaign.
  public let placement: Placement
  /// The auctions that are played.
  public let log: AuctionLog
  /// Episodes, money and bids.
  public let rules: ReplayRules
  /// What the history tells.
  let known: PlacementKnowledge
  /// By auction: what values are multiplied with to bring the level of late to the history's.
  let scales: [Double]
  /// Segments by auction.
  let segments: [Int32]

  /// Learns from the history, to play on it or on the rest.
  public convenience init(_ placement: Placement, playsHistory: Bool) {
    self.init(
      placement, PlacementKnowledge(placement), log: playsHistory ? placement.history : placement.later)
  }

  /// Plays on a log with what is known already.
  init(_ placement: Placement, _ known: PlacementKnowledge, log: AuctionLog) {
    self.placement = placement
    self.known = known
    self.log = log
    rules = placement.rules
    var scales = [Double](repeating: 1, count: log.count)
    if let drift = known.drift {
      var bidder = DriftingBidder(ValueBidder(known.values, highestBid: rules.highestBid), drift: drift)
      for auction in 0..<log.count {
        scales[auction] = bidder.scale
        bidder.observe(value: log.values[auction])
      }
    }
    self.scales = scales
    segments = (0..<log.count).map { Int32(placement.segment($0, of: log)) }
  }

  /// What auctions and money left are worth by the programme.
  public func value(auctionsLeft: Int, budget: Int) -> Double {
    known.values.value(auctionsLeft: auctionsLeft, budget: budget)
  }

  /// The programme's bid for an auction of this value.
  func bid(value: Double, auctionsLeft: Int, budget: Int) -> Int {
    switch rules.pricing {
    case .secondPrice:
      return known.values.bid(
        value: value, auctionsLeft: auctionsLeft, budget: budget, highestBid: rules.highestBid)
    case .firstPrice:
      let kept = self.value(auctionsLeft: auctionsLeft - 1, budget: budget)
      var (best, most) = (0, 0.0)
      for bid in 1...max(1, min(budget, rules.highestBid)) where bid <= budget {
        let gain =
          known.winRates[bid]
          * (value + self.value(auctionsLeft: auctionsLeft - 1, budget: budget - bid) - kept)
        if gain > most { (best, most) = (bid, gain) }
      }
      return best
    }
  }

  /// The chance that a bid wins, and what it spends on the average, lost auctions among them.
  func prospects(of bid: Int) -> (win: Double, spend: Double) {
    let bid = min(bid, rules.highestBid)
    let win = known.winRates[bid]
    return (win, rules.pricing == .secondPrice ? known.spends[bid] : win * Double(bid))
  }

  /// What a bid is expected to gain over not bidding, money's worth taken as even between 0 and `reach`.
  func gain(of bid: Int, value: Double, moneyPrice: Double) -> Double {
    let (win, spend) = prospects(of: bid)
    return value * win - moneyPrice * spend
  }

  /// Value per unit of money at the margin of a spend of `reach`.
  func moneyPrice(auctionsLeft: Int, budget: Int, reach: Int) -> Double {
    let step = min(max(1, reach), budget)
    guard step > 0, auctionsLeft > 1 else { return 0 }
    let kept = value(auctionsLeft: auctionsLeft - 1, budget: budget)
    return (kept - value(auctionsLeft: auctionsLeft - 1, budget: budget - step)) / Double(step)
  }
}
