import Environments
import NeuralNetworks

/// A trained policy as a value: everything needed to act, to save and to say where it comes from.
///
/// Use a `PolicyRunner` to act.
public struct Policy: Sendable, Equatable {
  /// The network: the observation columns that it reads, its sizes, and its actions.
  public let shape: NetworkShape
  /// The network's parameters in the order of `shape.tensors`.
  public let weights: [Float]
  /// How raw observations become what the network reads.
  public let normalizer: ObservationNormalizer
  /// What rewards were multiplied with in training: the network's values are that many times the raw ones.
  package let rewardScale: Float
  /// What the environment, and whoever saves the policy, say of it.
  public var metadata: [String: String]
  /// The seed of training.
  public let trainingSeed: UInt64
  /// After how many environment steps the weights were taken.
  public let trainingSteps: Int

  /// Puts a policy together; the parts must fit one another.
  public init(
    shape: NetworkShape, weights: [Float], normalizer: ObservationNormalizer, rewardScale: Float = 1,
    metadata: [String: String] = [:], trainingSeed: UInt64 = 0, trainingSteps: Int = 0
  ) {
    precondition(
      weights.count == shape.parameterCount,
      "A network of this shape has \(shape.parameterCount) parameters, not \(weights.count).")
    precondition(
      normalizer.columns == shape.observationSize,
      "A policy needs a normalisation for each of \(shape.observationSize) observation columns.")
    precondition(
      rewardScale > 0 && rewardScale.isFinite, "The reward scale must be positive, not \(rewardScale).")
    self.shape = shape
    self.weights = weights
    self.normalizer = normalizer
    self.rewardScale = rewardScale
    self.metadata = metadata
    self.trainingSeed = trainingSeed
    self.trainingSteps = trainingSteps
  }

  /// The choices of one step.
  public var actionSpace: ActionSpace { ActionSpace(branchSizes: shape.branchSizes) }
  /// How the network reads the prior from normalised prior columns.
  package var priorTransform: PriorTransform {
    normalizer.priorTransform(of: shape.layout, rewardScale: rewardScale)
  }
}

/// Plays episodes with a policy's greedy actions and sums up their returns.
///
/// - Parameters:
///   - policy: the policy; its observation and action spaces must be the environment's.
///   - environment: the problem.
///   - episodes: how many episodes to play, as many in every lane.
///   - seed: decides all randomness, by way of `evaluationSeed`.
///   - lanes: how many episodes run side by side; by default all, up to 1024.
///   - threads: the most threads to use; nil for as many as there are processors.
public func evaluate<E: Environment>(
  _ policy: Policy, in environment: E, episodes: Int, seed: UInt64, lanes: Int? = nil, threads: Int? = nil
) -> EvaluationSummary {
  precondition(
    policy.shape.observationSize == environment.observationLayout.size
      && policy.actionSpace == environment.actionSpace,
    "The policy was trained for other observations or actions than the environment has.")
  let lanes = min(lanes ?? 1024, episodes)
  let runner = PolicyRunner(policy, maximumBatch: lanes, threads: threads)
  return evaluate(environment, episodes: episodes, seed: seed, lanes: lanes, threads: threads) {
    runner.act(observations: $0, into: $1)
  }
}
