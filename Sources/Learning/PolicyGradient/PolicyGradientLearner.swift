import Environments

/// What learns a policy by its gradient, beside a critic: each such learner has its own loop, and an `ActorCritic` to play
/// and to take steps by.
public protocol PolicyGradientLearner: Learner where Learned == Policy, Checkpoint == Never {
  /// What is played.
  associatedtype Problem: Environment
  /// What plays, and takes steps along gradients.
  var actorCritic: ActorCritic<Problem> { get }
}

extension PolicyGradientLearner {
  /// Environment steps played so far, of all lanes together.
  public var steps: Int { actorCritic.steps }
  /// The greedy policy as it stands; it holds copies and does not change with further training.
  public var policy: Policy { actorCritic.policy }

  /// The mean return of episodes that the greedy policy plays on fresh lanes.
  public func score(episodes: Int, seed: UInt64) -> Double { evaluate(episodes: episodes, seed: seed).mean }

  /// Plays the policy's most likely actions on fresh lanes that share no chance with training.
  public func evaluate(episodes: Int, seed: UInt64? = nil) -> EvaluationSummary {
    actorCritic.evaluate(episodes: episodes, seed: seed)
  }
}
