/// What an advertiser's console shows of one tick.
///
/// ```swift
/// try campaign.observe(TickResults(tick: 0, channels: [.init(bid: 0.0008, wins: 51, spend: 0.03, clicks: 2)]))
/// ```
public struct TickResults: Codable, Sendable, Equatable {
  /// What one channel shows.
  public struct Channel: Codable, Sendable, Equatable, BitwiseCopyable {
    /// What was really bid for one auction, or spent (response channels), in money; 0 for off. It need not be on the ladder.
    public var bid: Double
    /// Auctions won.
    public var wins: Double
    /// Money spent.
    public var spend: Double
    /// Clicks.
    public var clicks: Double
    /// Conversions that were reported in the tick, whenever they were clicked; of a response channel, its outcome.
    public var conversions: Double

    /// Gathers what a channel shows.
    public init(
      bid: Double, wins: Double = 0, spend: Double = 0, clicks: Double = 0, conversions: Double = 0
    ) {
      self.bid = bid
      self.wins = wins
      self.spend = spend
      self.clicks = clicks
      self.conversions = conversions
    }
  }

  /// The tick, from 0.
  public var tick: Int
  /// What each of the market's channels shows, in their order.
  public var channels: [Channel]

  /// Gathers what a tick shows.
  public init(tick: Int, channels: [Channel]) {
    self.tick = tick
    self.channels = channels
  }
}
