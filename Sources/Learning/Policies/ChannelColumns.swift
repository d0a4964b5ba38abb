import LinearAlgebra

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What stands where in a row that describes one channel of a weakly coupled problem before a step.
///
/// A row holds, in this order: the features that the network reads; each level's forecast gain, then each level's forecast
/// cost, then what each level is worth in later steps (audiences it tires, stock it builds), in the channel's own units;
/// and ten scalars, see `Scalar`. Ladders shorter than `levels` are closed beyond
/// their end: a level that may not be played has the gain `closed`. In its own units a channel's problem is free of
/// scale, which is what lets one network serve channels and budgets of any size.
public struct ChannelColumns: Sendable, Equatable, Hashable, Codable {
  /// The number of features.
  public let features: Int
  /// The number of levels of the longest ladder.
  public let levels: Int
  /// Whether rows tell a plan's price of money, so that none is looked for.
  package let pricesByPlan: Bool

  /// The numbers at the end of a row, in this order.
  package enum Scalar: Int, CaseIterable, Sendable {
    /// The traffic of the step, 1 on average: what the network's corrections of gains and costs are scaled with.
    case traffic
    /// The traffic after the step to the end, in mean steps: what spend after the step is scaled with.
    case trafficAfter
    /// The share of the episode's steps to come, this one included.
    case timeLeft
    /// The standard deviation of the logarithm of the channel's gain, as far as it is known.
    case deviation
    /// How many observations (clicks) a gain of one unit is expected to bring; 0 where nothing is counted.
    case evidence
    /// The variance of the logarithm of the rate that these observations tell of.
    case variance
    /// What part of news of that rate lasts to the end of the episode.
    case lasting
    /// The logarithm of a plan's price of money, in units of the objective; 0 where there is no plan.
    case planPrice
    /// The logarithm of the gain unit, in units of the objective.
    case gainUnit
    /// The logarithm of the cost unit, in money.
    case costUnit
  }

  /// The gain of a level that may not be played: finite, so that products with it stay numbers.
  package static let closed: Float = -1e30

  /// Describes rows.
  public init(features: Int, levels: Int, pricesByPlan: Bool = false) {
    precondition(
      features > 0 && levels > 0, "A channel's row needs features and levels: \(features), \(levels).")
    self.features = features
    self.levels = levels
    self.pricesByPlan = pricesByPlan
  }

  /// The forecast gain of each level.
  public var gains: Range<Int> { features..<features + levels }
  /// The forecast cost of each level.
  public var costs: Range<Int> { features + levels..<features + 2 * levels }
  /// What each level is worth in later steps, where a plan knows.
  package var worths: Range<Int> { features + 2 * levels..<features + 3 * levels }
  /// The column of a scalar.
  @inline(__always) package subscript(scalar: Scalar) -> Int { features + 3 * levels + scalar.rawValue }
  /// The length of a row.
  public var count: Int { features + 3 * levels + Scalar.allCases.count }
}

extension ChannelColumns {
  /// The logarithm of money over what the highest open levels of some rows are forecast to cost to the end, the traffic to come
  /// being like the step's own; 0 where they cost nothing.
  func logShare(_ rows: MatrixView, channels: Range<Int>, money: Float) -> Float {
    var everything: Float = 0
    for channel in channels {
      let row = rows.row(channel)
      let traffic = max(row[self[.traffic]], 1e-3)
      for level in (0..<levels).reversed() where row[gains.lowerBound + level] > Self.closed / 2 {
        let cost = exp(row[self[.costUnit]]) * max(row[costs.lowerBound + level], 0)
        everything += cost * (traffic + row[self[.trafficAfter]]) / traffic
        break
      }
    }
    return everything > 0 ? log(max(money, 1e-30) / everything) : 0
  }
}
