/// A campaign as far as it went: what each tick showed, and what that is read against.
public struct PlayedCampaign: Sendable {
  /// One tick.
  public struct Tick: Sendable {
    /// What each of the market's channels showed.
    public let shown: [TickResults.Channel]
    /// The relative traffic.
    public let season: Double
    /// Whether money may have stopped the tick, whose wins then say nothing of how many auctions there were: no more was left
    /// of what it might spend than one more win of every channel could have cost.
    package let isStopped: Bool
  }

  /// The ticks from 0 on.
  public let ticks: [Tick]

  /// Reads results of the ticks from 0 on.
  ///
  /// - Parameters:
  ///   - history: what they showed, corrections in their places.
  ///   - budgets: by tick, the total to spend when it was played.
  ///   - season: by tick, the relative traffic; the last one's holds on.
  init(_ history: [TickResults], budgets: [Double], season: [Double], market: Market) {
    var spent = 0.0
    ticks = history.enumerated().map { index, results in
      let available = min(budgets[index] - spent, market.tickCap ?? .infinity)
      let spend = results.channels.reduce(0) { $0 + $1.spend }
      let oneMore = zip(market.channels, results.channels).reduce(Double(market.leastLeftover)) { sum, pair in
        if case .auction = pair.0.kind { sum + pair.1.bid } else { sum }
      }
      spent += spend
      return Tick(
        shown: results.channels, season: season[min(index, season.count - 1)],
        isStopped: available - spend <= oneMore)
    }
  }

  /// Reads all that happened to a campaign.
  ///
  /// - Parameter market: the market that it ran in.
  package init(_ events: [CampaignEvent], market: Market) {
    var budget = market.budget
    var (budgets, season) = ([Double](), market.season)
    for event in events {
      switch event {
      case .began(let given): budget = given ?? market.budget
      case .budget(let amount): budget = amount
      case .extended(let traffic): season += traffic
      case .results(let results): if results.tick == budgets.count { budgets.append(budget) }
      case .paused: break
      }
    }
    self.init(events.history, budgets: budgets, season: season, market: market)
  }
}

extension [CampaignEvent] {
  /// By tick, what it showed by its last correction.
  var latestResults: [Int: TickResults] {
    Dictionary(compactMap(\.results).map { ($0.tick, $0) }) { _, correction in correction }
  }

  /// The results of a campaign's ticks from 0 on, corrections in their places.
  package var history: [TickResults] {
    let latest = latestResults
    return (0..<latest.count).compactMap { latest[$0] }
  }
}
