import Environments

/// What learns to play an environment by playing it.
///
/// ```swift
/// let learner: any Learner = PPO(environments: lanes)
/// try learner.train(steps: 100_000) { progress in
///   print(progress.steps, progress["loss"] ?? .nan)
///   return .proceed
/// }
/// try learner.trained.write(to: "policy.safetensors")
/// ```
public protocol Learner: AnyObject {
  /// The form of what is learned.
  associatedtype Learned: Sendable = Policy
  /// What training needs to go on later; `Never` of a learner that cannot be saved.
  associatedtype Checkpoint: Sendable = Never

  /// Environment steps played so far, of all lanes together.
  var steps: Int { get }
  /// The greedy policy as it stands; it holds copies and does not change with further training.
  var policy: Learned { get }
  /// The same, whichever form it has.
  var trained: TrainedPolicy { get }

  /// Plays at least `steps` environment steps more, of all lanes together, learning on the way.
  ///
  /// May be called again; training goes on where it stopped.
  ///
  /// - Parameters:
  ///   - steps: how many steps to play, rounded up to what the learner plays at once: steps of all lanes, or rollouts.
  ///   - progressInterval: about how many steps lie between two reports; nil for what suits the learner.
  ///   - onProgress: takes a report, the last at the end, and says whether to go on.
  /// - Throws: `TrainingError.diverged` when the loss is not finite or explodes.
  func train(
    steps: Int, progressInterval: Int?, onProgress: (TrainingProgress) -> TrainingDirective
  ) throws(TrainingError)

  /// How good the greedy policy is: the mean return of episodes or, of a table, the exact discounted value.
  ///
  /// - Parameters:
  ///   - episodes: how many episodes to play, as many in every lane.
  ///   - seed: decides their randomness, by way of `evaluationSeed`; training never meets them.
  /// - Throws: `DynamicProgrammingError` where a table's policy has no finite value.
  func score(episodes: Int, seed: UInt64) throws -> Double

  /// What training needs to go on later; nil where there is no such thing.
  var checkpoint: Checkpoint? { get }
  /// Goes on from a checkpoint of a learner of the same problem and hyperparameters.
  func restore(_ checkpoint: Checkpoint)
}

extension Learner where Learned == Policy {
  /// The greedy policy as it stands.
  public var trained: TrainedPolicy { .network(policy) }
}

extension Learner where Learned == WeaklyCoupledPolicy {
  /// The greedy policy as it stands.
  public var trained: TrainedPolicy { .weaklyCoupled(policy) }
}

extension Learner {
  /// Plays at least `steps` environment steps more, reporting as often as suits the learner.
  public func train(
    steps: Int, onProgress: (TrainingProgress) -> TrainingDirective = { _ in .proceed }
  ) throws(TrainingError) {
    try train(steps: steps, progressInterval: nil, onProgress: onProgress)
  }
}

extension Learner where Checkpoint == Never {
  /// There is no such thing.
  public var checkpoint: Never? { nil }
  /// Is never called: there are no checkpoints.
  public func restore(_ checkpoint: Never) {}
}
