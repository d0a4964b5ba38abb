/// A way of choosing levels tick after tick, played in a block of lanes at once.
public protocol MarketStrategy: AnyObject {
  /// Prepares for the episode that the simulation has just started.
  func startEpisode(_ simulation: MarketSimulation)
  /// Writes the level of each channel for the tick about to be played; lanes × channels, row-major.
  func choose(_ simulation: MarketSimulation, levels: UnsafeMutablePointer<Int32>)
  /// Takes in the tick just played.
  func observe(_ simulation: MarketSimulation)
}

extension MarketStrategy {
  /// Nothing to prepare.
  public func startEpisode(_ simulation: MarketSimulation) {}
  /// Nothing to learn from.
  public func observe(_ simulation: MarketSimulation) {}
}
