import Environments
import LinearAlgebra
import NeuralNetworks

/// Double-DQN over a combinatorial action space: one dueling branch per action component (van Hasselt, Guez and
/// Silver, 2016; Tavakoli, Pardo and Kormushev, 2018).
///
/// ```swift
/// let lanes = VectorEnvironment(count: 1024, seed: 1) { CartPole() }
/// let learner = DoubleDQN(environments: lanes, configuration: .init(hidden: [256, 256], head: .branching))
/// try learner.train(steps: 2_000_000)
/// print(learner.evaluate(episodes: 1_000))
/// ```
///
/// Where the environment tells what a reference action would have led to (`hasCounterfactual`), transitions are learned from
/// in pairs, half the batch being counterfactuals: see `TemporalDifference.runPairs`.
///
/// The loop: act on all lanes by one batched pass, step all lanes, store their transitions, then do the updates that
/// are due. Nothing overlaps, and no result depends on the number of threads: equal seeds and configurations give
/// bit-identical weights.
public final class DoubleDQN<E: Environment>: Learner {
  /// The hyperparameters' type.
  public typealias Configuration = DoubleDQNConfiguration

  /// The lanes that are played.
  public let environments: VectorEnvironment<E>
  /// The hyperparameters.
  public let configuration: Configuration
  /// Environment steps played so far, of all lanes together.
  public internal(set) var steps = 0
  /// Updates done so far.
  public internal(set) var updates = 0
  /// How observations are normalised; nil until the warm-up has measured it.
  public internal(set) var normalizer: ObservationNormalizer?
  /// What rewards are multiplied with before they are learned from; 1 until the warm-up has measured it.
  public internal(set) var rewardScale: Float = 1

  let pool: WorkerPool
  let learning: DoubleQUpdate
  let runner: PolicyRunner
  let exploration: Exploration
  /// Disturbances that last; nil where none does.
  let held: HeldChoices?
  let replay: ReplayBuffer
  let batch: ReplayBatch
  let actions: Buffer<Int32>
  var table: NormalizationTable
  var observationMoments: RunningMoments
  var returns: ReturnMeter
  var explorationStream: RandomStream
  var replayStream: RandomStream
  var record: EpisodeRecord
  var scheduleSteps: Int?
  /// Environment steps that updates have not caught up with yet.
  var stepsDue = 0
  /// Steps at which the first update may come: the warm-up's end, or, resumed, when the ring is filled again.
  var learningStart: Int
  var hasBegun = false

  /// Creates a learner with fresh weights.
  ///
  /// - Parameters:
  ///   - environments: the lanes to play; their `threads` follow the configuration's, where it gives them.
  ///   - configuration: the hyperparameters, which must fit the environment; see `DoubleDQNConfiguration.fault(for:)`.
  public init(environments: VectorEnvironment<E>, configuration: Configuration = Configuration()) {
    configuration.check()
    let problem = environments.environment
    let fault = configuration.fault(for: problem)
    precondition(fault == nil, fault ?? "")
    let branchSizes = problem.actionSpace.branchSizes
    let layout = problem.observationLayout.keeping(prior: true, spend: configuration.spendCap)
    let shape = NetworkShape(
      layout: layout, hidden: configuration.hidden, branchSizes: branchSizes, aggregation: configuration.head,
      isDueling: configuration.isDueling && !configuration.hasLargeJointHead(for: branchSizes))
    let unmeasured = ObservationNormalizer(identity: layout.size, limit: configuration.observationLimit)
    self.environments = environments
    self.configuration = configuration
    if let threads = configuration.threads { environments.threads = threads }
    pool = WorkerPool(threads: configuration.threads ?? availableThreads())
    learning = DoubleQUpdate(
      shape: shape,
      configuration: DoubleQUpdate.Configuration(
        adam: Adam.Configuration(learningRate: configuration.learningRate.value(at: 0)),
        maximumGradientNorm: configuration.maximumGradientNorm, huberDelta: configuration.huberThreshold,
        targetUpdate: configuration.targetUpdate, isDouble: configuration.isDouble,
        isSparse: configuration.isSparse),
      maximumBatch: configuration.batchSize,
      seed: configuration.seed, initialization: configuration.initialization,
      noise: configuration.noise > 0
        ? NoisyLayers(deviation: configuration.noise, seed: configuration.seed) : nil,
      quantiles: configuration.quantiles > 0
        ? QuantileRegression(count: configuration.quantiles, risk: configuration.risk) : nil,
      pool: pool)
    runner = PolicyRunner(
      network: learning.acting, normalizer: unmeasured, rewardScale: 1, maximumBatch: environments.count,
      pool: pool)
    table = NormalizationTable(unmeasured, layout: layout)
    exploration = Exploration(
      branchSizes: branchSizes, width: configuration.explorationWidth,
      persistence: configuration.explorationPersistence)
    held = configuration.explorationPersistence.map { _ in
      HeldChoices(lanes: environments.count, branches: branchSizes.count)
    }
    replay = ReplayBuffer(
      capacity: configuration.replayCapacity, lanes: environments.count,
      observationSize: layout.size, branchCount: branchSizes.count, nStep: configuration.nStep,
      discount: configuration.discount, priorityExponent: configuration.priorityExponent,
      prioritization: configuration.prioritization,
      keepsCounterfactuals: problem.hasCounterfactual)
    batch = ReplayBatch(
      count: configuration.batchSize, observationSize: layout.size,
      branchCount: branchSizes.count,
      paired: problem.hasCounterfactual, spendColumns: layout.spend)
    actions = Buffer(repeating: 0, count: environments.count * branchSizes.count)
    observationMoments = RunningMoments(columns: layout.size)
    returns = ReturnMeter(lanes: environments.count, discount: configuration.discount)
    explorationStream = RandomStream(seed: configuration.seed, purpose: .exploration)
    replayStream = RandomStream(seed: configuration.seed, purpose: .replay)
    record = EpisodeRecord(lanes: environments.count)
    scheduleSteps = configuration.scheduleSteps
    learningStart = configuration.warmupSteps
  }

  /// The sizes of the network.
  public var shape: NetworkShape { learning.acting.shape }
  /// Episodes ended so far.
  public var episodes: Int { record.ended }

  /// The greedy policy as it stands; it holds copies and does not change with further training.
  public var policy: Policy {
    let problem = environments.environment
    return Policy(
      shape: shape.dueling, weights: learning.policyParameterValues,
      normalizer: normalizer ?? unmeasuredNormalizer,
      rewardScale: rewardScale, metadata: problem.metadata,
      trainingSeed: configuration.seed, trainingSteps: steps)
  }

  /// The mean return of episodes that the greedy policy plays on fresh lanes.
  public func score(episodes: Int, seed: UInt64) -> Double { evaluate(episodes: episodes, seed: seed).mean }

  /// Plays the greedy policy on fresh lanes that share no chance with training.
  ///
  /// - Parameters:
  ///   - episodes: how many episodes to play, as many in every lane.
  ///   - seed: decides all randomness; nil for the configuration's.
  public func evaluate(episodes: Int, seed: UInt64? = nil) -> EvaluationSummary {
    Learning.evaluate(
      policy, in: environments.environment, episodes: episodes, seed: seed ?? configuration.seed,
      threads: configuration.threads)
  }

  /// The normaliser before anything was measured.
  var unmeasuredNormalizer: ObservationNormalizer {
    ObservationNormalizer(identity: shape.observationSize, limit: configuration.observationLimit)
  }

  /// The normaliser that the warm-up has measured.
  var measuredNormalizer: ObservationNormalizer {
    ObservationNormalizer(
      moments: observationMoments, layout: shape.layout, limit: configuration.observationLimit)
  }
}
