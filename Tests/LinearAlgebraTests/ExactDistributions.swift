import Foundation

/// Probability functions in double precision, independent of the samplers.
enum ExactDistribution: CustomStringConvertible {
  case poisson(mean: Float)
  case binomial(trials: Int, probability: Float)

  var description: String {
    switch self {
    case .poisson(let mean): "Poisson(\(mean))"
    case .binomial(let trials, let probability): "Binomial(\(trials), \(probability))"
    }
  }

  func probability(_ k: Int) -> Double {
    switch self {
    case .poisson(let mean):
      if mean == 0 { return k == 0 ? 1 : 0 }
      return exp(Double(k) * log(Double(mean)) - Double(mean) - lgamma(Double(k) + 1))
    case .binomial(let trials, let probability):
      if k > trials { return 0 }
      if probability == 0 || probability == 1 { return k == (probability == 0 ? 0 : trials) ? 1 : 0 }
      let (n, p) = (Double(trials), Double(probability))
      let choices = lgamma(n + 1) - lgamma(Double(k) + 1) - lgamma(n - Double(k) + 1)
      return exp(choices + Double(k) * log(p) + (n - Double(k)) * log1p(-p))
    }
  }

  var mean: Double {
    switch self {
    case .poisson(let mean): Double(mean)
    case .binomial(let trials, let probability): Double(trials) * Double(probability)
    }
  }

  var variance: Double {
    switch self {
    case .poisson(let mean): Double(mean)
    case .binomial(let trials, let probability):
      Double(trials) * Double(probability) * (1 - Double(probability))
    }
  }

  /// Counts that hold all but some 1e-13 of the probability.
  var support: ClosedRange<Int> {
    let spread = 8 * variance.squareRoot() + 25
    return max(0, Int(mean - spread))...Int(mean + spread)
  }

  /// Means and probabilities on both sides of every branch of the samplers.
  static let grid: [ExactDistribution] = [
    .poisson(mean: 0), .poisson(mean: 0.001), .poisson(mean: 0.1), .poisson(mean: 1), .poisson(mean: 7.3),
    .poisson(mean: 15.99), .poisson(mean: 16), .poisson(mean: 23), .poisson(mean: 100), .poisson(mean: 2000),
    .binomial(trials: 0, probability: 0.3), .binomial(trials: 9, probability: 0),
    .binomial(trials: 9, probability: 1), .binomial(trials: 1, probability: 0.25),
    .binomial(trials: 10, probability: 0.9), .binomial(trials: 63, probability: 0.5),
    .binomial(trials: 64, probability: 0.5), .binomial(trials: 64, probability: 0.51),
    .binomial(trials: 1000, probability: 0.01), .binomial(trials: 1000, probability: 0.0165),
    .binomial(trials: 100, probability: 0.8), .binomial(trials: 100_000, probability: 0.0001),
    .binomial(trials: 5000, probability: 0.37), .binomial(trials: 20000, probability: 0.998),
  ]
}
