/// What a campaign's history tells: what money is worth later, how values drift, and what bids win.
struct PlacementKnowledge: Sendable {
  /// What money is worth later.
  let values: BudgetValues
  /// How the level of values wanders; nil in first-price auctions, where it is not followed.
  let drift: ValueDrift?
  /// The mean predicted rate.
  let meanValue: Double
  /// The mean market price, at least 1.
  let meanPrice: Double
  /// The share of auctions priced at each price or below, and the sum of their prices per auction.
  let winRates: [Double]
  let spends: [Double]

  /// Learns from a campaign's history. O(settings · auctions).
  init(_ placement: Placement) {
    let (history, rules) = (placement.history, placement.rules)
    let totals = history.totals
    meanValue = totals.value / Double(history.count)
    meanPrice = max(1, totals.meanPrice)
    let landscape = PriceLandscape(history, highestPrice: rules.highestBid, smoothing: 0)
    let winRates = landscape.winRates()
    self.winRates = winRates
    var sum = 0.0
    spends = landscape.shares.enumerated().map { price, share in
      sum += Double(price) * share
      return sum
    }
    switch rules.pricing {
    case .secondPrice:
      let learned = DriftingBidder.learned(on: history, rules)
      values = learned.base.values
      drift = learned.drift
    case .firstPrice:
      let bids = Array(stride(from: 1, through: rules.highestBid, by: max(1, rules.highestBid / 100)))
      values = BudgetValues(
        firstPrice: AuctionSample(history, priceStrata: 1), bids: bids, winRates: bids.map { winRates[$0] },
        auctions: rules.auctions, budget: rules.budget)
      drift = nil
    }
  }
}
