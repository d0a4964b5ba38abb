import Foundation

/// A Gaussian law of two log factors of a channel.
struct FactorLaw {
  var mean: SIMD2<Double>
  var covariance: Matrix2

  /// The law once the first factor's mean and variance are known to be others.
  func given(firstMean: Double, variance: Double) -> FactorLaw {
    let gain = covariance.x / covariance.x.x
    let change = variance - covariance.x.x
    return FactorLaw(
      mean: mean + gain * (firstMean - mean.x),
      covariance: covariance + Matrix2(gain.x * change * gain, gain.y * change * gain))
  }
}

/// What a tick says of two log factors, as a Gaussian that multiplies their law: its precision, and that times its mean. Zeros say
/// nothing.
struct TickSite {
  var precision = Matrix2(diagonal: .zero)
  var shift = SIMD2<Double>.zero

  /// Nothing.
  init() {}

  /// What takes the law before a tick to one of the mean after it, and of the variance after it where that is the less.
  init(from before: FactorLaw, to after: FactorLaw) {
    let prior = before.covariance.inverse
    precision = (after.covariance.inverse - prior).positivePart
    shift = (prior + precision) * after.mean - prior * before.mean
  }

  /// The law without what the tick says; nil where it is none.
  func removed(from law: FactorLaw) -> FactorLaw? {
    let own = law.covariance.inverse
    let rest = own - precision
    guard rest.x.x > 0, rest.x.x * rest.y.y > rest.x.y * rest.y.x else { return nil }
    let covariance = rest.inverse
    return FactorLaw(mean: covariance * (own * law.mean - shift), covariance: covariance)
  }

  /// On the way from one to another.
  func moved(towards other: TickSite, by share: Double) -> TickSite {
    var site = self
    site.precision = site.precision.scaled(1 - share) + other.precision.scaled(share)
    site.shift = (1 - share) * shift + share * other.shift
    return site
  }
}

/// The moments of the log of a rate after a count, its law before being Gaussian.
///
/// Integrals as in `CountPosterior`; counts may stray from Poisson's law (a negative binomial law of some shape).
struct CountMoments {
  let mean, variance: Double
  /// The logarithm of the count's likelihood, but for a term that depends on the count alone.
  let logEvidence: Double

  /// Of so many the law is a Gaussian but for a little skewness, which moves the mean off the mode by half a count or less.
  private static let many = 50.0

  /// - Parameters:
  ///   - mean: the mean of the log factor before.
  ///   - prior: its variance before, above 0.
  ///   - expected: what is expected to be counted at factor 1, above 0.
  ///   - shape: one over the square of the deviation, of itself, by which the count's mean strays.
  init(mean prior: Double, variance: Double, count: Double, expected: Double, shape: Double = 1e9) {
    func logDensity(_ factor: Double) -> Double {
      let logMean = log(expected) + factor
      return count * logMean - (count + shape) * log1p(exp(logMean) / shape) - 0.5 * (factor - prior)
        * (factor - prior) / variance
    }
    // The gamma law of the same mean and variance, to which Poisson counts are conjugate, says about where.
    let gamma = 1 / expm1(min(variance, 50))
    var mode = log((gamma + count) / (gamma * exp(-prior - 0.5 * min(variance, 50)) + expected))
    var curvature = 1 / variance
    for _ in 0..<20 {
      let rate = expected * exp(mode)
      let share = shape / (shape + rate)
      curvature = (count + shape) * rate * share / (shape + rate) + 1 / variance
      let step = (count - (count + shape) * rate / (shape + rate) - (mode - prior) / variance) / curvature
      mode += min(max(step, -2), 2)
      if abs(step) < 1e-5 { break }
    }
    let highest = logDensity(mode)
    let width = (2 / curvature).squareRoot()
    let normalizer = 0.5 * log(2 * .pi * variance)
    guard count < Self.many else {
      let rate = expected * exp(mode)
      let third = (curvature - 1 / variance) * (shape - rate) / (shape + rate)
      mean = mode - 0.5 * third / (curvature * curvature)
      self.variance = 1 / curvature
      logEvidence = highest + log(Double.pi.squareRoot() * width) - normalizer
      return
    }
    let (nodes, weights) = (CountPosterior.nodes, CountPosterior.weights)
    var (total, first, second) = (0.0, 0.0, 0.0)
    for node in 0..<8 {
      let offset = width * Double(nodes[node])
      let weight = Double(weights[node]) * exp(logDensity(mode + offset) - highest)
      total += weight
      first += weight * offset
      second += weight * offset * offset
    }
    let shift = first / total
    mean = mode + shift
    self.variance = max(second / total - shift * shift, 1e-12)
    logEvidence = highest + log(total * width) - normalizer
  }
}
