import Apportion
import Documents
import Foundation

/// A policy's held-out episodes beside those of all baselines and the certified bound.
public struct EvaluationReport: Sendable {
  /// What one strategy did in each episode.
  public struct Row: Sendable {
    /// The strategy's name.
    public let name: String
    /// The returns, with what can be said of their mean.
    public let summary: EvaluationSummary
    /// The mean share of the budget that was spent.
    public let budgetUsed: Double

    /// Names a strategy and what it did.
    public init(name: String, summary: EvaluationSummary, budgetUsed: Double) {
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
  /// The mean over episodes of what no policy can beat in expectation.
  public let boundMean: Double
  /// How often any strategy overspent or left its limits.
  public let violations: Int

  /// In how many plausible markets the episodes were played; nil where it was the market itself.
  public let plausibleMarkets: Int?

  /// Gathers an evaluation; all rows hold the same episodes in the same order.
  public init(
    policy: Row, trainingSteps: Int, baselines: [Row], boundMean: Double, violations: Int,
    plausibleMarkets: Int? = nil
  ) {
    precondition(
      baselines.allSatisfy { $0.summary.episodes == policy.summary.episodes },
      "Strategies are compared on the same episodes.")
    self.policy = policy
    self.trainingSteps = trainingSteps
    self.baselines = baselines
    self.boundMean = boundMean
    self.violations = violations
    self.plausibleMarkets = plausibleMarkets
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

  /// The policy's mean as a share of the bound's.
  public var shareOfBound: Double { policy.summary.mean / boundMean }

  /// The policy's gain over a baseline in each episode: the same luck on both sides.
  private func gain(over row: Row) -> EvaluationSummary {
    EvaluationSummary(
      returns: zip(policy.summary.returns, row.summary.returns).map { $0 - $1 },
      lengths: policy.summary.lengths)
  }

  /// The report as JSON.
  public var json: JSONValue {
    func interval(_ summary: EvaluationSummary) -> JSONValue {
      [JSONValue(summary.ci95.lowerBound), JSONValue(summary.ci95.upperBound)]
    }
    return [
      "episodes": JSONValue(policy.summary.episodes),
      "policy": [
        "mean": JSONValue(policy.summary.mean), "ci95": interval(policy.summary),
        "average_reward": JSONValue(policy.summary.averageReward),
        "cumulative_reward": JSONValue(policy.summary.cumulativeReward),
        "success_rate": JSONValue(successRate),
        "budget_used": JSONValue(policy.budgetUsed), "training_steps": JSONValue(trainingSteps),
      ],
      "baselines": .object(
        baselines.map { row in
          let gain = gain(over: row)
          return .init(
            row.name,
            [
              "mean": JSONValue(row.summary.mean), "ci95": interval(row.summary),
              "budget_used": JSONValue(row.budgetUsed),
              "gain": ["mean": JSONValue(gain.mean), "ci95": interval(gain)],
            ])
        }),
      "bound": ["mean": JSONValue(boundMean)],
      "share_of_bound": JSONValue(shareOfBound),
      "violations": JSONValue(violations),
      "plausible_markets": plausibleMarkets.map { JSONValue($0) } ?? .null,
    ]
  }

  /// The report for people.
  public var text: String {
    var table = TextTable([
      "strategy", "mean", "95 % interval", "of the bound", "budget used", "policy's gain",
    ])
    let unit = ColumnUnit((baselines + [policy]).map(\.summary.mean) + [boundMean])
    for row in baselines + [policy] {
      let gain = row.name == policy.name ? "" : percent(policy.summary.mean / row.summary.mean - 1, sign: "+")
      let ci95 = row.summary.ci95
      table.append([
        row.name, unit.text(row.summary.mean),
        "\(unit.text(ci95.lowerBound)) to \(unit.text(ci95.upperBound))",
        percent(row.summary.mean / boundMean), percent(row.budgetUsed), gain,
      ])
    }
    table.append(["certified bound", unit.text(boundMean), "", percent(1)])
    let verdict =
      violations == 0 ? "no rule of the market was broken" : "\(violations) VIOLATIONS of the market's rules"
    let origin =
      trainingSteps == 0
      ? "the policy is untrained: it plays the planner's prior"
      : "the policy was trained for \(trainingSteps) steps"
    let places = plausibleMarkets.map { " in \($0) plausible markets" } ?? ""
    return table.text + "\(policy.summary.episodes) episodes\(places); \(verdict); \(origin)\n"
  }

  private func percent(_ share: Double, sign: String = "") -> String {
    String(format: "%\(sign).1f %%", share * 100)
  }
}
