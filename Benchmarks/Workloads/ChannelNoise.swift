import Apportion

/// Rows of channels, gains and costs that are noise, in the sizes of nine channels with ladders of sixteen levels.
public struct ChannelNoise: WeaklyCoupledEnvironment {
  /// Nine.
  public var channelCount: Int { 9 }
  /// The steps of an episode.
  public var steps: Int { 48 }
  /// What a row holds.
  public var columns: ChannelColumns { ChannelColumns(features: 27, levels: 16) }

  /// Makes the world.
  public init() {}

  /// A stream of noise per lane.
  public func makeBlock(lanes: Range<Int>, seed: UInt64, budget: Double?) -> Block {
    Block(lanes: lanes, seed: seed, channels: channelCount)
  }

  /// A stream of noise per lane.
  public final class Block: WeaklyCoupledBlock {
    private var streams: [RandomStream]
    private let channels: Int

    init(lanes: Range<Int>, seed: UInt64, channels: Int) {
      streams = lanes.map { RandomStream(seed: seed, purpose: .test, lane: $0) }
      self.channels = channels
    }

    /// Nothing to do.
    public func startEpisode() {}

    /// Draws every number anew; the units are 1.
    public func observe(into rows: MatrixView) {
      for index in 0..<rows.rows {
        let row = rows.row(index)
        for column in 0..<rows.columns { row[column] = streams[index / channels].uniform() }
        row[rows.columns - 1] = 0
        row[rows.columns - 2] = 0
      }
    }

    /// Draws every number anew.
    public func step(
      levels: UnsafePointer<Int32>, gains: UnsafeMutablePointer<Float>, costs: UnsafeMutablePointer<Float>
    ) {
      for place in 0..<streams.count * channels {
        gains[place] = streams[place / channels].uniform()
        costs[place] = streams[place / channels].uniform()
      }
    }

    /// More than is ever spent.
    public func moneyLeft(into money: UnsafeMutablePointer<Float>) {
      for lane in streams.indices { money[lane] = 1e6 }
    }
  }
}
