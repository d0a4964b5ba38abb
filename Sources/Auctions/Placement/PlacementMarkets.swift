import Synchronization

/// The markets of a campaign, made when they are first asked for: learning a history takes a good part of a second.
final class PlacementMarkets: Sendable {
  /// The part of the campaign's auctions that is played.
  enum Part: Sendable { case history, later }

  private struct Made {
    var knowledge: PlacementKnowledge?
    var markets: [Part: PlacementMarket] = [:]
  }

  private let placement: Placement
  private let made = Mutex(Made())

  init(_ placement: Placement) { self.placement = placement }

  /// What the history tells.
  var knowledge: PlacementKnowledge { made.withLock { knowledge(&$0) } }

  /// The market of a part.
  func market(playing part: Part) -> PlacementMarket {
    made.withLock { made in
      if let market = made.markets[part] { return market }
      let log = part == .history ? placement.history : placement.later
      let market = PlacementMarket(placement, knowledge(&made), log: log)
      made.markets[part] = market
      return market
    }
  }

  private func knowledge(_ made: inout Made) -> PlacementKnowledge {
    if let knowledge = made.knowledge { return knowledge }
    let knowledge = PlacementKnowledge(placement)
    made.knowledge = knowledge
    return knowledge
  }
}
