import Foundation

/// A class of a flight's fares with normally distributed demand.
public struct FareClass: Sendable, Equatable {
  /// What a seat earns.
  public var fare: Double
  /// The mean of demand.
  public var mean: Double
  /// The standard deviation of demand.
  public var deviation: Double

  /// Creates a class; the fare must be positive, the moments at least 0.
  public init(fare: Double, mean: Double, deviation: Double) {
    precondition(fare > 0 && fare.isFinite, "A fare must be positive, not \(fare).")
    precondition(
      mean >= 0 && deviation >= 0 && mean.isFinite && deviation.isFinite,
      "Demand needs a mean and a deviation of at least 0, not \(mean) and \(deviation).")
    self.fare = fare
    self.mean = mean
    self.deviation = deviation
  }

  /// How many seats to keep from buyers at `lowerFare` for this class: Littlewood's rule (1972).
  ///
  /// - Parameter lowerFare: the fare of the class that books first, positive and at most this class's.
  public func protection(against lowerFare: Double) -> Double {
    precondition(
      lowerFare > 0 && lowerFare <= fare, "A lower fare must be within 0 and \(fare), not \(lowerFare).")
    return max(0, mean + deviation * normalQuantile(1 - lowerFare / fare))
  }
}

/// The expected marginal seat revenue heuristic, version b (Belobaba, 1989): how many seats to keep for all classes
/// above each class but the dearest.
///
/// The classes above are pooled: means and variances add up, and they share one demand-weighted fare; Littlewood's rule
/// then decides. O(n log n) for n classes.
///
/// - Returns: protection levels from the second dearest class's down, each within 0 and the capacity.
public func expectedMarginalSeatRevenue(_ classes: [FareClass], capacity: Double) -> [Double] {
  precondition(capacity > 0, "A flight needs seats, not \(capacity).")
  let ordered = classes.sorted { $0.fare > $1.fare }
  var (mean, variance, revenue) = (0.0, 0.0, 0.0)
  return zip(ordered, ordered.dropFirst()).map { higher, lower in
    mean += higher.mean
    variance += higher.deviation * higher.deviation
    revenue += higher.fare * higher.mean
    let fare = mean > 0 ? max(revenue / mean, lower.fare) : ordered[0].fare
    let pooled = FareClass(fare: fare, mean: mean, deviation: variance.squareRoot())
    return min(capacity, pooled.protection(against: lower.fare))
  }
}

/// The x with P(standard normal ≤ x) = `probability`; infinite at 0 and 1.
///
/// A rational start (Abramowitz and Stegun 26.2.23, within 4.5e-4) and three of Newton's steps on `erfc`.
package func normalQuantile(_ probability: Double) -> Double {
  if probability <= 0 { return -.infinity }
  if probability >= 1 { return .infinity }
  let tail = min(probability, 1 - probability)
  let t = (-2 * log(tail)).squareRoot()
  var x =
    t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)))
  for _ in 0..<3 {
    let excess = 0.5 * erfc(x / 2.0.squareRoot()) - tail
    x += excess / (exp(-x * x / 2) / (2 * Double.pi).squareRoot())
  }
  return probability < 0.5 ? -x : x
}
