/// One thing that happened to a campaign: what a journal keeps, and what a campaign can be replayed from.
public enum CampaignEvent: Codable, Sendable, Equatable {
  /// It began, with a budget; nil for the market's.
  case began(budget: Double?)
  /// A tick showed results; those of an earlier tick take the place of what was known of it.
  case results(TickResults)
  /// The total to spend was changed.
  case budget(Double)
  /// These channels are paused, and no others.
  case paused([Bool])
  /// Ticks of this traffic were added.
  case extended([Double])
}

extension Campaign {
  /// Takes in one event; results of an earlier tick need all events, see `init(_:replaying:)`.
  public mutating func apply(_ event: CampaignEvent) throws(CampaignError) {
    switch event {
    case .began:
      throw .outOfTurn("event", "the campaign has begun already", "begin another one")
    case .results(let results): try observe(results)
    case .budget(let amount): try setBudget(amount)
    case .paused(let paused): try setPaused(paused)
    case .extended(let traffic): try extend(by: traffic)
    }
  }

  /// Plays a campaign once more from all that happened to it, corrections in their places: what would be known now, had the
  /// corrected results been there at once.
  ///
  /// - Throws: `CampaignError` where the events do not follow from one another.
  public init(_ model: CampaignModel, replaying events: [CampaignEvent]) throws(CampaignError) {
    guard case .began(let budget)? = events.first else {
      throw .outOfTurn("event", "the journal does not begin with the campaign's begin", "give all of it")
    }
    let latest = events.latestResults
    var campaign = try Campaign(model, budget: budget)
    for event in events.dropFirst() {
      guard case .results(let results) = event else {
        try campaign.apply(event)
        continue
      }
      guard results.tick >= campaign.state.tick else { continue }
      try campaign.observe(latest[results.tick] ?? results)
    }
    self = campaign
  }
}

extension CampaignEvent {
  /// The results of a tick, where that is what happened.
  public var results: TickResults? {
    if case .results(let results) = self { results } else { nil }
  }
}
