/// Counts by inversion: one uniform gives one count, and more of the one is never less of the other.
extension ScalarKernels {
  /// The variance from which on a count is expanded rather than searched.
  private static let smallVariance: Float = 16
  /// A term of the probability function that no longer moves a sum of 24 bits.
  private static let negligible: Float = 0x1p-27

  /// The Poisson count of a mean at u in (0, 1), an integer held as a float.
  ///
  /// Exact (total variation below 1e-5 beyond the resolution of `u`) for means below 16; from there on the
  /// Cornish–Fisher expansion with lattice correction (compare Giles, "Algorithm 955", ACM TOMS 42, 2016):
  /// total variation 2.7e-4 at 16, 5e-5 at 50, 2e-5 at 100.
  package static func poissonQuantile(mean: Float, _ u: Float) -> Float {
    if mean < smallVariance {
      return search(remaining: mean, fall: 0, odds: 1, zero: exp(-mean), mean: mean, u)
    }
    return expand(mean: mean, variance: mean, skew: 1, excess: 1, normalQuantile(u))
  }

  /// The binomial count of `trials` (an integer held as a float) with a probability in [0, 1] at u in (0, 1).
  ///
  /// The errors are those of `poissonQuantile` with the variance in the mean's place.
  package static func binomialQuantile(trials: Float, probability: Float, _ u: Float) -> Float {
    // The rarer outcome is counted: its zero probability never underflows, and its mean is at most 32.
    let flipped = probability > 0.5
    let p = flipped ? 1 - probability : probability
    let target = flipped ? 1 - u : u
    let variance = trials * p * (1 - p)
    let mean = trials * p
    let count =
      variance < smallVariance
      ? search(
        remaining: trials, fall: 1, odds: p / (1 - p), zero: exp(trials * logComplement(p)), mean: mean,
        target)
      : expand(
        mean: mean, variance: variance, skew: 1 - 2 * p, excess: 1 - 6 * p * (1 - p), normalQuantile(target))
    let clamped = min(count, trials)
    return flipped ? trials - clamped : clamped
  }

  /// The smallest k whose cumulative probability reaches u, for the recurrence
  /// pmf(k + 1) = pmf(k) · odds · (remaining − fall·k)/(k + 1).
  private static func search(
    remaining: Float, fall: Float, odds: Float, zero: Float, mean: Float, _ u: Float
  ) -> Float {
    var left = remaining
    var mass = zero
    var cumulative = zero
    var k: Float = 0
    while k < 64 && cumulative < u && (mass > negligible || mean > k) {
      mass *= left * (odds * (1 / (k + 1)))
      left -= fall
      cumulative += mass
      k += 1
    }
    return k
  }

  /// The Cornish–Fisher expansion of a lattice distribution's quantile; `skew` and `excess` are the third and
  /// fourth cumulant over the variance.
  private static func expand(mean: Float, variance: Float, skew: Float, excess: Float, _ z: Float) -> Float {
    let deviation = variance.squareRoot()
    let square = z * z
    let fourth = excess * (square - 3) * (1 / 24)
    let third = skew * skew * (2 * square - 5) * (1 / 36)
    let second = z * (fourth - third - 1 / 24)
    let shift = deviation * z + skew * (square - 1) * (1 / 6) + second / deviation + 0.5
    return max(mean + shift, 0).rounded(.down)
  }
}
