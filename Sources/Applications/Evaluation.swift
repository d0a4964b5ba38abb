import Documents
import Foundation
import Learning

/// A policy's held-out episodes beside those of all baselines and the best that can be had.
public struct Evaluation: Document {
  /// What one strategy did in each episode.
  public struct Row: Sendable {
    /// The strategy's name.
    public let name: String
    /// The returns, with what can be said of their mean.
    public let summary: EvaluationSummary
    /// The mean share of the budget that was spent; nil where there is no budget.
    public let budgetUsed: Double?

    /// Names a strategy and what it did.
    package init(name: String, summary: EvaluationSummary, budgetUsed: Double? = nil) {
      self.name = name
      self.summary = summary
      self.budgetUsed = budgetUsed
    }
  }

  /// The policy.
  public let policy: Row
  /// The environment steps that the policy was trained for; 0 is an untrained one, which plays the planner's prior.
  public let trainingSteps: Int
  /// The baselines, on the same episodes.
  public let baselines: [Row]
  /// The best mean that can be had, or what none can beat in expectation; nil where neither is known.
  public let best: BestScore?
  /// The 95 % interval of a bound that is a mean over episodes; nil where it is none.
  public let boundInterval: ClosedRange<Double>?
  /// What a clairvoyant gains on the same episodes, where the bound is a tighter one; nil otherwise.
  public let clairvoyant: Double?
  /// How often any strategy broke a rule of the problem, such as a budget.
  public let violations: Int
  /// In how many posterior draws the episodes were played; nil where it was the problem as described.
  public let posteriorDraws: Int?

  /// Gathers an evaluation; all rows hold the same episodes in the same order.
  package init(
    policy: Row, trainingSteps: Int, baselines: [Row], best: BestScore?,
    boundInterval: ClosedRange<Double>? = nil, clairvoyant: Double? = nil, violations: Int = 0,
    posteriorDraws: Int? = nil
  ) {
    precondition(
      baselines.allSatisfy { $0.summary.episodes == policy.summary.episodes },
      "Strategies are compared on the same episodes.")
    self.policy = policy
    self.trainingSteps = trainingSteps
    self.baselines = baselines
    self.best = best
    self.boundInterval = boundInterval
    self.clairvoyant = clairvoyant
    self.violations = violations
    self.posteriorDraws = posteriorDraws
  }

  /// The share of episodes in which the policy earned more than the best baseline, by mean; a tie counts half, so a
  /// policy that plays exactly as that baseline has 0.5.
  public var successRate: Double {
    guard let best = baselines.max(by: { $0.summary.mean < $1.summary.mean }) else { return 1 }
    let wins = zip(policy.summary.returns, best.summary.returns).reduce(0) { wins, pair in
      wins + (pair.0 > pair.1 ? 1 : pair.0 == pair.1 ? 0.5 : 0)
    }
    return wins / Double(policy.summary.episodes)
  }

  /// The policy's mean as a share of the best; nil where that is unknown or not above 0, as a cost is.
  public var shareOfBound: Double? {
    best.flatMap { $0.value > 0 ? policy.summary.mean / $0.value : nil }
  }

  /// The policy's gain over a baseline in each episode: the same luck on both sides.
  func gain(over row: Row) -> EvaluationSummary {
    EvaluationSummary(
      returns: zip(policy.summary.returns, row.summary.returns).map { $0 - $1 },
      lengths: policy.summary.lengths)
  }

  /// Writes the evaluation: every strategy's mean and interval, the policy's gains over each on the same episodes, the bound.
  public func encode(to encoder: any Encoder) throws { try EvaluationDocument(self).encode(to: encoder) }

  /// A table of the strategies, and what was played.
  public var text: String {
    let verdict = violations == 0 ? "no rule was broken" : "\(violations) VIOLATIONS of the problem's rules"
    let origin =
      trainingSteps == 0
      ? "the policy is untrained" : "the policy was trained for \(trainingSteps) steps"
    let places = posteriorDraws.map { " in \($0) posterior draws" } ?? ""
    return table + "\(policy.summary.episodes) episodes\(places); \(verdict); \(origin)\n"
  }

  /// The strategies, a row each, and the best that can be had.
  package var table: String {
    let hasBudget = policy.budgetUsed != nil
    let hasShare = shareOfBound != nil
    var table = TextTable(
      ["strategy", "mean", "95 % interval"] + (hasShare ? ["of the bound"] : [])
        + (hasBudget ? ["budget used"] : []) + ["policy's gain"])
    let unit = ColumnUnit((baselines + [policy]).map(\.summary.mean) + [best?.value].compactMap { $0 })
    for row in baselines + [policy] {
      let gain = gain(over: row).mean / abs(row.summary.mean)
      let ci95 = row.summary.ci95
      let interval = "\(unit.text(ci95.lowerBound)) to \(unit.text(ci95.upperBound))"
      let share = best.map { percent(row.summary.mean / $0.value) } ?? ""
      table.append(
        [row.name, unit.text(row.summary.mean), interval] + (hasShare ? [share] : [])
          + (hasBudget ? [row.budgetUsed.map { percent($0) } ?? ""] : [])
          + [row.name == policy.name || !gain.isFinite ? "" : percent(gain, sign: "+")])
    }
    switch best {
    case .bound(let value):
      let interval = boundInterval.map { "\(unit.text($0.lowerBound)) to \(unit.text($0.upperBound))" }
      table.append(["certified bound", unit.text(value), interval ?? ""] + (hasShare ? [percent(1)] : []))
      if let clairvoyant {
        table.append(
          ["clairvoyant", unit.text(clairvoyant), ""] + (hasShare ? [percent(clairvoyant / value)] : []))
      }
    case .optimum(let value):
      table.append(["optimum", unit.text(value), ""] + (hasShare ? [percent(1)] : []))
    case nil: break
    }
    return table.text
  }

  private func percent(_ share: Double, sign: String = "") -> String {
    String(format: "%\(sign).1f %%", share * 100)
  }
}
