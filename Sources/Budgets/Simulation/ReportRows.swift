import LinearAlgebra

/// What consoles that are late show of conversions in a range of lanes.
final class ReportRows {
  private let channels, lanes: Int
  /// Channels × lanes of reported conversions, as many of due clicks, then uniforms.
  private let rows: Matrix

  init(_ market: Market, lanes: Int) {
    channels = market.channels.count
    self.lanes = lanes
    let ages = market.channels.map { $0.delay?.hazards.count ?? 0 }.max() ?? 0
    rows = Matrix(rows: 2 * channels + 4 * Self.blocks(ages), columns: lanes)
  }

  /// Lanes: the conversions reported of a channel.
  func reported(_ channel: Int) -> UnsafeMutablePointer<Float> { rows.pointer + channel * lanes }
  /// Lanes: as how many clicks of a channel they count whose conversions should have been reported.
  func due(_ channel: Int) -> UnsafeMutablePointer<Float> { rows.pointer + (channels + channel) * lanes }

  func restart() { rows.pointer.update(repeating: 0, count: rows.count) }
  func copy(from other: ReportRows) { rows.pointer.update(from: other.rows.pointer, count: rows.count) }

  /// At least so many rows of uniforms for a channel's reports in the tick at hand.
  func uniforms(_ simulation: MarketSimulation, channel: Int, count: Int) -> MatrixView {
    let (first, blocks) = (2 * channels, Self.blocks(count))
    let uniforms = rows.view.rows(first..<first + 4 * blocks)
    simulation.fillUniforms(
      uniforms.pointer, .reports, channel, first: UInt32(simulation.tick * blocks), blocks: blocks)
    return uniforms
  }

  /// A block has four numbers.
  private static func blocks(_ count: Int) -> Int { (count + 3) / 4 }
}
