/// The returns of a policy's episodes, with what can be said of their mean.
public struct EvaluationSummary: Sendable, Equatable, CustomStringConvertible {
  /// The undiscounted sum of rewards of each episode; episode i was played by lane i modulo the number of lanes.
  public let returns: [Double]
  /// The number of steps of each episode.
  public let lengths: [Int]
  /// The sum of rewards of each episode, each reward discounted by the steps before it.
  public let discountedReturns: [Double]

  /// Gathers the episodes of an evaluation; without discounted returns, nothing was discounted.
  public init(returns: [Double], lengths: [Int], discountedReturns: [Double]? = nil) {
    precondition(
      !returns.isEmpty && returns.count == lengths.count
        && returns.count == discountedReturns?.count ?? returns.count,
      "A summary needs episodes, and a length for each return.")
    self.returns = returns
    self.lengths = lengths
    self.discountedReturns = discountedReturns ?? returns
  }

  /// The number of episodes.
  public var episodes: Int { returns.count }
  /// The mean return.
  public var mean: Double { returns.reduce(0, +) / Double(episodes) }

  /// The standard deviation of returns between episodes (n − 1 in the denominator); 0 for a single episode.
  public var standardDeviation: Double {
    guard episodes > 1 else { return 0 }
    let mean = mean
    let squares = returns.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(episodes - 1)).squareRoot()
  }

  /// The standard error of the mean return.
  public var standardError: Double { standardDeviation / Double(episodes).squareRoot() }

  /// The 95 % interval of the mean return by the normal approximation; too narrow below some thirty episodes.
  public var ci95: ClosedRange<Double> {
    let half = 1.959964 * standardError
    return mean - half...mean + half
  }

  /// The share of episodes that returned at least `threshold`.
  public func successRate(threshold: Double) -> Double {
    Double(returns.count { $0 >= threshold }) / Double(episodes)
  }

  /// The sum of all returns.
  public var cumulativeReward: Double { returns.reduce(0, +) }
  /// The mean reward of a step over all episodes.
  public var averageReward: Double { cumulativeReward / Double(max(1, lengths.reduce(0, +))) }
  /// The mean number of steps of an episode.
  public var meanLength: Double { Double(lengths.reduce(0, +)) / Double(episodes) }

  /// One line: mean return, its 95 % interval and the number of episodes.
  public var description: String {
    "mean return \(short(mean)) (95 % interval \(short(ci95.lowerBound)) to \(short(ci95.upperBound)), "
      + "\(episodes) episodes, reward per step \(short(averageReward)))"
  }
}

/// A number with about five significant digits and no exponent.
private func short(_ number: Double) -> String {
  guard number.isFinite, abs(number) < 1e15 else { return "\(number)" }
  var factor = 1.0
  while abs(number) * factor < 1e4, factor < 1e6 { factor *= 10 }
  return "\((number * factor).rounded() / factor)"
}
