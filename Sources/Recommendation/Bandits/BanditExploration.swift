import LinearAlgebra

/// How a bandit plays what it is unsure of.
public enum BanditExploration: Sendable, Equatable {
  /// The best mean, and with this probability any arm.
  case epsilonGreedy(Float)
  /// The best mean + α · deviation (LinUCB: Li, Chu, Langford and Schapire, 2010).
  case upperConfidence(Float)
  /// Each arm as often as it is the best of a draw from the posterior, whose deviations are multiplied with `deviation`
  /// (Agrawal and Goyal, 2013). The probabilities are the shares of `draws` draws; an arm is then played by these shares,
  /// which is Thompson sampling still, and its logged probability is the one that it was played with.
  case thompson(deviation: Float, draws: Int)

  /// Writes the probability of each arm of one context.
  ///
  /// - Parameters:
  ///   - means: the expected reward of each arm.
  ///   - deviations: the standard deviation of each, in units of the noise's.
  ///   - probabilities: where they go.
  func probabilities(
    means: UnsafePointer<Float>, deviations: UnsafePointer<Float>,
    into probabilities: UnsafeMutablePointer<Float>,
    arms: Int, stream: inout RandomStream
  ) {
    probabilities.update(repeating: 0, count: arms)
    switch self {
    case .epsilonGreedy(let epsilon):
      shareBest(1 - epsilon, into: probabilities, arms: arms) { means[$0] }
      for arm in 0..<arms { probabilities[arm] += epsilon / Float(arms) }
    case .upperConfidence(let alpha):
      shareBest(1, into: probabilities, arms: arms) { means[$0] + alpha * deviations[$0] }
    case .thompson(let deviation, let draws):
      for _ in 0..<draws {
        var best = (arm: 0, value: -Float.infinity)
        for arm in 0..<arms {
          let value = means[arm] + deviation * deviations[arm] * stream.normal()
          if value > best.value { best = (arm, value) }
        }
        probabilities[best.arm] += 1
      }
      for arm in 0..<arms { probabilities[arm] /= Float(draws) }
    }
  }

  /// Shares a probability among the arms of the highest score.
  private func shareBest(
    _ share: Float, into probabilities: UnsafeMutablePointer<Float>, arms: Int, score: (Int) -> Float
  ) {
    var (best, ties) = (-Float.infinity, 0)
    for arm in 0..<arms {
      let value = score(arm)
      if value > best { (best, ties) = (value, 1) } else if value == best { ties += 1 }
    }
    for arm in 0..<arms where score(arm) == best { probabilities[arm] = share / Float(ties) }
  }

  /// Whether deviations matter.
  var readsDeviations: Bool {
    if case .epsilonGreedy = self { false } else { true }
  }

  func check() {
    switch self {
    case .epsilonGreedy(let epsilon):
      precondition(epsilon >= 0 && epsilon <= 1, "ε must be a probability, not \(epsilon).")
    case .upperConfidence(let alpha):
      precondition(alpha >= 0 && alpha.isFinite, "α must be at least 0, not \(alpha).")
    case .thompson(let deviation, let draws):
      precondition(deviation >= 0 && deviation.isFinite, "A deviation must be at least 0, not \(deviation).")
      precondition(draws > 0, "Probabilities need at least one draw, not \(draws).")
    }
  }
}
