import Environments
import LinearAlgebra
import NeuralNetworks

/// What training needs to go on later, as a value.
///
/// The replay ring and the running episodes are not part of it: a resumed learner begins new episodes and plays its
/// policy, exploring, until the ring holds as many steps as the warm-up had; then updates go on. So a resumed run is
/// reproducible, but not the run that was never interrupted.
public struct DoubleDQNCheckpoint: Sendable, Equatable {
  /// The sizes of the network.
  public var shape: NetworkShape
  /// The online network's parameters, in the order of `shape.tensors`.
  package var parameters: [Float]
  /// The target network's parameters.
  package var targetParameters: [Float]
  /// What noisy layers have learned; nil where layers are plain.
  public var noise: NoiseState?
  /// The optimizer's moments and step count.
  package var optimizer: Adam.State
  /// The fixed normaliser; nil where the warm-up was not over.
  public var normalizer: ObservationNormalizer?
  /// The fixed reward scale.
  package var rewardScale: Float
  /// The moments of the warm-up's observations.
  package var observationMoments: RunningMoments
  /// The moments of the warm-up's discounted sums of rewards, one column.
  package var returnMoments: RunningMoments
  /// Environment steps played.
  public var steps: Int
  /// Updates done.
  package var updates: Int
  /// Episodes ended.
  public var episodes: Int
  /// Over how many steps the schedules run; nil before the first call of `train`.
  public var scheduleSteps: Int?
  /// Where the chance of exploration stands.
  package var explorationStream: RandomStream
  /// Where the chance of replay stands.
  package var replayStream: RandomStream

  /// Gathers a checkpoint, for instance from a file.
  package init(
    shape: NetworkShape, parameters: [Float], targetParameters: [Float], noise: NoiseState? = nil,
    optimizer: Adam.State, normalizer: ObservationNormalizer?, rewardScale: Float,
    observationMoments: RunningMoments,
    returnMoments: RunningMoments, steps: Int, updates: Int, episodes: Int, scheduleSteps: Int?,
    explorationStream: RandomStream, replayStream: RandomStream
  ) {
    self.shape = shape
    self.parameters = parameters
    self.targetParameters = targetParameters
    self.noise = noise
    self.optimizer = optimizer
    self.normalizer = normalizer
    self.rewardScale = rewardScale
    self.observationMoments = observationMoments
    self.returnMoments = returnMoments
    self.steps = steps
    self.updates = updates
    self.episodes = episodes
    self.scheduleSteps = scheduleSteps
    self.explorationStream = explorationStream
    self.replayStream = replayStream
  }
}

extension DoubleDQN {
  /// What training needs to go on later.
  public var checkpoint: DoubleDQNCheckpoint? {
    DoubleDQNCheckpoint(
      shape: update.online.shape, parameters: update.parameterValues,
      targetParameters: update.targetParameterValues, noise: update.noiseState,
      optimizer: update.optimizerState, normalizer: normalizer, rewardScale: rewardScale,
      observationMoments: observationMoments, returnMoments: returns.moments, steps: steps, updates: updates,
      episodes: episodes, scheduleSteps: scheduleSteps, explorationStream: explorationStream,
      replayStream: replayStream)
  }

  /// Goes on from a checkpoint.
  ///
  /// - Parameters:
  ///   - checkpoint: what was saved; its network must be the one that environment and configuration ask for.
  ///   - environments: the lanes to play. Give them a seed of their own, or they begin with the episodes that the
  ///     interrupted run began with.
  ///   - configuration: the hyperparameters.
  public convenience init(
    resuming checkpoint: DoubleDQNCheckpoint, environments: VectorEnvironment<E>,
    configuration: Configuration = Configuration()
  ) {
    self.init(environments: environments, configuration: configuration)
    restore(checkpoint)
  }

  /// Goes on from a checkpoint, whose network must be this learner's, on the lanes as they stand.
  public func restore(_ checkpoint: DoubleDQNCheckpoint) {
    precondition(
      checkpoint.shape == update.online.shape,
      "The checkpoint's network is not the one of this environment and configuration.")
    update.restore(
      parameters: checkpoint.parameters, targetParameters: checkpoint.targetParameters,
      noise: checkpoint.noise)
    update.optimizerState = checkpoint.optimizer
    observationMoments = checkpoint.observationMoments
    returns.moments = checkpoint.returnMoments
    steps = checkpoint.steps
    updates = checkpoint.updates
    record = EpisodeRecord(lanes: environments.count, ended: checkpoint.episodes)
    scheduleSteps = configuration.scheduleSteps ?? checkpoint.scheduleSteps
    explorationStream = checkpoint.explorationStream
    replayStream = checkpoint.replayStream
    rewardScale = checkpoint.rewardScale
    if let normalizer = checkpoint.normalizer {
      adopt(normalizer)
      learningStart = steps + configuration.warmupSteps
    }
  }
}
