#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What the news that a level brings of its channel is worth, in the channel's gain units.
struct Curiosity {
  /// Nothing.
  static let none = Curiosity(weight: 0, evidence: 0, variance: 0)

  /// What a deviation of news is worth.
  private let weight: Float
  private let evidence, variance, counted: Float

  init(weight: Float, evidence: Float, variance: Float) {
    self.weight = weight
    self.evidence = evidence
    self.variance = variance
    // For how many observations the belief stands: the shape of the gamma distribution of its variance.
    counted = variance > 1e-6 ? 1 / (exp(variance) - 1) : .infinity
  }

  /// The square root of the variance that a gain's observations are expected to take away, times its weight.
  @inline(__always) func worth(ofGaining gain: Float) -> Float {
    guard weight > 0, gain > 0 else { return 0 }
    return weight * max(variance - log1p(1 / (counted + evidence * gain)), 0).squareRoot()
  }
}
