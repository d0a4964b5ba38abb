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
  /// What money is worth later.
  let values: BudgetValues
  /// The mean predicted rate of the history.
  let meanValue: Double
  /// The mean market price of the history.
  let meanPrice: Double
  /// The share of auctions priced at each price or below, and the sum of their prices per auction.
  let winRates: [Double]
  let spends: [Double]
  /// By auction: what values are multiplied with to bring the level of late to the history's.
  let scales: [Double]
  /// Segments by auction.
  let segments: [Int32]

  /// Learns from the history, to play on it or on the rest.
  public init(_ placement: Placement, playsHistory: Bool) {
    self.placement = placement
    let history = placement.history
    log = playsHistory ? history : placement.later
    let rules = placement.rules
    self.rules = rules
    let totals = history.totals
    meanValue = totals.value / Double(history.count)
    meanPrice = max(1, totals.meanPrice)
    let landscape = PriceLandscape(history, highestPrice: rules.highestBid, smoothing: 0)
    winRates = landscape.winRates()
    var sum = 0.0
    spends = landscape.shares.enumerated().map { price, share in
      sum += Double(price) * share
      return sum
    }
    let drift: ValueDrift?
    switch rules.pricing {
    case .secondPrice:
      let learned = DriftingBidder.learned(on: history, rules)
      values = learned.base.values
      drift = learned.drift
    case .firstPrice:
      let bids = Array(stride(from: 1, through: rules.highestBid, by: max(1, rules.highestBid / 100)))
      values = BudgetValues(
        firstPrice: AuctionSample(history, priceStrata: 1), bids: bids,
        winRates: bids.map { [winRates] in winRates[$0] },
        auctions: rules.auctions, budget: rules.budget)
      drift = nil
    }
    var scales = [Double](repeating: 1, count: log.count)
    if let drift {
      var bidder = DriftingBidder(ValueBidder(values, highestBid: rules.highestBid), drift: drift)
      for auction in 0..<log.count {
        scales[auction] = bidder.scale
        bidder.observe(value: log.values[auction])
      }
    }
    self.scales = scales
    segments = (0..<log.count).map { [log] in Int32(placement.segment($0, of: log)) }
  }

  /// What auctions and money left are worth by the programme.
  public func value(auctionsLeft: Int, budget: Int) -> Double {
    values.value(auctionsLeft: auctionsLeft, budget: budget)
  }

  /// The programme's bid for an auction of this value.
  func bid(value: Double, auctionsLeft: Int, budget: Int) -> Int {
    switch rules.pricing {
    case .secondPrice:
      return values.bid(
        value: value, auctionsLeft: auctionsLeft, budget: budget, highestBid: rules.highestBid)
    case .firstPrice:
      let kept = values.value(auctionsLeft: auctionsLeft - 1, budget: budget)
      var (best, most) = (0, 0.0)
      for bid in 1...max(1, min(budget, rules.highestBid)) where bid <= budget {
        let gain =
          winRates[bid]
          * (value + values.value(auctionsLeft: auctionsLeft - 1, budget: budget - bid) - kept)
        if gain > most { (best, most) = (bid, gain) }
      }
      return best
    }
  }

  /// What a bid is expected to gain over not bidding, money's worth taken as even between 0 and `reach`.
  func gain(of bid: Int, value: Double, moneyPrice: Double) -> Double {
    let win = winRates[min(bid, rules.highestBid)]
    let spend = rules.pricing == .secondPrice ? spends[min(bid, rules.highestBid)] : win * Double(bid)
    return value * win - moneyPrice * spend
  }

  /// Value per unit of money at the margin of a spend of `reach`.
  func moneyPrice(auctionsLeft: Int, budget: Int, reach: Int) -> Double {
    let step = min(max(1, reach), budget)
    guard step > 0, auctionsLeft > 1 else { return 0 }
    let kept = values.value(auctionsLeft: auctionsLeft - 1, budget: budget)
    return (kept - values.value(auctionsLeft: auctionsLeft - 1, budget: budget - step)) / Double(step)
  }
}
