extension TickResults {
  /// Refuses what cannot be, naming the field.
  ///
  /// - Throws: `CampaignError` of the kind `impossible`.
  func check(against market: Market) throws(CampaignError) {
    guard channels.count == market.channels.count else {
      throw .impossible(
        "channels", "holds \(channels.count) where the market has \(market.channels.count)",
        "give one for each channel of the market")
    }
    for (results, channel) in zip(channels, market.channels) { try results.check(channel) }
  }
}

extension TickResults.Channel {
  /// No campaign has more of anything in a tick.
  private static let largest = 1e12

  /// Refuses what a channel cannot show.
  func check(_ channel: MediaChannel) throws(CampaignError) {
    func require(
      _ isPossible: Bool, _ field: String, _ problem: @autoclosure () -> String, _ remedy: String
    ) throws(CampaignError) {
      guard isPossible else { throw .impossible("\(field) of '\(channel.name)'", problem(), remedy) }
    }
    for (field, value) in [
      ("bid", bid), ("wins", wins), ("spend", spend), ("clicks", clicks), ("conversions", conversions),
    ] {
      try require(
        value >= 0 && value <= Self.largest, field, "is \(value)",
        "give a number of at least 0 and at most 1e12")
    }
    switch channel.kind {
    case .auction(let auction):
      try require(
        spend == 0 || wins > 0, "spend", "is \(spend) without wins", "give the auctions that were won")
      try require(clicks <= wins, "clicks", "are \(clicks) of \(wins) wins", "give at most one click a win")
      // Late ones are of earlier clicks, which the campaign counts.
      try require(
        conversions <= clicks || auction.delay != nil, "conversions",
        "are \(conversions) of \(clicks) clicks",
        "give at most one conversion a click")
    case .response:
      try require(wins == 0, "wins", "are \(wins) where there are no auctions", "leave them 0")
      try require(clicks == 0, "clicks", "are \(clicks) where none are counted", "leave them 0")
    }
  }
}
