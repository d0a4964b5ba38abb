/// Decisions of one policy, and with which probabilities another one would have made them.
public struct OffPolicySample: Sendable, Equatable {
  /// What was paid, one per decision.
  public var rewards: [Double]
  /// The probability that each decision was made with, in (0, 1].
  public var propensities: [Double]
  /// The probability that the policy judged makes it.
  public var targets: [Double]
  /// What a model of rewards expects; nil without one.
  public var model: ExpectedRewards?

  /// Gathers decisions.
  public init(
    rewards: [Double], propensities: [Double], targets: [Double],
    model: ExpectedRewards? = nil
  ) {
    precondition(
      !rewards.isEmpty && rewards.count == propensities.count && rewards.count == targets.count,
      "Each decision has a reward and two probabilities.")
    precondition(
      propensities.allSatisfy { $0 > 0 && $0 <= 1 } && targets.allSatisfy { $0 >= 0 && $0 <= 1 + 1e-6 },
      "What was done had a probability above 0.")
    precondition(
      model.map { $0.made.count == rewards.count && $0.judged.count == rewards.count } ?? true,
      "A model expects something of each decision.")
    self.rewards = rewards
    self.propensities = propensities
    self.targets = targets
    self.model = model
  }
}

/// What a model of rewards expects, one number per decision.
public struct ExpectedRewards: Sendable, Equatable {
  /// Of the decision that was made.
  package var made: [Double]
  /// Of the judged policy's own decisions, on average.
  package var judged: [Double]

  /// Gathers expectations.
  package init(made: [Double], judged: [Double]) {
    self.made = made
    self.judged = judged
  }
}

/// An estimate of what a policy is paid per decision, from decisions of another.
public struct OffPolicyEstimate: Sendable, Equatable {
  /// The estimate.
  public let value: Double
  /// Its standard error.
  public let standardError: Double

  /// The 95 % interval by the normal approximation.
  public var ci95: ClosedRange<Double> {
    value - 1.959964 * standardError...value + 1.959964 * standardError
  }

  /// An estimate as the mean of independent terms.
  private init(meanOf terms: [Double], offset: Double = 0) {
    let count = Double(terms.count)
    let mean = terms.reduce(0, +) / count
    let squares = terms.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    value = mean + offset
    standardError = terms.count > 1 ? (squares / (count - 1) / count).squareRoot() : .infinity
  }
}

extension OffPolicyEstimate {
  /// Inverse propensity weighting: the mean of w r, w = π(a) / μ(a) (Horvitz and Thompson, 1952). Unbiased where every
  /// decision of π has a chance under μ.
  package static func inversePropensity(_ sample: OffPolicySample) -> OffPolicyEstimate {
    OffPolicyEstimate(meanOf: zip(sample.weights, sample.rewards).map { $0 * $1 })
  }

  /// Self-normalised weighting: Σ w r / Σ w (Swaminathan and Joachims, 2015); its error by the delta method.
  package static func selfNormalized(_ sample: OffPolicySample) -> OffPolicyEstimate {
    let weights = sample.weights
    let total = weights.reduce(0, +)
    guard total > 0 else { return OffPolicyEstimate(meanOf: [.nan]) }
    let value = weights.indices.reduce(0) { $0 + weights[$1] * sample.rewards[$1] } / total
    let mean = total / Double(weights.count)
    return OffPolicyEstimate(
      meanOf: weights.indices.map { weights[$0] * (sample.rewards[$0] - value) / mean }, offset: value)
  }

  /// Doubly robust: the mean of q̂(x, π) + w (r − q̂(x, a)) (Dudík, Langford and Li, 2011). Unbiased as weighting is, and
  /// the surer, the better the model, which must be of other decisions.
  package static func doublyRobust(_ sample: OffPolicySample) -> OffPolicyEstimate? {
    guard let model = sample.model else { return nil }
    let weights = sample.weights
    return OffPolicyEstimate(
      meanOf: weights.indices.map {
        model.judged[$0] + weights[$0] * (sample.rewards[$0] - model.made[$0])
      })
  }

  /// Replay: the mean reward of the decisions that both policies agree on (Li, Chu, Langford and Wang, 2011); unbiased where
  /// decisions were made uniformly at random. Decisions agree with probability π(a), which their mean is weighted with.
  public static func replay(_ sample: OffPolicySample) -> OffPolicyEstimate {
    var uniform = sample
    uniform.propensities = [Double](repeating: 1, count: sample.rewards.count)
    return selfNormalized(uniform)
  }
}

extension OffPolicySample {
  /// How much more likely the policy judged makes each decision.
  public var weights: [Double] { zip(targets, propensities).map { $0 / $1 } }
  /// (Σ w)² / Σ w²: as many decisions of its own would tell as much.
  public var effectiveSampleSize: Double {
    let weights = weights
    let (sum, squares) = weights.reduce(into: (0.0, 0.0)) {
      $0.0 += $1
      $0.1 += $1 * $1
    }
    return squares > 0 ? sum * sum / squares : 0
  }
}
