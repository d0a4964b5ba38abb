#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The exact law of a probability whose logarithm is a normal constant, given how many of some trials succeeded.
package struct ConstantFilter {
  private let constants: [Double]
  private let probabilities: [Double]
  private let prior: [Double]
  private var logLaw: [Double]
  private var law: [Double]

  /// Begins with what is known before the first trial: probability · e^constant, at most 1.
  package init(deviation: Double, probability: Double) {
    let reach = deviation > 0 ? 60 : 0
    constants = (-reach...reach).map { Double($0) * deviation / 12 }
    probabilities = constants.map { min(probability * exp($0), 1 - 1e-12) }
    let densities = constants.map { deviation > 0 ? exp(-0.5 * $0 * $0 / (deviation * deviation)) : 1 }
    let total = densities.reduce(0, +)
    prior = densities.map { $0 / total }
    law = prior
    logLaw = prior.map { log($0) }
  }

  /// Forgets all trials.
  package mutating func restart() {
    law = prior
    logLaw = prior.map { log($0) }
  }

  /// The probability that is expected.
  package var expectedProbability: Double { zip(law, probabilities).reduce(0) { $0 + $1.0 * $1.1 } }

  /// What e^(exponent · constant) is expected to be.
  package func expectedPower(of exponent: Double) -> Double {
    zip(law, constants).reduce(0) { $0 + $1.0 * exp(exponent * $1.1) }
  }

  /// Takes in some trials.
  package mutating func observe(successes: Double, of trials: Double) {
    guard trials > 0 else { return }
    for index in probabilities.indices {
      logLaw[index] +=
        successes * log(probabilities[index]) + (trials - successes) * log(1 - probabilities[index])
    }
    let most = logLaw.max() ?? 0
    for index in logLaw.indices {
      logLaw[index] -= most
      law[index] = exp(logLaw[index])
    }
    let total = law.reduce(0, +)
    for index in law.indices { law[index] /= total }
  }
}
