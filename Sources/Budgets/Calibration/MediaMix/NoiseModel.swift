import Foundation

/// How what a model leaves unexplained lies: how large from tick to tick, how heavy its tails, how lasting.
///
/// Sales of a strong week err by more than those of a weak one, and single weeks (a strike, a promotion that no column
/// tells of) lie far off. Both would rule a plain least-squares fit, so a first fit's residuals tell the weights of the next.
struct NoiseModel: Sendable, Equatable {
  /// By tick: the standard deviation of the noise at its fitted level, on any scale; later ticks included.
  let deviations: [Double]
  /// By fitted tick, of mean 1 over those that count: how much its square counts; 0 where the outcome is not to be explained.
  let weights: [Double]
  /// The share of the noise that is left a tick later.
  let autocorrelation: Double
  /// The median of the noise in units of `deviations`.
  let median: Double

  /// Noise that is the same in every tick.
  ///
  /// - Parameter isCounted: by tick, whether its outcome is to be explained.
  init(ticks: Int, rows: Int, isCounted: [Bool]) {
    deviations = [Double](repeating: 1, count: ticks)
    weights = isCounted[..<rows].map { $0 ? 1 : 0 }
    autocorrelation = 0
    median = 0
  }

  /// The noise of a fit, the likeliest of six kinds: standard deviation steady, as the root of the fitted level, or in
  /// proportion to it; normal, or Student's t of 4 degrees of freedom (Lange, Little and Taylor, 1989).
  ///
  /// - Parameters:
  ///   - outcome: by tick.
  ///   - fitted: by tick.
  ///   - rows: the first ticks, which were fitted.
  init(outcome: [Double], fitted: [Double], rows: Int, isCounted: [Bool]) {
    let counted = (0..<rows).filter { isCounted[$0] }
    let residuals = (0..<rows).map { outcome[$0] - fitted[$0] }
    let mean = fitted[..<rows].reduce(0, +) / Double(rows)
    var best = -Double.infinity
    var chosen = (deviations: [Double](), scaled: [Double](), weights: [Double]())
    // Where levels are not above 0, the noise cannot be in proportion to them.
    for power in mean > 0 ? [0, 0.5, 1] : [0] {
      let deviations = fitted.map { mean > 0 ? pow(max($0 / mean, 0.1), power) : 1 }
      let scaled = zip(residuals, deviations).map { $0 / $1 }
      let spread = counted.reduce(0) { $0 + log(deviations[$1]) }
      for hasHeavyTails in [false, true] {
        let (likelihood, told) = scaledNoise(counted.map { scaled[$0] }, hasHeavyTails: hasHeavyTails)
        var weights = [Double](repeating: 0, count: rows)
        for (tick, weight) in zip(counted, told) { weights[tick] = weight }
        guard likelihood - spread > best || chosen.weights.isEmpty else { continue }
        best = likelihood - spread
        chosen = (deviations, scaled, zip(weights, deviations).map { $0 / ($1 * $1) })
      }
    }
    deviations = chosen.deviations
    let total = chosen.weights.reduce(0, +)
    weights = chosen.weights.map { $0 * Double(counted.count) / total }
    let whitened = zip(residuals, weights).map { $0 * $1.squareRoot() }
    let squares = whitened.reduce(0) { $0 + $1 * $1 }
    let products = zip(whitened, whitened.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 }
    autocorrelation = squares > 0 ? min(max(products / squares, 0), 0.8) : 0
    median = quantile(counted.map { chosen.scaled[$0] }.sorted(), 0.5)
  }

  /// A series weighted, and freed of what is left of the tick before (Cochrane and Orcutt, 1949; first row Prais and Winsten,
  /// 1954): its noise is independent and of one size.
  func whitened(_ series: [Double]) -> [Double] {
    let scaled = zip(series, weights).map { $0 * $1.squareRoot() }
    let first = (1 - autocorrelation * autocorrelation).squareRoot()
    return scaled.indices.map { tick in
      if weights[tick] == 0 { return 0 }
      // Behind a tick that does not count a series begins anew.
      guard tick > 0, weights[tick - 1] > 0 else { return first * scaled[tick] }
      return scaled[tick] - autocorrelation * scaled[tick - 1]
    }
  }
}

/// The highest log likelihood of noise of an unknown scale, and by tick how much its square counts there; normal, or Student's t
/// of 4 degrees of freedom.
private func scaledNoise(
  _ noise: [Double], hasHeavyTails: Bool
) -> (likelihood: Double, weights: [Double]) {
  let count = Double(noise.count)
  var variance = max(noise.reduce(0) { $0 + $1 * $1 } / count, .leastNormalMagnitude)
  var weights = [Double](repeating: 1, count: noise.count)
  guard hasHeavyTails else { return (-0.5 * count * (log(2 * Double.pi * variance) + 1), weights) }
  for _ in 0..<30 {
    weights = noise.map { 5 / (4 + $0 * $0 / variance) }
    let weighted = zip(noise, weights).reduce(0) { $0 + $1.0 * $1.0 * $1.1 } / count
    variance = max(weighted, .leastNormalMagnitude)
  }
  // The density is 3/8 · (1 + x²/4)^(-5/2).
  let likelihood = noise.reduce(0.5 * count * log(9.0 / 64 / variance)) {
    $0 - 2.5 * log(1 + $1 * $1 / (4 * variance))
  }
  return (likelihood, weights)
}
