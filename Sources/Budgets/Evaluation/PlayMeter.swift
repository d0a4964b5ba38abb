import Synchronization

/// What a strategy spends and gains by channel and tick, summed over episodes while it is played.
///
/// ```swift
/// let meter = PlayMeter(market: market)
/// _ = evaluation.run([.init("replan", meter: meter) { ReplanStrategy(market: market) }])
/// print(meter.meanSpend)
/// ```
package final class PlayMeter: Sendable {
  /// Sums of one block of lanes: spends, then expected outcomes, `tick * channels + channel`.
  private struct Sums {
    var values: [Double]
    var lanes: Int
  }

  private let market: Market
  /// By the first lane of a block, so that sums are taken in the same order on any number of threads.
  private let blocks = Mutex<[Int: Sums]>([:])

  /// Creates a meter for plays of a market.
  package init(market: Market) { self.market = market }

  /// By tick and channel: the mean money spent in an episode.
  package var meanSpend: [[Double]] { means(0) }
  /// By tick and channel: the mean outcome expected in an episode.
  package var meanOutcome: [[Double]] { means(1) }

  private func means(_ part: Int) -> [[Double]] {
    let (ticks, channels) = (market.ticks, market.channels.count)
    return blocks.withLock { blocks in
      var sums = [Double](repeating: 0, count: ticks * channels)
      var lanes = 0
      for (_, block) in blocks.sorted(by: { $0.key < $1.key }) {
        for index in sums.indices { sums[index] += block.values[part * sums.count + index] }
        lanes += block.lanes
      }
      return (0..<ticks).map { tick in
        (0..<channels).map { sums[tick * channels + $0] / Double(max(lanes, 1)) }
      }
    }
  }

  /// Takes in the tick just played of a block of lanes.
  func add(_ simulation: MarketSimulation) {
    let (ticks, channels, lanes) = (market.ticks, market.channels.count, simulation.laneCount)
    blocks.withLock { blocks in
      var block =
        blocks[simulation.lanes.lowerBound]
        ?? Sums(values: [Double](repeating: 0, count: 2 * ticks * channels), lanes: lanes)
      for channel in 0..<channels {
        let (spend, outcome) = (
          simulation.values(.spend, channel), simulation.values(.expectedOutcome, channel)
        )
        let place = (simulation.tick - 1) * channels + channel
        for lane in 0..<lanes {
          block.values[place] += Double(spend[lane])
          block.values[ticks * channels + place] += Double(outcome[lane])
        }
      }
      blocks[simulation.lanes.lowerBound] = block
    }
  }
}
