import NeuralNetworks

/// That an update learns whole distributions of returns, by their quantiles, and how choices are scored by them (Dabney,
/// Rowland, Bellemare and Munos, 2018: QR-DQN).
///
/// Quantile i of `count` is the return that is not exceeded with probability τ_i = (i + ½) / count. A choice's score is
/// the mean of the quantiles up to the level `risk`: at 1 the expected return, below the conditional value at risk
/// CVaR_α, the expected return of the worst share α of outcomes (Rockafellar and Uryasev, 2000; as a distortion of
/// learned quantiles: Dabney, Ostrovski, Silver and Munos, 2018). So scores are weighted sums of outputs, and a network
/// that is linear in its last layer scores choices by one row of weights each, whatever the number of quantiles.
public struct QuantileRegression: Sendable, Equatable {
  /// The number of quantiles of a choice.
  public let count: Int
  /// α: which share of outcomes, from the worst on, a choice is scored by; in (0, 1].
  public let risk: Float

  /// Creates settings.
  public init(count: Int, risk: Float = 1) {
    precondition(count > 0, "A distribution needs at least one quantile, not \(count).")
    precondition(risk > 0 && risk <= 1, "Choices are scored by a share of outcomes in (0, 1], not \(risk).")
    self.count = count
    self.risk = risk
  }

  /// What each quantile counts in a score, their sum being 1: how much of its part [i, i + 1] / count of all outcomes
  /// lies within the share `risk`.
  public var weights: [Float] {
    (0..<count).map { index in
      let (start, end) = (Float(index) / Float(count), Float(index + 1) / Float(count))
      return max(0, min(end, risk) - start) / risk
    }
  }
}

extension NetworkShape {
  /// The shape of the network that learns quantiles of this one's choices: every choice has `count` outputs in a row.
  ///
  /// Its head is that of a network whose branches have so many choices, prior and mask left out: where it is dueling, the
  /// mean that is taken off is that over all quantiles of all choices of a branch, so the state value is an expectation.
  func quantiles(_ count: Int) -> NetworkShape {
    NetworkShape(
      observationSize: observationSize, hidden: hidden, branchSizes: branchSizes.map { $0 * count },
      aggregation: aggregation, isDueling: isDueling)
  }
}
