#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What is believed of the log of a rate after a Poisson count, its belief before being Gaussian.
///
/// The posterior is no Gaussian; where counts are small it is far from one. Its integrals are taken by Gauss and Hermite's rule of
/// eight nodes around its mode, spread as the curvature there says (Liu and Pierce, "A note on Gauss-Hermite quadrature",
/// Biometrika, 1994): parts in ten thousand from no count to thousands.
package struct CountPosterior {
  /// The log of the posterior mean of the factor itself: over what may be counted, that mean is the one before.
  package let logFactor: Float
  /// The posterior variance of the log factor.
  package let variance: Float

  static let nodes = SIMD8<Float>(
    -2.93063742, -1.98165676, -1.15719371, -0.38118699, 0.38118699, 1.15719371, 1.98165676, 2.93063742)
  /// The rule's weights times e^(node²).
  static let weights = SIMD8<Float>(
    1.07193014, 0.86675261, 0.79289005, 0.76454413, 0.76454413, 0.79289005, 0.86675261, 1.07193014)

  /// Takes in a count.
  ///
  /// - Parameters:
  ///   - mean: the mean of the log factor before.
  ///   - prior: its variance before, above 0.
  ///   - count: what was counted.
  ///   - expected: what is expected to be counted at factor 1, above 0.
  package init(mean: Float, prior: Float, count: Float, expected: Float) {
    // The gamma distribution of the prior's mean and variance, to which counts are conjugate, says about where.
    let shape = 1 / (exp(prior) - 1)
    var mode = log((shape + count) / (shape * exp(-mean - 0.5 * prior) + expected))
    var rate = expected * exp(mode)
    for _ in 0..<8 {
      let step = (count - rate - (mode - mean) / prior) / (rate + 1 / prior)
      mode += min(max(step, -2), 2)
      rate = expected * exp(mode)
      if abs(step) < 0.01 { break }
    }
    let width = (2 / (rate + 1 / prior)).squareRoot()
    let slope = count - (mode - mean) / prior
    var (total, factor, first, second): (Float, Float, Float, Float) = (0, 0, 0, 0)
    for node in 0..<8 {
      let offset = width * Self.nodes[node]
      let growth = expm1(offset)
      let weight = Self.weights[node] * exp(slope * offset - rate * growth - offset * offset / (2 * prior))
      total += weight
      factor += weight * growth
      first += weight * offset
      second += weight * offset * offset
    }
    logFactor = mode + log1p(factor / total)
    first /= total
    variance = min(max(second / total - first * first, 0), prior)
  }
}
