import LinearAlgebra
import NeuralNetworks

/// One network for every channel: features and the price of money in; gains, costs and spend to go out.
///
/// It reads a channel's features with x = log λ̃ (clipped to ±5) and max(x, 0) behind them, λ̃ = λ · cost unit / gain unit being the
/// price of money λ in the channel's units. Of its 2 · levels + 1 outputs, the first `levels` correct the forecast
/// gains of the levels, the next their forecast costs, both times the step's traffic; the last, times the traffic after
/// the step, is what the channel spends after it. With corrections G and K,
///
///     q(level) = G(level) + worth(level) − λ̃ · K(level),    spend to go(level) = max(0, K(level) + after),
///
/// worth being what the row says a level brings in later steps.
///
/// The last layer starts at 0: an untrained network plays its forecasts.
public struct WeaklyCoupledShape: Sendable, Equatable, Hashable, Codable {
  /// What a channel's row holds.
  public let columns: ChannelColumns
  /// The number of units of each hidden layer.
  public let hidden: [Int]

  /// Describes a network.
  package init(columns: ChannelColumns, hidden: [Int] = [96, 64]) {
    self.columns = columns
    self.hidden = hidden
  }

  /// The length of an input row, of each hidden layer and of an output row.
  public var widths: [Int] { [columns.features + 2] + hidden + [2 * columns.levels + 1] }

  /// The largest |log λ̃| that the network tells apart.
  package static let priceRange: Float = 5

  /// A network with a policy's weights or, where there is none, fresh ones.
  func makeNetwork(startingFrom policy: WeaklyCoupledPolicy? = nil, seed: UInt64) -> DenseNetwork {
    policy.map { DenseNetwork(widths: widths, parameters: $0.weights) }
      ?? DenseNetwork(widths: widths, seed: seed, outputGain: 0)
  }

  /// log λ̃ of a row at a log price of money.
  @inline(__always) func relativePrice(_ row: UnsafePointer<Float>, logPrice: Float) -> Float {
    logPrice + row[columns[.costUnit]] - row[columns[.gainUnit]]
  }

  /// Writes what the network reads of a row at a relative price.
  @inline(__always) func writeInput(
    _ row: UnsafePointer<Float>, relativePrice: Float, into input: UnsafeMutablePointer<Float>
  ) {
    input.update(from: row, count: columns.features)
    let price = min(max(relativePrice, -Self.priceRange), Self.priceRange)
    input[columns.features] = price
    input[columns.features + 1] = max(price, 0)
  }

  /// The reading of a row's outputs.
  @inline(__always) func values(
    row: UnsafePointer<Float>, outputs: UnsafePointer<Float>
  ) -> ChannelValues {
    values(row: row, corrections: outputs, spendAfter: outputs[2 * columns.levels])
  }

  /// The reading of a row's corrections, and of the output for what is spent after the step.
  @inline(__always) func values(
    row: UnsafePointer<Float>, corrections: UnsafePointer<Float>, spendAfter: Float
  ) -> ChannelValues {
    ChannelValues(
      gains: row + columns.features, costs: row + columns.features + columns.levels,
      worths: row + columns.features + 2 * columns.levels, corrections: corrections,
      levels: columns.levels, spendAfter: spendAfter, traffic: row[columns[.traffic]],
      trafficAfter: row[columns[.trafficAfter]])
  }
}

/// What the network says of one channel, in the channel's units.
struct ChannelValues {
  let gains, costs, worths: UnsafePointer<Float>
  /// Of each level's gain, then of each level's cost.
  let corrections: UnsafePointer<Float>
  let levels: Int
  /// What is spent after the step, in steps of mean traffic.
  let spendAfter: Float
  let traffic, trafficAfter: Float

  /// The gain of a level.
  @inline(__always) func gain(_ level: Int) -> Float { gains[level] + traffic * corrections[level] }
  /// The cost of a level.
  @inline(__always) func cost(_ level: Int) -> Float { costs[level] + traffic * corrections[levels + level] }
  /// What is spent after the step.
  @inline(__always) var after: Float { trafficAfter * spendAfter }
  /// What a level and all that follows spend.
  @inline(__always) func spendToGo(_ level: Int) -> Float { max(0, cost(level) + after) }

  /// The priced gain of a level.
  @inline(__always) func score(_ level: Int, at price: Float, hope: Float, curiosity: Curiosity) -> Float {
    let gain = gain(level)
    return hope * gain + curiosity.worth(ofGaining: gain) + worths[level] - price * cost(level)
  }

  /// The level of the largest priced gain, the first among equals.
  ///
  /// - Parameters:
  ///   - hope: what gains are multiplied with, for what could be true of the channel.
  ///   - curiosity: what the news of a level is worth.
  @inline(__always) func best(at price: Float, hope: Float = 1, curiosity: Curiosity = .none) -> Int {
    var (best, most) = (0, -Float.infinity)
    for level in 0..<levels {
      let score = score(level, at: price, hope: hope, curiosity: curiosity)
      if score > most { (best, most) = (level, score) }
    }
    return best
  }
}
