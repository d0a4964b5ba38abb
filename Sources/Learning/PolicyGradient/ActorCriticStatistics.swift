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

  /// The actor's loss, entropy bonus included, and the critic's; the policy's entropy in nats; an estimate of the
  /// divergence of the new policy from the one that played, in nats; the share of rows whose gradient clipping stopped.
  var metrics: [TrainingProgress.Metric] {
    [
      TrainingProgress.Metric("policy_loss", policy[0] / rows),
      TrainingProgress.Metric("value_loss", value[0] / rows),
      TrainingProgress.Metric("entropy", policy[1] / rows),
      TrainingProgress.Metric("divergence", policy[2] / rows),
      TrainingProgress.Metric("clip_fraction", policy[3] / rows),
    ]
  }
}
