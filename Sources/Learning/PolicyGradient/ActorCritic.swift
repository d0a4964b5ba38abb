import Environments
import LinearAlgebra
import NeuralNetworks

/// A policy and a critic that play all lanes: what policy-gradient learners have in common.
///
/// The actor maps an observation to the logits of every branch's choices, the critic to a value; both are dense networks
/// of their own. Playing fills a `Rollout`; learning takes steps against the gradients of both losses on some of its rows.
public final class ActorCritic<E: Environment> {
  let environments: VectorEnvironment<E>
  let configuration: ActorCriticConfiguration
  let head: CategoricalHead
  /// The observation columns; only a mask among them is more than a number.
  let layout: ObservationLayout
  let actor: GradientDescent
  let critic: GradientDescent
  private(set) var steps = 0
  private(set) var updates = 0
  private(set) var record: EpisodeRecord
  private(set) var normalizer: ObservationNormalizer
  private let pool: WorkerPool
  private let batch: ActorCriticBatch
  private let actorWorkspace: ForwardWorkspace
  private let criticWorkspace: ForwardWorkspace
  private let normalized: Matrix
  private let logits: Matrix
  private let finalValues: Matrix
  private var table: NormalizationTable
  private var moments: RunningMoments
  private var meter: ReturnMeter
  private var stream: RandomStream
  private var scheduleSteps: Int?
  private var hasBegun = false

  init(
    environments: VectorEnvironment<E>, configuration: ActorCriticConfiguration, maximumBatch: Int
  ) {
    configuration.check()
    let problem = environments.environment
    let layout = problem.observationLayout.keeping(prior: false, spend: false)
    self.layout = layout
    if let threads = configuration.threads { environments.threads = threads }
    self.environments = environments
    self.configuration = configuration
    head = CategoricalHead(branchSizes: problem.actionSpace.branchSizes)
    pool = WorkerPool(threads: configuration.threads ?? availableThreads())
    // A small last layer makes the first policy nearly uniform (Andrychowicz et al., 2021).
    let actorNetwork = DenseNetwork(
      widths: [layout.size] + configuration.hidden + [head.choiceCount], seed: configuration.seed,
      outputGain: 0.01)
    let criticNetwork = DenseNetwork(
      widths: [layout.size] + configuration.hidden + [1], seed: configuration.seed, stream: 1)
    // PyTorch's ε of 1e-8 lets Adam leap where gradients vanish; 1e-5 is the custom of the field.
    let optimizer = Adam.Configuration(learningRate: configuration.learningRate.value(at: 0), epsilon: 1e-5)
    actor = GradientDescent(
      network: actorNetwork, optimizer: optimizer, maximumGradientNorm: configuration.maximumGradientNorm,
      maximumBatch: maximumBatch, pool: pool)
    critic = GradientDescent(
      network: criticNetwork, optimizer: optimizer, maximumGradientNorm: configuration.maximumGradientNorm,
      maximumBatch: maximumBatch, pool: pool)
    let lanes = environments.count
    actorWorkspace = actorNetwork.workspace(maximumBatch: lanes)
    criticWorkspace = criticNetwork.workspace(maximumBatch: lanes)
    normalized = Matrix(rows: lanes, columns: layout.size)
    logits = Matrix(rows: lanes, columns: head.choiceCount)
    finalValues = Matrix(rows: lanes, columns: 1)
    batch = ActorCriticBatch(
      capacity: maximumBatch, observationSize: layout.size, head: head, maskColumns: layout.mask)
    normalizer = ObservationNormalizer(identity: layout.size)
    table = NormalizationTable(normalizer, layout: layout)
    moments = RunningMoments(columns: layout.size)
    meter = ReturnMeter(lanes: lanes, discount: configuration.discount)
    stream = RandomStream(seed: configuration.seed, purpose: .exploration)
    record = EpisodeRecord(lanes: lanes)
    scheduleSteps = configuration.scheduleSteps
  }

  /// Plays at least `count` environment steps more, round by round, a report after each or, with an interval, after those
  /// that end it.
  ///
  /// - Parameter round: plays some steps and learns from them at a step size of Adam's.
  /// - Throws: what a round throws.
  func train(
    steps count: Int, progressInterval: Int?, onProgress: (TrainingProgress) -> TrainingDirective,
    round: (_ learningRate: Float, inout ActorCriticStatistics) throws(TrainingError) -> Void
  ) throws(TrainingError) {
    precondition(count >= 0, "Training needs a number of steps, not \(count).")
    let end = steps + count
    let scheduleSteps = self.scheduleSteps ?? max(1, count)
    self.scheduleSteps = scheduleSteps
    var statistics = ActorCriticStatistics()
    var reported = steps
    while steps < end {
      let learningRate = configuration.learningRate.value(at: Float(Double(steps) / Double(scheduleSteps)))
      try round(learningRate, &statistics)
      guard steps - reported >= progressInterval ?? 0 || steps >= end else { continue }
      let progress = TrainingProgress(
        steps: steps, totalSteps: end, episodes: record.ended, meanReturn: record.meanReturn,
        learningRate: learningRate, updates: updates, metrics: statistics.metrics)
      reported = steps
      statistics = ActorCriticStatistics()
      if onProgress(progress) == .stop { return }
    }
  }

  /// Begins new episodes in all lanes.
  func restart() {
    environments.reset()
    record.restart()
    meter.restart()
    hasBegun = true
  }

  /// Plays until the rollout is full, or until `isDone` says so after a step, and returns the number of steps played.
  func play(into rollout: Rollout, until isDone: () -> Bool = { false }) -> Int {
    if !hasBegun { restart() }
    if configuration.normalizesObservations, moments.count > 0 {
      normalizer = ObservationNormalizer(moments: moments, layout: layout)
      table = NormalizationTable(normalizer, layout: layout)
    }
    let rewardScale = configuration.normalizesRewards ? meter.scale : 1
    let lanes = environments.count
    var played = 0
    for step in 0..<rollout.steps {
      let first = step * lanes
      let seen = environments.observations.view
      rollout.observations.view.row(first).update(from: seen.pointer, count: lanes * seen.columns)
      moments.add(seen)
      act(into: rollout, first: first)
      let actions = rollout.actions.pointer + first * head.branchCount
      environments.step(actions: Span(_unsafeStart: actions, count: lanes * head.branchCount))
      steps += lanes
      played += 1
      let result = environments.results
      record.add(result)
      meter.add(result)
      for lane in 0..<lanes {
        rollout.rewards[first + lane] = result.rewards[lane] * rewardScale
        rollout.ended[first + lane] = result.hasEnded(lane)
      }
      lookAhead(rollout, first: first, result)
      if isDone() { break }
    }
    return played
  }

  /// Values the lanes' states and draws their actions.
  private func act(into rollout: Rollout, first: Int) {
    let lanes = environments.count
    let seen = environments.observations.view
    table.normalize(seen.pointer, stride: seen.stride, into: normalized.view)
    let values = MatrixView(pointer: rollout.values.pointer + first, rows: lanes, columns: 1, stride: 1)
    critic.network.outputs(
      observations: normalized.view, into: values, workspace: criticWorkspace, pool: pool)
    actor.network.outputs(
      observations: normalized.view, into: logits.view, workspace: actorWorkspace, pool: pool)
    let maskColumn = layout.mask?.lowerBound
    for lane in 0..<lanes {
      rollout.logProbabilities[first + lane] = head.sample(
        logits: logits.view.row(lane), mask: maskColumn.map { UnsafePointer(seen.row(lane) + $0) },
        into: rollout.actions.pointer + (first + lane) * head.branchCount, stream: &stream)
    }
  }

  /// Values the states reached: 0 if terminal, the last of the old episode if truncated.
  private func lookAhead(_ rollout: Rollout, first: Int, _ result: StepStorage) {
    let lanes = environments.count
    value(
      result.observations.view,
      into: MatrixView(pointer: rollout.nextValues.pointer + first, rows: lanes, columns: 1, stride: 1))
    var isCut = false
    for lane in 0..<lanes {
      if result.terminated[lane] { rollout.nextValues[first + lane] = 0 }
      isCut = isCut || (result.truncated[lane] && !result.terminated[lane])
    }
    guard isCut else { return }
    value(result.finalObservations.view, into: finalValues.view)
    for lane in 0..<lanes where result.truncated[lane] && !result.terminated[lane] {
      rollout.nextValues[first + lane] = finalValues[lane, 0]
    }
  }

  private func value(_ observations: MatrixView, into values: MatrixView) {
    table.normalize(observations.pointer, stride: observations.stride, into: normalized.view)
    critic.network.outputs(
      observations: normalized.view, into: values, workspace: criticWorkspace, pool: pool)
  }

  /// Takes one step of actor and critic on some rows of a rollout.
  ///
  /// - Throws: `TrainingError.diverged` when a loss is not finite.
  func learn(
    _ rollout: Rollout, rows: ArraySlice<Int32>, learningRate: Float, clip: Float,
    statistics: inout ActorCriticStatistics
  ) throws(TrainingError) {
    batch.gather(rollout, rows: rows, table: table, normalizesAdvantages: configuration.normalizesAdvantages)
    actor.optimizer.configuration.learningRate = learningRate
    critic.optimizer.configuration.learningRate = learningRate
    let view = batch.observations(rows.count)
    let policy = actor.step(
      batch.policyLoss(rows.count, clip: clip, entropy: configuration.entropy), observations: view)
    let value = critic.step(batch.valueLoss(rows.count), observations: view)
    updates += 1
    guard policy.norm.isFinite, value.norm.isFinite, policy.sums[0].isFinite, value.sums[0].isFinite else {
      throw .diverged(step: steps, loss: Float(value.sums[0]))
    }
    statistics.add(policy: policy.sums, value: value.sums, rows: rows.count)
  }

  /// The policy's most likely action as a policy of its own: the network's trunk under the logits as advantages.
  ///
  /// Softmax, argmax and the mean that a dueling head takes off do not care for a constant, so the greedy action is the
  /// actor's; the state value is 0.
  var policy: Policy {
    let problem = environments.environment
    let shape = NetworkShape(
      layout: layout, hidden: configuration.hidden, branchSizes: problem.actionSpace.branchSizes)
    return Policy(
      shape: shape, weights: actor.network.branchingParameterValues, normalizer: normalizer,
      metadata: problem.metadata,
      trainingSeed: configuration.seed, trainingSteps: steps)
  }

  /// Plays the most likely action of every branch on fresh lanes that share no chance with training.
  func evaluate(episodes: Int, seed: UInt64?) -> EvaluationSummary {
    let problem = environments.environment
    let lanes = min(1024, episodes)
    let workspace = actor.network.workspace(maximumBatch: lanes)
    let rows = Matrix(rows: lanes, columns: layout.size)
    let outputs = Matrix(rows: lanes, columns: head.choiceCount)
    return Learning.evaluate(
      problem, episodes: episodes, seed: seed ?? configuration.seed, lanes: lanes,
      threads: configuration.threads
    ) { observations, actions in
      table.normalize(observations.pointer, stride: observations.stride, into: rows.view)
      actor.network.outputs(observations: rows.view, into: outputs.view, workspace: workspace, pool: pool)
      if let masks = layout.mask {
        for row in 0..<lanes {
          for (choice, column) in masks.enumerated() where observations[row, column] <= 0 {
            outputs[row, choice] = -.infinity
          }
        }
      }
      argmaxChoices(outputs.view, branchSizes: head.branchSizes, into: actions)
    }
  }
}
