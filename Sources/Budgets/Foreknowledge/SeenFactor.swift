#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What is known of a log factor that is a normal constant plus a stationary AR(1) and is seen exactly, step by step: Kalman's
/// filter.
package struct SeenFactor {
  private let driftVariance: Double
  private let persistence: Double
  private let priorVariance: Double
  private(set) var mean = 0.0
  private(set) var variance: Double
  private var last: Double?

  package init(constantDeviation: Double, driftDeviation: Double, persistence: Double) {
    priorVariance = constantDeviation * constantDeviation
    driftVariance = driftDeviation * driftDeviation
    self.persistence = persistence
    variance = priorVariance
  }

  /// Takes in the sum of a step.
  package mutating func observe(_ sum: Double) {
    // Given the sums before, the next one is persistence · last + (1 − persistence) · constant + innovation.
    let (slope, rest, noise): (Double, Double, Double) =
      if let last {
        (1 - persistence, persistence * last, driftVariance * (1 - persistence * persistence))
      } else {
        (1, 0, driftVariance)
      }
    last = sum
    let innovation = slope * slope * variance + noise
    guard innovation > 1e-15 else { return }
    let gain = slope * variance / innovation
    mean += gain * (sum - rest - slope * mean)
    variance = max(variance * (1 - gain * slope), 0)
  }

  /// What e^(exponent · factor) is expected to be in the step at hand and in later ones.
  ///
  /// - Parameter decays: by step: persistence^n, n counted from 0 for the step at hand.
  package func expectedPowers(of exponent: Double, decays: ArraySlice<Double>) -> [Double] {
    decays.map { decay in
      // factor = constant + drift, drift = persistence · decay · (last − constant) + what is new since then.
      let kept = last == nil ? 0 : persistence * decay
      let slope = 1 - kept
      let center = slope * mean + kept * (last ?? 0)
      let spread = slope * slope * variance + driftVariance * (1 - kept * kept)
      return exp(exponent * center + 0.5 * exponent * exponent * spread)
    }
  }
}
