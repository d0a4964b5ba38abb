import LinearAlgebra

/// A learner that sees a context, plays one of its arms, and hears what that arm paid.
///
/// ```swift
/// let bandit = LinearBandit(arms: 10, features: .fourier(like: contexts, count: 100, seed: 1))
/// let decisions = bandit.choose(contexts, stream: &stream)      // arms and the probabilities they had
/// bandit.learn(contexts, decisions: decisions, rewards: rewards)
/// ```
///
/// Every policy here says with which probabilities it plays before it draws, so that what is logged with a decision is
/// the probability that it was drawn with, and off-policy estimates of another policy are unbiased.
public protocol ContextualBandit: AnyObject {
  /// The number of arms.
  var arms: Int { get }
  /// The length of a context row.
  var contextSize: Int { get }

  /// Writes the probability of playing each arm in each context.
  ///
  /// - Parameters:
  ///   - contexts: rows × context size.
  ///   - probabilities: rows × arms; each row sums to 1.
  ///   - stream: for policies whose probabilities are themselves drawn, as Thompson sampling's.
  func probabilities(_ contexts: MatrixView, into probabilities: MatrixView, stream: inout RandomStream)

  /// Learns what the arms played paid.
  ///
  /// - Parameters:
  ///   - contexts: rows × context size.
  ///   - decisions: what was played, one per row.
  ///   - rewards: what it paid, one per row.
  func learn(_ contexts: MatrixView, decisions: [BanditDecision], rewards: [Float])
}

/// An arm played, and the probability that it was played with.
public struct BanditDecision: Sendable, Equatable {
  /// The arm.
  public var arm: Int
  /// With which probability, in (0, 1], the policy played it in its context.
  public var propensity: Float

  /// Gathers a decision.
  public init(arm: Int, propensity: Float) {
    self.arm = arm
    self.propensity = propensity
  }
}

extension ContextualBandit {
  /// Draws an arm for each context by the policy's probabilities.
  public func choose(_ contexts: MatrixView, stream: inout RandomStream) -> [BanditDecision] {
    let table = Matrix(rows: contexts.rows, columns: arms)
    probabilities(contexts, into: table.view, stream: &stream)
    return (0..<contexts.rows).map { row in
      var level = stream.uniform()
      for arm in 0..<arms where table[row, arm] > 0 {
        level -= table[row, arm]
        if level < 0 { return BanditDecision(arm: arm, propensity: table[row, arm]) }
      }
      // What rounding leaves of the probability belongs to the last arm that can be played.
      let last = (0..<arms).last { table[row, $0] > 0 } ?? 0
      return BanditDecision(arm: last, propensity: table[row, last])
    }
  }

  func check(_ contexts: MatrixView, _ decisions: [BanditDecision], _ rewards: [Float]) {
    precondition(
      contexts.columns == contextSize, "A context has \(contextSize) columns, not \(contexts.columns).")
    precondition(
      decisions.count == contexts.rows && rewards.count == contexts.rows,
      "\(contexts.rows) contexts need as many decisions and rewards.")
    precondition(
      decisions.allSatisfy { (0..<arms).contains($0.arm) }, "Arms are numbered from 0 to \(arms - 1).")
  }
}
