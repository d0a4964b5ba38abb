/// A strategy of which one channel's level is set from outside, in one tick or in all: for asking "what if".
package final class ForcedStrategy: MarketStrategy {
  private let base: any MarketStrategy
  private let channel: Int
  private let level: Int
  private let tick: Int?

  /// Sets a channel's level in a tick of an otherwise free strategy; nil is every tick.
  package init(_ base: any MarketStrategy, channel: Int, level: Int, tick: Int? = nil) {
    self.base = base
    self.channel = channel
    self.level = level
    self.tick = tick
  }

  /// Prepares the free strategy.
  package func startEpisode(_ console: AdvertiserConsole) { base.startEpisode(console) }

  /// Writes the free strategy's levels, and the one that is set.
  package func choose(_ console: AdvertiserConsole, levels: UnsafeMutablePointer<Int32>) {
    base.choose(console, levels: levels)
    guard tick == nil || tick == console.tick else { return }
    for lane in 0..<console.laneCount { levels[lane * console.channelCount + channel] = Int32(level) }
  }

  /// Shows the free strategy what was really played.
  package func observe(_ console: AdvertiserConsole) {
    base.observe(console)
  }
}
