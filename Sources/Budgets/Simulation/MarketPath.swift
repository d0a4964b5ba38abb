/// The factors of one episode that no policy can change: what the certified bound is told and a policy is not.
///
/// Arrays hold one number per tick and channel, `tick * channelCount + channel`; the episode's multipliers are part of
/// them.
package struct MarketPath: Sendable, Equatable {
  /// The number of ticks.
  package let ticks: Int
  /// The number of channels.
  package let channelCount: Int
  /// The log price factor, p.
  package var price: [Float]
  /// The log volume factor, v.
  package var volume: [Float]
  /// The log response factor, q.
  package var response: [Float]
  /// The log conversion multiplier of each channel.
  package var conversion: [Float]

  /// Creates the path of the mean market: every factor 1.
  package init(ticks: Int, channelCount: Int) {
    self.ticks = ticks
    self.channelCount = channelCount
    price = [Float](repeating: 0, count: ticks * channelCount)
    volume = price
    response = price
    conversion = [Float](repeating: 0, count: channelCount)
  }
}
