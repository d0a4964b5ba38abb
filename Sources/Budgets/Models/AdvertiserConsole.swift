/// What the advertisers of a block of lanes know: what they bid in the last tick, what it led to, and the money left.
///
/// Strategies, beliefs and observations read this and nothing else, so the same code serves a simulation and a campaign
/// that really runs. A view: it is valid until its owner, a `MarketSimulation` or a `Campaign`'s desk, moves on.
public struct AdvertiserConsole {
  /// What is kept per channel and lane.
  public enum Field: Int, CaseIterable, Sendable {
    /// Impressions per reachable person (auction), or adstock as the market describes it (response), that the channel's own
    /// wins and spends have made: carried into the next tick.
    case carryOver
    /// The last tick's bid as a place on the channel's ladder, and what it led to: wins, money spent, clicks, outcome.
    case level, wins, spend, clicks, outcome
  }

  /// The tick about to be played, from 0; the number of ticks once the episode is over.
  public let tick: Int
  /// The number of lanes.
  public let laneCount: Int
  /// The number of channels.
  public let channelCount: Int
  /// Lanes: the money left in the episode.
  public let remaining: UnsafePointer<Float>
  /// Lanes: 1, or 0 where money may have stopped the last tick, of which wins then say nothing: no more was left of what it
  /// might spend than one more win of every channel could have cost.
  let unhindered: UnsafePointer<Float>
  /// Channels × lanes: what was really bid or spent, which may be off the ladder; nil where levels say it all.
  let bids: UnsafePointer<Float>?
  private let fields: UnsafePointer<Float>

  /// Views fields × channels × lanes floats, in the order of `Field`.
  init(
    tick: Int, laneCount: Int, channelCount: Int, fields: UnsafePointer<Float>,
    remaining: UnsafePointer<Float>, unhindered: UnsafePointer<Float>, bids: UnsafePointer<Float>? = nil
  ) {
    self.tick = tick
    self.laneCount = laneCount
    self.channelCount = channelCount
    self.fields = fields
    self.remaining = remaining
    self.unhindered = unhindered
    self.bids = bids
  }

  /// Lanes of one field of one channel.
  @inline(__always)
  public func values(_ field: Field, _ channel: Int = 0) -> UnsafePointer<Float> {
    fields + (field.rawValue * channelCount + channel) * laneCount
  }

  /// Whether the budget or the cap may have cut short what the last tick would have spent.
  public func mayHaveBeenStopped(lane: Int) -> Bool { unhindered[lane] < 1 }
}
