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
    /// The last tick's bid as a place on the channel's ladder, and what it led to: wins, money spent, clicks, and the outcome
    /// that was reported in the tick.
    case level, wins, spend, clicks, outcome
  }

  /// The tick about to be played, from 0; the number of ticks once the episode is over.
  package let tick: Int
  /// The number of lanes.
  package let laneCount: Int
  /// The number of channels.
  public let channelCount: Int
  /// Lanes: the money left in the episode.
  package let remaining: UnsafePointer<Float>
  /// Lanes: 1, or 0 where money may have stopped the last tick, of which wins then say nothing: no more was left of what it
  /// might spend than one more win of every channel could have cost.
  let unhindered: UnsafePointer<Float>
  /// Channels × lanes: what was really bid or spent, which may be off the ladder; nil where levels say it all.
  let bids: UnsafePointer<Float>?
  private let fields: UnsafePointer<Float>
  /// Channels × lanes: the outcome reported in the last tick, and the clicks that it should be of; nil where the one is the field
  /// and the other the tick's clicks.
  private let reported, due: UnsafePointer<Float>?

  /// Views fields × channels × lanes floats, in the order of `Field`.
  init(
    tick: Int, laneCount: Int, channelCount: Int, fields: UnsafePointer<Float>,
    remaining: UnsafePointer<Float>, unhindered: UnsafePointer<Float>, bids: UnsafePointer<Float>? = nil,
    reported: UnsafePointer<Float>? = nil, due: UnsafePointer<Float>? = nil
  ) {
    self.tick = tick
    self.laneCount = laneCount
    self.channelCount = channelCount
    self.fields = fields
    self.remaining = remaining
    self.unhindered = unhindered
    self.bids = bids
    self.reported = reported
    self.due = due
  }

  /// Lanes of one field of one channel.
  @inline(__always)
  public func values(_ field: Field, _ channel: Int = 0) -> UnsafePointer<Float> {
    if field == .outcome, let reported { return reported + channel * laneCount }
    return fields + (field.rawValue * channelCount + channel) * laneCount
  }

  /// Lanes: as how many clicks of a channel they count whose conversions should have been reported in the last tick: the tick's
  /// own, unless the console is late.
  @inline(__always)
  func dueClicks(_ channel: Int) -> UnsafePointer<Float> {
    due.map { $0 + channel * laneCount } ?? values(.clicks, channel)
  }

  /// Whether the budget or the cap may have cut short what the last tick would have spent.
  package func mayHaveBeenStopped(lane: Int) -> Bool { unhindered[lane] < 1 }
}
