import Environments
import LinearAlgebra

/// Proximal policy optimisation over combinatorial actions (Schulman et al., 2017).
///
/// ```swift
/// let lanes = VectorEnvironment(count: 8, seed: 1) { CartPole() }
/// let learner = PPO(environments: lanes)
/// try learner.train(steps: 100_000)
/// print(learner.evaluate(episodes: 100))
/// ```
///
/// The loop: play some steps in all lanes; estimate how much better than expected each action was; pass over what was
/// played several times in shuffled minibatches, moving the policy towards what was better, but stopping where its
/// probability has moved far enough; forget what was played.
public final class PPO<E: Environment>: PolicyGradientLearner {
  /// The hyperparameters.
  public let configuration: PPOConfiguration
  /// What plays, and takes steps along gradients.
  public let actorCritic: ActorCritic<E>
  private let rollout: Rollout
  private var shuffling: RandomStream

  /// Creates a learner with fresh weights.
  public init(environments: VectorEnvironment<E>, configuration: PPOConfiguration = PPOConfiguration()) {
    configuration.check()
    self.configuration = configuration
    rollout = Rollout(of: environments, steps: configuration.rolloutSteps)
    actorCritic = ActorCritic(
      environments: environments, configuration: configuration.shared,
      maximumBatch: min(configuration.minibatchSize, rollout.count))
    shuffling = RandomStream(seed: configuration.shared.seed, purpose: .replay)
  }

  /// Plays at least `steps` environment steps more, rounded up to whole rollouts, learning from each.
  ///
  /// - Throws: `TrainingError.diverged` when a loss is not finite; the weights are then of no more use.
  public func train(
    steps count: Int, progressInterval: Int?, onProgress: (TrainingProgress) -> TrainingDirective
  ) throws(TrainingError) {
    let shared = configuration.shared
    var order = (0..<rollout.count).map(Int32.init)
    try actorCritic.train(steps: count, progressInterval: progressInterval, onProgress: onProgress) {
      (learningRate, statistics) throws(TrainingError) in
      _ = actorCritic.play(into: rollout)
      rollout.estimateAdvantages(discount: shared.discount, traceDecay: shared.traceDecay)
      for _ in 0..<configuration.epochs {
        order.shuffle(using: &shuffling)
        for first in stride(from: 0, to: order.count, by: configuration.minibatchSize) {
          try actorCritic.learn(
            rollout, rows: order[first..<min(first + configuration.minibatchSize, order.count)],
            learningRate: learningRate, clip: configuration.clip, statistics: &statistics)
        }
      }
    }
  }
}

/// Every hyperparameter of proximal policy optimisation, with the values to begin from.
public struct PPOConfiguration: Sendable, Equatable {
  /// What all policy-gradient learners share.
  public var shared: ActorCriticConfiguration
  /// How many steps each lane plays between two rounds of updates.
  public var rolloutSteps: Int
  /// How many times a round of updates passes over the rollout.
  public var epochs: Int
  /// The number of rows of an update.
  public var minibatchSize: Int
  /// How far a probability may move, as a share of the old one, before its gradient stops.
  public var clip: Float

  /// Gathers hyperparameters; those not given are the defaults.
  public init(
    shared: ActorCriticConfiguration = ActorCriticConfiguration(), rolloutSteps: Int = 128, epochs: Int = 10,
    minibatchSize: Int = 64, clip: Float = 0.2
  ) {
    self.shared = shared
    self.rolloutSteps = rolloutSteps
    self.epochs = epochs
    self.minibatchSize = minibatchSize
    self.clip = clip
  }

  func check() {
    precondition(
      rolloutSteps > 0 && epochs > 0 && minibatchSize > 0,
      "Rollout steps, epochs and minibatches are numbers of at least 1.")
    precondition(clip > 0, "The policy needs room to move: a clip above 0, not \(clip).")
  }
}
