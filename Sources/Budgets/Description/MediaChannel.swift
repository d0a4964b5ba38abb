/// One place where money can go, with a ladder of bid or spend levels.
public struct MediaChannel: Sendable, Equatable {
  /// A name of its own within the market.
  public var name: String
  /// The lowest rung of the ladder that may be chosen.
  package var minimumLevel: Int
  /// The highest rung of the ladder that may be chosen.
  package var maximumLevel: Int
  /// How money turns into outcome.
  public var kind: Kind

  /// The two kinds of channel.
  public enum Kind: Sendable, Equatable {
    /// Levels are bids in auctions.
    case auction(AuctionChannel)
    /// Levels are amounts of money.
    case response(ResponseChannel)
  }

  /// Creates a channel; without limits, every rung of the ladder is allowed.
  public init(name: String, minimumLevel: Int = 0, maximumLevel: Int? = nil, kind: Kind) {
    self.name = name
    self.minimumLevel = minimumLevel
    self.kind = kind
    self.maximumLevel = maximumLevel ?? (Self.ladder(of: kind).count - 1)
  }

  /// All rungs: bids in price steps or spends in money, of which the first is 0, ascending.
  package var ladder: [Double] { Self.ladder(of: kind) }

  /// The rungs that may be chosen: `ladder[minimumLevel...maximumLevel]`. The market must be valid.
  public var levels: [Double] { Array(ladder[minimumLevel...maximumLevel]) }

  private static func ladder(of kind: Kind) -> [Double] {
    switch kind {
    case .auction(let auction): auction.bids
    case .response(let response): response.spends
    }
  }
}
