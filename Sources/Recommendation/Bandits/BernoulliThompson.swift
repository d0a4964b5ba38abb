import LinearAlgebra

/// Thompson sampling of click rates without a context: each arm's rate has a beta posterior (Thompson, 1933; Chapelle
/// and Li, 2011).
public final class BernoulliThompson: ContextualBandit {
  /// α of each arm: its clicks, plus the prior's.
  public private(set) var clicks: [Double]
  /// β of each arm: its displays without a click, plus the prior's.
  public private(set) var misses: [Double]
  /// How many draws a decision's probabilities are the shares of.
  public let draws: Int
  /// The length of a context row, which is not read.
  public let contextSize: Int

  /// The number of arms.
  public var arms: Int { clicks.count }

  /// Creates a bandit from its prior: Beta(clicks, misses) of every arm.
  public init(clicks: [Double], misses: [Double], contextSize: Int = 1, draws: Int = 100) {
    precondition(
      !clicks.isEmpty && clicks.count == misses.count && (clicks + misses).allSatisfy { $0 > 0 },
      "A prior needs as many clicks as misses, all above 0.")
    precondition(draws > 0, "Probabilities need at least one draw, not \(draws).")
    self.clicks = clicks
    self.misses = misses
    self.contextSize = contextSize
    self.draws = draws
  }

  /// Writes the shares of draws that each arm is best of; contexts are not read.
  public func probabilities(
    _ contexts: MatrixView, into probabilities: MatrixView, stream: inout RandomStream
  ) {
    for row in 0..<contexts.rows {
      let shares = slateProbabilities(positions: 1, draws: draws, stream: &stream)
      probabilities.row(row).update(from: shares.pointer, count: arms)
    }
  }

  /// The probability of each arm at each position of a slate of the best arms of a draw: arms × positions.
  package func slateProbabilities(positions: Int, draws: Int, stream: inout RandomStream) -> Matrix {
    precondition(
      (1...arms).contains(positions), "\(arms) arms fill 1 to \(arms) positions, not \(positions).")
    let shares = Matrix(rows: arms, columns: positions)
    var rates = [Double](repeating: 0, count: arms)
    var order = Array(0..<arms)
    for _ in 0..<draws {
      for arm in 0..<arms { rates[arm] = stream.beta(clicks[arm], misses[arm]) }
      order.sort { (rates[$0], $1) > (rates[$1], $0) }
      for position in 0..<positions { shares[order[position], position] += 1 }
    }
    for index in 0..<shares.count { shares.pointer[index] /= Float(draws) }
    return shares
  }

  /// Counts clicks and misses; rewards are 0 or 1.
  public func learn(_ contexts: MatrixView, decisions: [BanditDecision], rewards: [Float]) {
    check(contexts, decisions, rewards)
    for (decision, reward) in zip(decisions, rewards) {
      precondition(reward == 0 || reward == 1, "A click is 0 or 1, not \(reward).")
      if reward == 1 { clicks[decision.arm] += 1 } else { misses[decision.arm] += 1 }
    }
  }
}
