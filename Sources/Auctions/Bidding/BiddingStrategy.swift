/// The strategies that are set beside each other on a log.
public enum BiddingStrategy: String, Sendable, CaseIterable {
  /// The table of RLB, every auction taken for worth the mean.
  case ssMDP = "ss-mdp"
  /// Cost per click so far, times the value.
  case mcpc
  /// In proportion to the value, tuned on clicks of the history.
  case lin
  /// Cai et al., WSDM 2017.
  case rlb
  /// Zhang et al., KDD 2014.
  case ortb
  /// Zhang and Wang, KDD 2015.
  case sam
  /// The exact programme on the joint law of price and value.
  case exact
  /// The same, following the level of values.
  case learned

  /// Learns every strategy from a history, and plays it on later auctions.
  ///
  /// - Parameters:
  ///   - strategies: which ones; all by default.
  ///   - history: what may be learned from.
  ///   - log: what is played.
  /// - Returns: what each won, in the order asked for.
  public static func compare(
    _ strategies: [BiddingStrategy] = BiddingStrategy.allCases, history: AuctionLog, log: AuctionLog,
    _ rules: ReplayRules
  ) -> [(strategy: BiddingStrategy, outcome: ReplayOutcome)] {
    let totals = history.totals
    let landscape = PriceLandscape(history, highestPrice: rules.highestBid, smoothing: 0)
    // Both published tables are one.
    let needsTable = strategies.contains(.rlb) || strategies.contains(.ssMDP)
    let rlb = needsTable ? ValueBidder.rlb(landscape: landscape, clickRate: totals.clickRate, rules) : nil
    return strategies.map { strategy in
      let outcome =
        switch (strategy, rlb) {
        case (.rlb, .some(let rlb)): log.replay(rlb, rules)
        case (.ssMDP, .some(let rlb)):
          log.replay(AverageValueBidder(rlb, clickRate: totals.clickRate), rules)
        case (.lin, _):
          log.replay(
            LinearBidder.tuned(on: history, rules, baseRate: totals.clickRate).bidder, rules)
        case (.ortb, _):
          log.replay(ConcaveBidder.tuned(on: history, landscape: landscape, rules), rules)
        case (.sam, _):
          log.replay(ArbitrageBidder(payoff: totals.costPerClick, on: history, rules), rules)
        case (.exact, _): log.replay(ValueBidder.exact(AuctionSample(history), rules), rules)
        case (.learned, _): log.replay(DriftingBidder.learned(on: history, rules), rules)
        case (.mcpc, _), (.rlb, _), (.ssMDP, _):
          log.replay(LinearBidder.costPerClick(totals, highestBid: rules.highestBid), rules)
        }
      return (strategy, outcome)
    }
  }
}
