import Documents
import Learning

/// What `evaluation.json` keeps of an evaluation.
package struct EvaluationDocument: Codable, Sendable {
  /// A mean over episodes; its interval of 95 % where one is known.
  package struct Estimate: Codable, Sendable {
    /// The mean.
    package let mean: Double
    private let ci95: [Double]?

    init(_ summary: EvaluationSummary) {
      mean = summary.mean
      ci95 = [summary.ci95.lowerBound, summary.ci95.upperBound]
    }

    /// The interval; nil where it is not known.
    package var interval: ClosedRange<Double>? { ends(ci95) }
  }

  /// The policy.
  package struct Policy: Codable, Sendable {
    /// The mean over episodes.
    package let mean: Double
    private let ci95: [Double]
    private let averageReward: Double
    private let cumulativeReward: Double
    private let successRate: Double
    private let budgetUsed: Double?
    private let trainingSteps: Int

    init(_ evaluation: Evaluation) {
      let row = evaluation.policy
      mean = row.summary.mean
      ci95 = [row.summary.ci95.lowerBound, row.summary.ci95.upperBound]
      averageReward = row.summary.averageReward
      cumulativeReward = row.summary.cumulativeReward
      successRate = evaluation.successRate
      budgetUsed = row.budgetUsed
      trainingSteps = evaluation.trainingSteps
    }

    /// The mean's interval of 95 %.
    package var interval: ClosedRange<Double>? { ends(ci95) }
  }

  /// A baseline on the same episodes.
  package struct Baseline: Codable, Sendable {
    /// The mean over episodes.
    package let mean: Double
    private let ci95: [Double]
    private let budgetUsed: Double?
    /// What the policy gains over it, episode by episode.
    package let gain: Estimate

    init(_ row: Evaluation.Row, gain: EvaluationSummary) {
      mean = row.summary.mean
      ci95 = [row.summary.ci95.lowerBound, row.summary.ci95.upperBound]
      budgetUsed = row.budgetUsed
      self.gain = Estimate(gain)
    }

    /// The mean's interval of 95 %.
    package var interval: ClosedRange<Double>? { ends(ci95) }
  }

  /// The best that can be had.
  package struct Best: Codable, Sendable {
    /// The mean over episodes.
    package let mean: Double
    private let ci95: [Double]?

    init(mean: Double, interval: ClosedRange<Double>? = nil) {
      self.mean = mean
      ci95 = interval.map { [$0.lowerBound, $0.upperBound] }
    }
  }

  /// The number of episodes.
  package let episodes: Int
  /// The policy.
  package let policy: Policy
  /// The baselines by name.
  package let baselines: Named<Baseline>
  /// The best that can be had; nil where it is not known.
  package let bound: Best?
  /// What a clairvoyant gains on the same episodes, where the bound is a tighter one.
  package let clairvoyant: Best?
  /// The policy's mean as a share of the bound.
  package let shareOfBound: Double?
  private let violations: Int
  /// In how many posterior draws the episodes were played; the key is that of version 0.1.
  private let plausibleMarkets: Int?

  /// Sums an evaluation up.
  package init(_ evaluation: Evaluation) {
    episodes = evaluation.policy.summary.episodes
    policy = Policy(evaluation)
    baselines = Named(
      evaluation.baselines.map { ($0.name, Baseline($0, gain: evaluation.gain(over: $0))) })
    bound = evaluation.best.map { Best(mean: $0.value, interval: evaluation.boundInterval) }
    clairvoyant = evaluation.clairvoyant.map { Best(mean: $0) }
    shareOfBound = evaluation.shareOfBound
    violations = evaluation.violations
    plausibleMarkets = evaluation.posteriorDraws
  }

  /// The name of the baseline of the highest mean, among some or among all; nil where there is none.
  package func bestBaseline(among names: [String] = []) -> String? {
    baselines.members.filter { names.isEmpty || names.contains($0.name) }
      .max { $0.value.mean < $1.value.mean }?.name
  }
}

/// Two ends in order; nil where there are none.
private func ends(_ numbers: [Double]?) -> ClosedRange<Double>? {
  guard let numbers, numbers.count == 2, numbers[0] <= numbers[1] else { return nil }
  return numbers[0]...numbers[1]
}
