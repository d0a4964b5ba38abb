import Environments
import LinearAlgebra

/// Advantage actor-critic, all lanes in step (Mnih et al., 2016).
///
/// The loop: play a few steps in all lanes; estimate how much better than expected each action was; take one step along
/// the policy gradient, and one of the critic, on all of them; forget them.
public final class A2C<E: Environment>: PolicyGradientLearner {
  /// The hyperparameters.
  public let configuration: A2CConfiguration
  /// What plays, and takes steps along gradients.
  public let actorCritic: ActorCritic<E>
  private let rollout: Rollout

  /// Creates a learner with fresh weights.
  public init(environments: VectorEnvironment<E>, configuration: A2CConfiguration = A2CConfiguration()) {
    precondition(configuration.rolloutSteps > 0, "A rollout needs at least one step.")
    self.configuration = configuration
    rollout = Rollout(of: environments, steps: configuration.rolloutSteps)
    actorCritic = ActorCritic(
      environments: environments, configuration: configuration.shared, maximumBatch: rollout.count)
  }

  /// Plays at least `steps` environment steps more, rounded up to whole rollouts, learning from each.
  ///
  /// - Throws: `TrainingError.diverged` when a loss is not finite; the weights are then of no more use.
  public func train(
    steps count: Int, progressInterval: Int?, onProgress: (TrainingProgress) -> TrainingDirective
  ) throws(TrainingError) {
    let shared = configuration.shared
    let rows = (0..<rollout.count).map(Int32.init)
    try actorCritic.train(steps: count, progressInterval: progressInterval, onProgress: onProgress) {
      (learningRate, statistics) throws(TrainingError) in
      _ = actorCritic.play(into: rollout)
      rollout.estimateAdvantages(discount: shared.discount, traceDecay: shared.traceDecay)
      try actorCritic.learn(
        rollout, rows: rows[...], learningRate: learningRate, clip: .infinity, statistics: &statistics)
    }
  }
}

/// Every hyperparameter of advantage actor-critic, with the values to begin from.
public struct A2CConfiguration: Sendable, Equatable {
  /// What all policy-gradient learners share.
  public var shared: ActorCriticConfiguration
  /// How many steps each lane plays between two updates.
  public var rolloutSteps: Int

  /// Gathers hyperparameters; those not given are the defaults.
  public init(shared: ActorCriticConfiguration = ActorCriticConfiguration(), rolloutSteps: Int = 16) {
    self.shared = shared
    self.rolloutSteps = rolloutSteps
  }
}
