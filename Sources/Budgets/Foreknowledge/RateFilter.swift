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
  /// The logarithms of these and of what they leave to 1.
  private let logRates, logRests: [Double]
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
    logRates = rates.map { log($0) }
    logRests = rates.map { log(1 - min($0, 1)) }
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
      let shares = law.pointer + row * drifts.count
      for column in 0..<drifts.count { sum += Double(shares[column]) * rates[row + column] }
    }
    return sum
  }

  /// What powers of the factor are by place of the grid, now and later: the same in every step of an episode.
  package struct Powers {
    /// By constant: e^(exponent · constant).
    fileprivate let constants: [Double]
    /// Steps ahead × drifts: e^(exponent · decayed drift), what is yet to come of the drift counted in.
    fileprivate let drifts: [Double]
  }

  /// Tabulates the powers of the factor.
  ///
  /// - Parameters:
  ///   - exponent: the power.
  ///   - decays: by steps ahead: to what the drift has decayed, persistence^n.
  ///   - stationary: the drift's variance in the long run.
  package func powers(of exponent: Double, decays: [Double], stationary: Double) -> Powers {
    Powers(
      constants: constants.map { exp(exponent * $0) },
      drifts: decays.flatMap { decay in
        let toCome = 0.5 * exponent * exponent * stationary * (1 - decay * decay)
        return drifts.map { exp(exponent * decay * $0 + toCome) }
      })
  }

  /// What e^(exponent · log factor) is expected to be in the step at hand and in those after it, `steps` in all.
  package func expected(_ powers: Powers, steps: Int) -> [Double] {
    var shares = [Double](repeating: 0, count: drifts.count)
    for row in 0..<constants.count {
      let power = powers.constants[row]
      let law = law.pointer + row * drifts.count
      for column in 0..<drifts.count { shares[column] += power * Double(law[column]) }
    }
    return (0..<steps).map { step in
      var sum = 0.0
      for column in 0..<drifts.count { sum += shares[column] * powers.drifts[step * drifts.count + column] }
      return sum
    }
  }

  /// Takes in the step's trials, and moves on to the next step.
  package func observe(successes: Double, of trials: Double) {
    if trials > 0 {
      var most = -Double.infinity
      for index in rates.indices {
        likelihood[index] = successes * logRates[index] + (trials - successes) * logRests[index]
        most = max(most, likelihood[index])
      }
      for index in rates.indices { likelihood[index] = exp(likelihood[index] - most) }
      var total = 0.0
      for row in 0..<constants.count {
        let shares = law.pointer + row * drifts.count
        for column in 0..<drifts.count {
          let weighed = Double(shares[column]) * likelihood[row + column]
          shares[column] = Float(weighed)
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
