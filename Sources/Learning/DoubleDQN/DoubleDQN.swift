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
/// in pairs, half the batch being counterfactuals: see `ExpectedValueLoss.pairs`.
///
/// Nothing overlaps, and no result depends on the number of threads: equal seeds and configurations give bit-identical
/// weights.
public final class DoubleDQN<E: Environment>: Learner {
  /// Plays at least `steps` environment steps more, of all lanes together, learning on the way; reports every 10,000 unless
  /// told otherwise.
  ///
  /// - Throws: `TrainingError.diverged` when the loss is not finite or explodes; the weights are then those before the
  ///   update in which that was seen.
  public func train(
    steps count: Int, progressInterval: Int?, onProgress: (TrainingProgress) -> TrainingDirective
  ) throws(TrainingError) {
    let end = begin(count)
    var (means, reported) = (UpdateMeans(), steps)
    while steps < end {
      let rates = rates()
      // With probability ε a random action a, otherwise a = argmax Q(s, ·; θ), in every lane.
      act(epsilon: rates.epsilon)
      // Play a, observe r and s', and store the transition (s, a, r, s') in the replay memory D.
      let chosen = actions.pointer
      environments.step(actions: Span(_unsafeStart: chosen, count: actions.count))
      replay.append(actions: chosen, step: environments.results)
      observe(environments.results)
      // Every so many steps, an update from a minibatch of D.
      if steps >= learningStart {
        if normalizer == nil { finishWarmup() }
        try learn(rates, &means)
      }
      guard steps - reported >= progressInterval ?? 10_000 || steps >= end else { continue }
      reported = steps
      let report = TrainingProgress(
        steps: steps, totalSteps: end, episodes: record.ended, meanReturn: record.meanReturn,
        learningRate: rates.learningRate, updates: updates,
        metrics: [TrainingProgress.Metric("exploration_rate", Double(rates.epsilon))] + means.metrics)
      means = UpdateMeans()
      if onProgress(report) == .stop { return }
    }
  }

  /// Chooses every lane's action: the policy's, the prior's, or none before there is a policy; then explores.
  private func act(epsilon: Float) {
    let observations = environments.observations.view
    if normalizer != nil {
      runner.act(observations: observations, into: actions.pointer)
    } else {
      warmUp(observations)
    }
    // Without policy or prior, every choice is disturbed and any may come.
    let blind = normalizer == nil && shape.layout.prior == nil
    let rule =
      blind ? Exploration(branchSizes: shape.branchSizes, persistence: exploration.persistence) : exploration
    rule.disturb(
      actions.pointer, lanes: environments.count, epsilon: blind ? 1 : epsilon,
      mask: shape.layout.mask(in: observations), limits: shape.layout.spend?.limits(observations),
      held: held, stream: &explorationStream)
  }

  /// Does the updates that the step just played made due.
  private func learn(_ rates: Rates, _ means: inout UpdateMeans) throws(TrainingError) {
    guard replay.count > 0 else { return }
    stepsDue += environments.count
    guard stepsDue >= configuration.environmentStepsPerUpdate else { return }
    update.learningRate = rates.learningRate
    while stepsDue >= configuration.environmentStepsPerUpdate {
      stepsDue -= configuration.environmentStepsPerUpdate
      // A minibatch of transitions (s, a, r, s') from D, by their priorities where they have some.
      replay.sample(
        into: batch, normalizedBy: table, rewardScale: rewardScale, correction: rates.priorityCorrection,
        stream: &replayStream, pool: pool)
      // y = r + γ Q(s', argmax Q(s', ·; θ); θ⁻); a step down the gradient of (y − Q(s, a; θ))²; θ⁻ follows θ.
      let statistics = update.update(batch.transitions)
      guard statistics.isFinite, statistics.loss <= configuration.maximumLoss else {
        throw .diverged(step: steps, loss: statistics.loss)
      }
      replay.prioritize(batch, by: update.absoluteErrors)
      updates += 1
      means.add(statistics)
    }
    update.refreshActing()
  }

  /// Begins the first episodes, where they have not begun, and returns the step count to end at.
  private func begin(_ count: Int) -> Int {
    precondition(count >= 0, "Training needs a number of steps, not \(count).")
    scheduleSteps = scheduleSteps ?? max(1, count)
    if !hasBegun {
      environments.reset()
      replay.begin(observations: environments.observations.view)
      hasBegun = true
    }
    return steps + count
  }

  /// What the schedules say of a step.
  private struct Rates {
    let epsilon, learningRate, priorityCorrection: Float
  }

  private func rates() -> Rates {
    let fraction = Float(Double(steps) / Double(scheduleSteps ?? 1))
    // Noisy layers explore by themselves.
    let isNoisy = configuration.noise > 0 && normalizer != nil
    return Rates(
      epsilon: isNoisy ? 0 : configuration.epsilon.value(at: fraction),
      learningRate: configuration.learningRate.value(at: fraction),
      priorityCorrection: configuration.priorityCorrection.value(at: fraction))
  }

  /// Counts a step of all lanes.
  private func observe(_ step: StepStorage) {
    record.add(step)
    held?.release(step)
    steps += environments.count
    if normalizer == nil { returns.add(step) }
  }

  /// The hyperparameters' type.
  public typealias Configuration = DoubleDQNConfiguration

  /// The lanes that are played.
  public let environments: VectorEnvironment<E>
  /// The hyperparameters.
  public let configuration: Configuration
  /// Environment steps played so far, of all lanes together.
  public internal(set) var steps = 0
  /// Updates done so far.
  package internal(set) var updates = 0
  /// How observations are normalised; nil until the warm-up has measured it.
  public internal(set) var normalizer: ObservationNormalizer?
  /// What rewards are multiplied with before they are learned from; 1 until the warm-up has measured it.
  package internal(set) var rewardScale: Float = 1

  let update: DoubleQUpdate
  let runner: PolicyRunner
  private let exploration: Exploration
  /// Disturbances that last; nil where none does.
  private let held: HeldChoices?
  let replay: ReplayBuffer
  private let batch: ReplayBatch
  private let pool: WorkerPool
  let actions: Buffer<Int32>
  var table: NormalizationTable
  var observationMoments: RunningMoments
  var returns: ReturnMeter
  var explorationStream: RandomStream
  var replayStream: RandomStream
  var record: EpisodeRecord
  var scheduleSteps: Int?
  /// Environment steps that updates have not caught up with yet.
  private var stepsDue = 0
  /// Steps at which the first update may come: the warm-up's end, or, resumed, when the ring is filled again.
  var learningStart: Int
  private var hasBegun = false

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
    let (lanes, branchSizes) = (environments.count, problem.actionSpace.branchSizes)
    let layout = problem.observationLayout.keeping(prior: true, spend: configuration.spendCap)
    let unmeasured = ObservationNormalizer(identity: layout.size, limit: configuration.observationLimit)
    self.environments = environments
    self.configuration = configuration
    if let threads = configuration.threads { environments.threads = threads }
    pool = WorkerPool(threads: configuration.threads ?? availableThreads())
    update = configuration.update(layout: layout, branchSizes: branchSizes, pool: pool)
    runner = PolicyRunner(
      network: update.acting, normalizer: unmeasured, rewardScale: 1, maximumBatch: lanes, pool: pool)
    table = NormalizationTable(unmeasured, layout: layout)
    exploration = Exploration(
      branchSizes: branchSizes, width: configuration.explorationWidth,
      persistence: configuration.explorationPersistence)
    held = configuration.explorationPersistence.map { _ in
      HeldChoices(lanes: lanes, branches: branchSizes.count)
    }
    replay = ReplayBuffer(
      capacity: configuration.replayCapacity, lanes: lanes,
      observationSize: layout.size, branchCount: branchSizes.count, nStep: configuration.nStep,
      discount: configuration.discount, priorityExponent: configuration.priorityExponent,
      prioritization: configuration.prioritization,
      keepsCounterfactuals: problem.hasCounterfactual)
    batch = ReplayBatch(
      count: configuration.batchSize, observationSize: layout.size,
      branchCount: branchSizes.count,
      paired: problem.hasCounterfactual, spendColumns: layout.spend)
    actions = Buffer(repeating: 0, count: lanes * branchSizes.count)
    observationMoments = RunningMoments(columns: layout.size)
    returns = ReturnMeter(lanes: lanes, discount: configuration.discount)
    explorationStream = RandomStream(seed: configuration.seed, purpose: .exploration)
    replayStream = RandomStream(seed: configuration.seed, purpose: .replay)
    record = EpisodeRecord(lanes: lanes)
    scheduleSteps = configuration.scheduleSteps
    learningStart = configuration.warmupSteps
  }

  /// The network as it acts.
  public var shape: NetworkShape { update.acting.shape }
  /// Episodes ended so far.
  public var episodes: Int { record.ended }

  /// The greedy policy as it stands; it holds copies and does not change with further training.
  public var policy: Policy {
    Policy(
      shape: shape.dueling, weights: update.policyParameterValues,
      normalizer: normalizer ?? unmeasuredNormalizer, rewardScale: rewardScale,
      metadata: environments.environment.metadata, trainingSeed: configuration.seed, trainingSteps: steps)
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
}
