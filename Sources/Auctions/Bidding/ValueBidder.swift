/// Bids the highest price at which an auction is worth its cost by a table of what money is worth later.
///
/// With RLB's table this is RLB, with the exact one the optimum where auctions follow the table's law independently.
public struct ValueBidder: Bidder {
  /// What money is worth later.
  public let values: BudgetValues
  /// No bid is higher.
  public let highestBid: Int

  /// Bids by a table.
  public init(_ values: BudgetValues, highestBid: Int = 300) {
    self.values = values
    self.highestBid = highestBid
  }

  /// RLB (Cai et al., WSDM 2017): the landscape and click rate of a history, a grid of single units of money.
  package static func rlb(
    landscape: PriceLandscape, clickRate: Double, _ rules: ReplayRules
  ) -> ValueBidder {
    ValueBidder(
      BudgetValues(
        AuctionSample(landscape: landscape, value: clickRate), auctions: rules.auctions,
        budget: max(1, rules.budget), resolution: max(1, rules.budget), highestBid: rules.highestBid),
      highestBid: rules.highestBid)
  }

  /// The exact programme on the joint law of price and value of a log.
  public static func exact(_ sample: AuctionSample, _ rules: ReplayRules, resolution: Int = 512)
    -> ValueBidder
  {
    ValueBidder(
      BudgetValues(
        sample, auctions: rules.auctions, budget: max(1, rules.budget), resolution: resolution,
        highestBid: rules.highestBid),
      highestBid: rules.highestBid)
  }

  /// The highest price worth paying.
  @inlinable public func bid(value: Double, auctionsLeft: Int, budgetLeft: Int) -> Int {
    values.bid(value: value, auctionsLeft: auctionsLeft, budget: budgetLeft, highestBid: highestBid)
  }

  /// Whether this price is worth paying.
  @inlinable public func outbids(price: Int, value: Double, auctionsLeft: Int, budgetLeft: Int) -> Bool {
    price <= highestBid && price <= budgetLeft
      && values.isWorth(price: price, value: value, auctionsLeft: auctionsLeft, budget: budgetLeft)
  }
}

/// SS-MDP (Yuan and Wang, 2012, as in Cai et al.): RLB's table, every auction taken for worth the mean.
package struct AverageValueBidder: Bidder {
  /// RLB's bidder.
  package let bidder: ValueBidder
  /// What every auction is taken to be worth.
  package let clickRate: Double

  /// Bids by a table as if every auction were worth `clickRate`.
  package init(_ bidder: ValueBidder, clickRate: Double) {
    self.bidder = bidder
    self.clickRate = clickRate
  }

  /// The highest price worth paying for an average auction.
  @inlinable package func bid(value: Double, auctionsLeft: Int, budgetLeft: Int) -> Int {
    bidder.bid(value: clickRate, auctionsLeft: auctionsLeft, budgetLeft: budgetLeft)
  }

  /// Whether an average auction is worth this price.
  @inlinable package func outbids(price: Int, value: Double, auctionsLeft: Int, budgetLeft: Int) -> Bool {
    bidder.outbids(price: price, value: clickRate, auctionsLeft: auctionsLeft, budgetLeft: budgetLeft)
  }
}
