/// A way of choosing levels tick after tick, played in a block of lanes at once.
public protocol MarketStrategy: AnyObject {
  /// Prepares for the episode that has just started.
  func startEpisode(_ console: AdvertiserConsole)
  /// Writes the level of each channel for the tick about to be played; lanes × channels, row-major.
  func choose(_ console: AdvertiserConsole, levels: UnsafeMutablePointer<Int32>)
  /// Takes in the tick just played.
  func observe(_ console: AdvertiserConsole)
}

extension MarketStrategy {
  /// Nothing to prepare.
  public func startEpisode(_ console: AdvertiserConsole) {}
  /// Nothing to learn from.
  public func observe(_ console: AdvertiserConsole) {}
}
