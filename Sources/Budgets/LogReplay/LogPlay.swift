import LinearAlgebra

/// What a day of a log brought whoever bid on it.
package struct LogPlay: Sendable, Equatable {
  /// By tick: the objective, by what the auctions won are worth.
  package internal(set) var returns: [Double] = []
  /// The money spent in all ticks.
  package internal(set) var spend = 0.0
}

extension LoggedDays {
  /// What a strategy's play brings, by day.
  ///
  /// - Parameters:
  ///   - entry: how to make the strategy; each day makes its own.
  ///   - market: the market that the log was read for, its budget that of a day.
  package func play(_ entry: MarketEvaluation.Entry, in market: Market) throws(CampaignError) -> [LogPlay] {
    let models = market.channelModels
    return try play(in: market) { StrategyBidder(entry.make(), market: market, models: models) }
  }

  /// What campaigns bring, by day.
  ///
  /// - Parameters:
  ///   - model: the campaigns' market and policy.
  ///   - budget: the money of a day; nil for the market's.
  package func play(_ model: CampaignModel, budget: Double? = nil) throws(CampaignError) -> [LogPlay] {
    var market = model.market
    market.budget = budget ?? market.budget
    let first = try Campaign(model, budget: budget)
    return try play(in: market) { first }
  }

  private func play(
    in market: Market, _ makeBidder: @Sendable () -> any LogBidder
  ) throws(CampaignError) -> [LogPlay] {
    let results = concurrentMap(count: days.count) { index -> Result<LogPlay, CampaignError> in
      do throws(CampaignError) {
        return .success(try days[index].play(makeBidder(), market: market))
      } catch { return .failure(error) }
    }
    return try results.map { result throws(CampaignError) in try result.get() }
  }
}

extension LoggedDays.Day {
  /// Plays the day.
  ///
  /// The channels share one purse. An auction is entered where the bid is no more than what the purse holds, won where the
  /// bid exceeds the market price, and paid at once: at the market price, or the bid where channels are priced so.
  fileprivate func play(_ bidder: any LogBidder, market: Market) throws(CampaignError) -> LogPlay {
    var (bidder, play) = (bidder, LogPlay())
    let values = market.channels.map { $0.objectiveValue(market.objective) }
    let paysBid = market.channels.map(\.paysBid)
    var (outcome, revenue) = (0.0, 0.0)
    for (tick, auctions) in ticks.enumerated() {
      let bids = bidder.bids()
      var purse = min(market.budget - play.spend, market.tickCap ?? .infinity)
      var shown = TickResults(tick: tick, channels: bids.map { TickResults.Channel(bid: $0) })
      var gained = 0.0
      for auction in auctions {
        let channel = Int(auction.channel)
        let bid = bids[channel]
        guard bid.exceeds(auction.price), bid <= purse * (1 + 1e-12) else { continue }
        let paid = paysBid[channel] ? bid : auction.price
        purse -= paid
        shown.channels[channel].wins += 1
        shown.channels[channel].spend += paid
        shown.channels[channel].clicks += auction.isClicked ? 1 : 0
        shown.channels[channel].conversions += auction.isClicked && auction.isConverted ? 1 : 0
        gained += values[channel] * auction.worth
        outcome += auction.worth
        revenue += market.channels[channel].outcomeValue * auction.worth
      }
      let spent = shown.channels.reduce(0) { $0 + $1.spend }
      play.spend += spent
      play.returns.append(market.objective == .profit ? gained - spent : gained)
      try bidder.observe(shown)
    }
    let share = market.shareKept(outcome: outcome, revenue: revenue, spend: play.spend)
    if share < 1, play.returns.reduce(0, +) > 0 { play.returns = play.returns.map { share * $0 } }
    return play
  }
}

extension Double {
  /// Whether a bid wins against a price: bids that are a price but for rounding do not.
  func exceeds(_ price: Double) -> Bool { self > price * (1 + 1e-9) }
}

extension MediaChannel {
  /// Whether a winner pays its own bid.
  var paysBid: Bool {
    if case .auction(let auction) = kind { auction.pricing == .firstPrice } else { false }
  }
}

extension Market {
  /// What a missed target leaves of an episode's objective, see `ObjectiveSum`.
  fileprivate func shareKept(outcome: Double, revenue: Double, spend: Double) -> Double {
    guard spend > 0 else { return 1 }
    let ratio =
      switch target {
      case .costPerAction(let limit): limit * outcome / spend
      case .returnOnSpend(let minimum): revenue / (minimum * spend)
      case nil: 1.0
      }
    return min(1, ratio * ratio)
  }
}
