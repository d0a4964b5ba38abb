import Documents
import Learning

/// What `evaluation.json` keeps of an evaluation.
public struct EvaluationDocument: Codable, Sendable {
  /// A mean over episodes; its interval of 95 % where one is known.
  public struct Estimate: Codable, Sendable {
    /// The mean.
    public let mean: Double
    private let ci95: [Double]?

    init(_ summary: EvaluationSummary) {
      mean = summary.mean
      ci95 = [summary.ci95.lowerBound, summary.ci95.upperBound]
    }

    /// The interval; nil where it is not known.
    public var interval: ClosedRange<Double>? { ends(ci95) }
  }

  /// The policy.
  public struct Policy: Codable, Sendable {
    /// The mean over episodes.
    public let mean: Double
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
    public var interval: ClosedRange<Double>? { ends(ci95) }
  }

  /// A baseline on the same episodes.
  public struct Baseline: Codable, Sendable {
    /// The mean over episodes.
    public let mean: Double
    private let ci95: [Double]
    private let budgetUsed: Double?
    /// What the policy gains over it, episode by episode.
    public let gain: Estimate

    init(_ row: Evaluation.Row, gain: EvaluationSummary) {
      mean = row.summary.mean
      ci95 = [row.summary.ci95.lowerBound, row.summary.ci95.upperBound]
      budgetUsed = row.budgetUsed
      self.gain = Estimate(gain)
    }

    /// The mean's interval of 95 %.
    public var interval: ClosedRange<Double>? { ends(ci95) }
  }

  /// The best that can be had.
  public struct Best: Codable, Sendable {
    /// The mean over episodes.
    public let mean: Double
  }

  /// The number of episodes.
  public let episodes: Int
  /// The policy.
  public let policy: Policy
  /// The baselines by name.
  public let baselines: Named<Baseline>
  /// The best that can be had; nil where it is not known.
  public let bound: Best?
  /// The policy's mean as a share of it.
  public let shareOfBound: Double?
  private let violations: Int
  /// In how many posterior draws the episodes were played; the key is that of version 0.1.
  private let plausibleMarkets: Int?

  /// Sums an evaluation up.
  public init(_ evaluation: Evaluation) {
    episodes = evaluation.policy.summary.episodes
    policy = Policy(evaluation)
    baselines = Named(
      evaluation.baselines.map { ($0.name, Baseline($0, gain: evaluation.gain(over: $0))) })
    bound = evaluation.best.map { Best(mean: $0.value) }
    shareOfBound = evaluation.shareOfBound
    violations = evaluation.violations
    plausibleMarkets = evaluation.posteriorDraws
  }

  /// The name of the baseline of the highest mean, among some or among all; nil where there is none.
  public func bestBaseline(among names: [String] = []) -> String? {
    baselines.members.filter { names.isEmpty || names.contains($0.name) }
      .max { $0.value.mean < $1.value.mean }?.name
  }
}

/// Two ends in order; nil where there are none.
private func ends(_ numbers: [Double]?) -> ClosedRange<Double>? {
  guard let numbers, numbers.count == 2, numbers[0] <= numbers[1] else { return nil }
  return numbers[0]...numbers[1]
}
