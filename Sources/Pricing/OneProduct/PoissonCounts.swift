import Foundation

/// A Poisson law's probabilities and tails, in double precision.
struct PoissonCounts {
  let mean: Double

  /// P(N = count).
  func probability(of count: Int) -> Double {
    guard mean > 0 else { return count == 0 ? 1 : 0 }
    return exp(Double(count) * log(mean) - mean - lgamma(Double(count) + 1))
  }

  /// E[min(N, limit)]: the mean number of sales of `limit` units; O(limit), O(1) for a limit that is out of reach.
  func mean(upTo limit: Int) -> Double {
    guard Double(limit) < mean + 8 * mean.squareRoot() + 20 else { return mean }
    var below = 0.0
    var sold = 0.0
    for count in 0..<max(0, limit) {
      below += probability(of: count)
      sold += max(0, 1 - below)
    }
    return sold
  }
}
