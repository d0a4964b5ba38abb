/// Markets that differ in how money works, all of which the same history might come from.
public struct PlausibleMarkets: Sendable, Equatable {
  /// The market that stands for all of them.
  public let market: Market
  /// By draw and channel: how money works there. Only adstock and saturation differ from the market's.
  public let draws: [[ResponseChannel]]

  /// Joins a market of response channels and draws of all its channels.
  public init(market: Market, draws: [[ResponseChannel]]) {
    precondition(
      draws.allSatisfy { $0.count == market.channels.count },
      "A plausible market has the channels of its market.")
    self.market = market
    self.draws = draws
  }

  /// The number of draws.
  public var count: Int { draws.count }

  /// All markets, or as many of them, evenly spread.
  public func markets(atMost limit: Int) -> [Market] {
    let kept = min(count, max(1, limit))
    return (0..<kept).map { self[$0 * count / kept] }
  }

  /// One of the markets. What differs between episodes is known in it, so it draws no multipliers of response.
  public subscript(draw: Int) -> Market {
    var market = market
    market.name += "-\(draw)"
    market.randomization.response = 0
    for (index, drawn) in draws[draw].enumerated() {
      guard case .response(var response) = market.channels[index].kind else { continue }
      response.adstock = drawn.adstock
      response.saturation = drawn.saturation
      market.channels[index].kind = .response(response)
    }
    return market
  }
}
