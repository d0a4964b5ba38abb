#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How a weakly coupled policy explores: two coefficients by step, the last of which stand for any later step.
///
/// *Optimism* κ multiplies a channel's gains by e^(κ · deviation · time left), so that doubt counts for a channel while there is
/// time to use the answer (Lai and Robbins, 1985). *Information* γ adds to a level γ · (price of money · money left / channels) ·
/// √(variance that its observations are expected to take out of what lasts of the channel's log rate): what a deviation of news
/// is worth, as a part of a channel's share of all that is still to be gained. The first observations of a channel
/// count most, so it buys a few of each where optimism buys many of some.
public struct WeaklyCoupledExploration: Sendable, Equatable {
  /// κ by step, at least 0.
  public var optimism: [Float]
  /// γ by step, at least 0.
  public var information: [Float]

  /// The same coefficients at every step.
  public init(optimism: Float = 0, information: Float = 0) {
    self.init(optimism: [optimism], information: [information])
  }

  /// Coefficients by step.
  public init(optimism: [Float], information: [Float]) {
    precondition(
      !optimism.isEmpty && !information.isEmpty && (optimism + information).allSatisfy { $0 >= 0 },
      "Exploration needs a coefficient of at least 0 of each kind.")
    self.optimism = optimism
    self.information = information
  }

  func optimism(_ step: Int) -> Float { optimism[min(step, optimism.count - 1)] }
  func information(_ step: Int) -> Float { information[min(step, information.count - 1)] }
}

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
