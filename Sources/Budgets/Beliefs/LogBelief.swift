import Foundation

/// A Gaussian belief about the log of a factor that is the sum of a constant and a stationary AR(1).
///
/// The constant is the multiplier an episode was given, the AR(1) the drift within it; both start at mean 0. Counts
/// are taken in by matching the moments of their posterior, exact measurements by Kalman's update.
struct LogBelief: BitwiseCopyable {
  private(set) var constant: Float = 0
  private(set) var drift: Float = 0
  private var constantVariance: Float
  private var covariance: Float = 0
  private var driftVariance: Float

  /// The belief before anything was seen.
  init(constantDeviation: Float, driftDeviation: Float) {
    constantVariance = constantDeviation * constantDeviation
    driftVariance = driftDeviation * driftDeviation
  }

  /// Constant and drift, then the variance of the one, their covariance and the variance of the other.
  var numbers: [Float] {
    get { [constant, drift, constantVariance, covariance, driftVariance] }
    set {
      (constant, drift) = (newValue[0], newValue[1])
      (constantVariance, covariance, driftVariance) = (newValue[2], newValue[3], newValue[4])
    }
  }

  /// How far from 0 constant and drift may be thought to lie.
  private static let farthest: Float = 10

  /// The mean of the log factor.
  var mean: Float { constant + drift }
  /// The variance of the log factor.
  var variance: Float { max(constantVariance + 2 * covariance + driftVariance, 0) }

  /// The mean of the log factor some ticks ahead, the AR(1) having decayed to `decay` = persistence^ticks of itself.
  func mean(decay: Float) -> Float { constant + decay * drift }

  /// The mean of the factor itself some ticks ahead, the AR(1) having decayed to `decay` of itself and its stationary
  /// variance having come back by as much: log-normal, so half the variance is added to the log.
  ///
  /// Taking in observations moves this forecast but not its mean over what they may show.
  func expectedFactor(decay: Float, stationary: Float) -> Float {
    exp(logExpectedFactor(decay: decay, stationary: stationary))
  }

  /// The logarithm of that mean.
  func logExpectedFactor(decay: Float, stationary: Float) -> Float {
    let variance =
      constantVariance + 2 * decay * covariance + decay * decay * driftVariance + (1 - decay * decay)
      * stationary
    return mean(decay: decay) + 0.5 * max(variance, 0)
  }

  /// Moves the belief one tick on; the AR(1)'s stationary variance is `stationary`.
  mutating func advance(persistence: Float, stationary: Float) {
    drift *= persistence
    covariance *= persistence
    driftVariance = persistence * persistence * driftVariance + (1 - persistence * persistence) * stationary
  }

  /// Takes in a direct measurement of the log factor with a noise variance.
  mutating func observe(_ value: Float, noise: Float) {
    correct(by: value - mean, innovation: variance + noise)
  }

  /// Takes in a count that is Poisson with mean `expected · e^factor`.
  ///
  /// The belief becomes the log-normal of the posterior's mean factor and variance of the log (`CountPosterior`). So the
  /// forecast of the factor is a martingale: what is looked at more often is not thought better of for it.
  mutating func observe(count: Float, expected: Float) {
    let prior = variance
    guard expected > 0, prior > 1e-12 else { return }
    let posterior = CountPosterior(mean: mean, prior: prior, count: count, expected: expected)
    let shift = posterior.logFactor - 0.5 * posterior.variance - mean
    move(by: shift / prior, information: (prior - posterior.variance) / (prior * prior))
  }

  /// By how much the variance of the constant's mean is expected to grow when a Poisson count of this mean is seen: what
  /// can be learned of what lasts.
  func learned(fromCount expected: Float) -> Float {
    let prior = variance
    guard expected > 0, prior > 1e-12 else { return 0 }
    let posterior = log(1 + 1 / (1 / (exp(prior) - 1) + expected))
    let first = constantVariance + covariance
    return max(first * first * (prior - posterior) / (prior * prior), 0)
  }

  /// What part of news of the log factor is news of the constant.
  var lasting: Float { variance > 1e-12 ? max((constantVariance + covariance) / variance, 0) : 0 }

  private mutating func correct(by residual: Float, innovation: Float) {
    guard innovation > 1e-12 else { return }
    move(by: residual / innovation, information: 1 / innovation)
  }

  /// Moves the means along their covariance with the log factor, and takes its square out of the variances.
  private mutating func move(by step: Float, information: Float) {
    let first = constantVariance + covariance
    let second = covariance + driftVariance
    // No factor is that far off; beyond, products of factors would be no numbers.
    constant = min(max(constant + first * step, -Self.farthest), Self.farthest)
    drift = min(max(drift + second * step, -Self.farthest), Self.farthest)
    constantVariance -= first * first * information
    covariance -= first * second * information
    driftVariance -= second * second * information
  }
}
