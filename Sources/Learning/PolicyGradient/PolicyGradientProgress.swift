/// How far the training of a policy-gradient learner is, and how it goes.
public struct PolicyGradientProgress: Sendable, Equatable {
  /// Environment steps played so far, of all lanes together.
  public let steps: Int
  /// The step count at which the running call of `train` ends.
  public let totalSteps: Int
  /// Episodes ended so far.
  public let episodes: Int
  /// The mean undiscounted return of the last 100 episodes, or of the last as many as there are lanes, whichever is
  /// more; nil before the first episode ended.
  public let meanReturn: Double?
  /// Adam's step size.
  public let learningRate: Float
  /// Updates done so far.
  public let updates: Int
  /// The means over the rows of the last rollout's updates.
  public let learning: Learning

  /// How updates went, in means over their rows.
  public struct Learning: Sendable, Equatable {
    /// The actor's loss, entropy bonus included.
    public let policyLoss: Double
    /// The critic's loss.
    public let valueLoss: Double
    /// The policy's entropy in nats.
    public let entropy: Double
    /// An estimate of the divergence of the new policy from the one that played, in nats.
    public let divergence: Double
    /// The share of rows whose gradient was stopped by clipping.
    public let clipFraction: Double
  }
}

/// Running sums over the rows of updates.
struct ActorCriticStatistics {
  private var policy = SIMD4<Double>.zero
  private var value = SIMD4<Double>.zero
  private var rows = 0.0

  mutating func add(policy: SIMD4<Double>, value: SIMD4<Double>, rows: Int) {
    self.policy += policy
    self.value += value
    self.rows += Double(rows)
  }

  var means: PolicyGradientProgress.Learning {
    let rows = max(1, rows)
    return PolicyGradientProgress.Learning(
      policyLoss: policy[0] / rows, valueLoss: value[0] / rows, entropy: policy[1] / rows,
      divergence: policy[2] / rows, clipFraction: policy[3] / rows)
  }
}
