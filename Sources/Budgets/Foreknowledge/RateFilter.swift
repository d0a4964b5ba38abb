import LinearAlgebra

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The exact law of a probability whose logarithm is a normal constant plus a stationary AR(1), given how many of each step's
/// trials succeeded so far.
///
/// The law stands on a grid of (constant, drift) of one spacing h, so that the likelihood of a count depends on the sum of
/// both places alone. Sums of Gaussian densities over such a grid are integrals up to e^(-2π² (σ/h)²) (the trapezoid
/// rule; Trefethen and Weideman, 2014): with h at most 0.8 of the innovation's deviation, a part in 10¹³. So results are exact up to single
/// precision and to the tails beyond five deviations.
package final class RateFilter {
  private let spacing: Double
  private let constants: [Double]
  private let drifts: [Double]
  private let prior: Matrix
  private let transition: Matrix
  /// Constants × drifts: probabilities.
  private let law, scratch: Matrix
  private let persistent: Bool
  /// The probabilities at the sums of both places.
  private let rates: [Double]
  private var likelihood: [Double]

  /// Begins with what is known before the first step; nil where the grid would be too large or reach beyond a probability
  /// of 1.
  ///
  /// - Parameters:
  ///   - probability: what the factor multiplies.
  ///   - constantDeviation: of the log factor's constant.
  ///   - driftDeviation: of its AR(1), in the long run.
  ///   - persistence: of the same.
  package init?(probability: Double, constantDeviation: Double, driftDeviation: Double, persistence: Double) {
    let innovation = driftDeviation * (1 - persistence * persistence).squareRoot()
    spacing =
      driftDeviation > 0
      ? min(0.8 * innovation, max(constantDeviation, driftDeviation) / 10) : constantDeviation / 20
    guard driftDeviation == 0 || innovation > 0 else { return nil }
    func nodes(_ deviation: Double, _ spacing: Double) -> [Double] {
      guard deviation > 0 else { return [0] }
      let reach = Int((5 * deviation / spacing).rounded(.up))
      return (-reach...reach).map { Double($0) * spacing }
    }
    constants = nodes(constantDeviation, max(spacing, 1e-9))
    drifts = nodes(driftDeviation, max(spacing, 1e-9))
    guard constants.count * drifts.count <= 40_000 else { return nil }
    let (rows, columns) = (constants.count, drifts.count)
    law = Matrix(rows: rows, columns: columns)
    scratch = Matrix(rows: rows, columns: columns)
    prior = Matrix(rows: rows, columns: columns)
    transition = Matrix(rows: columns, columns: columns)
    let constantShares = Self.normal(constants, mean: 0, deviation: constantDeviation)
    let driftShares = Self.normal(drifts, mean: 0, deviation: driftDeviation)
    for row in 0..<rows {
      for column in 0..<columns { prior[row, column] = Float(constantShares[row] * driftShares[column]) }
    }
    for from in 0..<columns {
      let shares = Self.normal(drifts, mean: persistence * drifts[from], deviation: innovation)
      for to in 0..<columns { transition[from, to] = Float(shares[to]) }
    }
    persistent = columns > 1
    let first = (constants.first ?? 0) + (drifts.first ?? 0)
    let spacing = spacing
    rates = (0..<rows + columns - 1).map { probability * exp(first + Double($0) * spacing) }
    likelihood = rates
    guard probability > 0, (rates.last ?? 1) < 1 else { return nil }
    restart()
  }

  /// Probabilities of a normal at evenly spaced places.
  private static func normal(_ places: [Double], mean: Double, deviation: Double) -> [Double] {
    guard deviation > 0, places.count > 1 else { return [Double](repeating: 1, count: places.count) }
    let densities = places.map { exp(-0.5 * ($0 - mean) * ($0 - mean) / (deviation * deviation)) }
    let total = densities.reduce(0, +)
    return densities.map { $0 / max(total, 1e-300) }
  }

  /// Forgets all counts.
  package func restart() { law.pointer.update(from: prior.pointer, count: law.count) }

  /// What the probability is expected to be in the step at hand.
  package var expectedProbability: Double {
    var sum = 0.0
    for row in 0..<constants.count {
      for column in 0..<drifts.count { sum += Double(law[row, column]) * rates[row + column] }
    }
    return sum
  }

  /// What e^(exponent · log factor) is expected to be in the step at hand and in later ones.
  ///
  /// - Parameters:
  ///   - exponent: the power.
  ///   - decays: by step: to what the drift has decayed, persistence^n.
  ///   - stationary: the drift's variance in the long run.
  package func expectedPowers(of exponent: Double, decays: ArraySlice<Double>, stationary: Double) -> [Double]
  {
    var shares = [Double](repeating: 0, count: drifts.count)
    for row in 0..<constants.count {
      let power = exp(exponent * constants[row])
      for column in 0..<drifts.count { shares[column] += power * Double(law[row, column]) }
    }
    return decays.map { decay in
      var sum = 0.0
      for column in 0..<drifts.count { sum += shares[column] * exp(exponent * decay * drifts[column]) }
      return sum * exp(0.5 * exponent * exponent * stationary * (1 - decay * decay))
    }
  }

  /// Takes in the step's trials, and moves on to the next step.
  package func observe(successes: Double, of trials: Double) {
    if trials > 0 {
      var most = -Double.infinity
      for index in rates.indices {
        likelihood[index] = successes * log(rates[index]) + (trials - successes) * log(1 - rates[index])
        most = max(most, likelihood[index])
      }
      for index in rates.indices { likelihood[index] = exp(likelihood[index] - most) }
      var total = 0.0
      for row in 0..<constants.count {
        for column in 0..<drifts.count {
          let weighed = Double(law[row, column]) * likelihood[row + column]
          law[row, column] = Float(weighed)
          total += weighed
        }
      }
      let scale = Float(1 / max(total, 1e-30))
      for index in 0..<law.count { law.pointer[index] *= scale }
    }
    guard persistent else { return }
    multiply(law.view, transition.view, into: scratch.view)
    law.pointer.update(from: scratch.pointer, count: law.count)
  }
}
