import Foundation

/// A Gaussian belief about the log of a factor that is the sum of a constant and a stationary AR(1).
///
/// The constant is the multiplier an episode was given, the AR(1) the drift within it; both start at mean 0. Counts
/// are taken in by a Laplace approximation of their Poisson likelihood, exact measurements by Kalman's update.
struct LogBelief {
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
    let variance =
      constantVariance + 2 * decay * covariance + decay * decay * driftVariance + (1 - decay * decay)
      * stationary
    return exp(mean(decay: decay) + 0.5 * max(variance, 0))
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
  /// Two Newton steps find the posterior mode of the factor; the curvature there is the information of the count.
  mutating func observe(count: Float, expected: Float) {
    let prior = variance
    guard expected > 0, prior > 1e-12 else { return }
    let start = mean
    var mode = start
    for _ in 0..<3 {
      let rate = expected * exp(mode)
      let gradient = (start - mode) / prior + count - rate
      mode += min(max(gradient / (1 / prior + rate), -1), 1)
    }
    let information = expected * exp(mode)
    guard information > 1e-9 else { return }
    // The measurement that would lead Kalman's update to this mode and this curvature.
    let noise = 1 / information
    correct(by: (mode - start) * (prior + noise) / prior, innovation: prior + noise)
  }

  private mutating func correct(by residual: Float, innovation: Float) {
    guard innovation > 1e-12 else { return }
    let first = constantVariance + covariance
    let second = covariance + driftVariance
    constant += first / innovation * residual
    drift += second / innovation * residual
    constantVariance -= first * first / innovation
    covariance -= first * second / innovation
    driftVariance -= second * second / innovation
  }
}
