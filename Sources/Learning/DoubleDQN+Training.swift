import Environments
import LinearAlgebra
import NeuralNetworks

extension DoubleDQN {
  /// Plays at least `steps` environment steps more, of all lanes together, learning on the way.
  ///
  /// May be called again; training goes on where it stopped.
  ///
  /// - Parameters:
  ///   - steps: how many steps to play, rounded up to whole steps of all lanes.
  ///   - progressInterval: about how many steps lie between two reports; nil for 10,000.
  ///   - onProgress: takes a report, the last at the end, and says whether to go on.
  /// - Throws: `TrainingError.diverged` when the loss is not finite or explodes; the weights are then those before the
  ///   update in which that was seen.
  public func train(
    steps: Int, progressInterval: Int?, onProgress: (TrainingProgress) -> TrainingDirective
  ) throws(TrainingError) {
    precondition(steps >= 0, "Training needs a number of steps, not \(steps).")
    let end = self.steps + steps
    let progressInterval = progressInterval ?? 10_000
    let scheduleSteps = self.scheduleSteps ?? max(1, steps)
    self.scheduleSteps = scheduleSteps
    var means = LearningMeans()
    var reported = self.steps
    if !hasBegun {
      environments.reset()
      replay.begin(observations: environments.observations.view)
      hasBegun = true
    }
    while self.steps < end {
      let fraction = Float(Double(self.steps) / Double(scheduleSteps))
      let isNoisy = configuration.noise > 0 && normalizer != nil
      let epsilon = isNoisy ? 0 : configuration.epsilon.value(at: fraction)
      let learningRate = configuration.learningRate.value(at: fraction)
      act(epsilon: epsilon)
      let chosen = actions.pointer
      environments.step(actions: Span(_unsafeStart: chosen, count: actions.count))
      replay.append(actions: actions.pointer, step: environments.results)
      record.add(environments.results)
      held?.release(environments.results)
      self.steps += environments.count
      if normalizer == nil { returns.add(environments.results) }
      if self.steps >= learningStart {
        if normalizer == nil { finishWarmup() }
        try learn(
          learningRate: learningRate, correction: configuration.priorityCorrection.value(at: fraction),
          means: &means)
      }
      guard self.steps - reported >= progressInterval || self.steps >= end else { continue }
      reported = self.steps
      let progress = TrainingProgress(
        steps: self.steps, totalSteps: end, episodes: record.ended, meanReturn: record.meanReturn,
        learningRate: learningRate, updates: updates,
        metrics: [TrainingProgress.Metric("exploration_rate", Double(epsilon))] + means.metrics)
      means = LearningMeans()
      if onProgress(progress) == .stop { return }
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

  /// Measures the observations of a warm-up step and plays the prior on them, where there is one.
  private func warmUp(_ observations: MatrixView) {
    observationMoments.add(observations)
    guard let prior = shape.layout.prior else {
      guard shape.layout.spend != nil else { return actions.fill(0) }
      // What is disturbed must be within the budget; any network's action is.
      return runner.act(observations: observations, into: actions.pointer)
    }
    // Behind the prior's state value stand its advantages.
    let advantages = observations.columns(prior.dropFirst())
    runner.searches[0].choice.act(
      advantages, mask: shape.layout.mask(in: observations), limits: shape.layout.spend?.limits(observations),
      into: actions.pointer)
  }

  /// Fixes normaliser and reward scale.
  private func finishWarmup() {
    switch configuration.rewardScale {
    case .constant(let scale): rewardScale = scale
    case .automatic: rewardScale = returns.scale
    }
    adopt(configuration.normalizesObservations ? measuredNormalizer : unmeasuredNormalizer)
  }

  /// Normalises by a fixed normaliser from now on, wherever observations are read.
  func adopt(_ fixed: ObservationNormalizer) {
    normalizer = fixed
    table = NormalizationTable(fixed, layout: shape.layout)
    runner.normalize(with: fixed)
    learning.priorTransform = fixed.priorTransform(of: shape.layout, rewardScale: rewardScale)
  }

  /// Does the updates that the step just played made due.
  private func learn(
    learningRate: Float, correction: Float, means: inout LearningMeans
  ) throws(TrainingError) {
    guard replay.count > 0 else { return }
    stepsDue += environments.count
    guard stepsDue >= configuration.environmentStepsPerUpdate else { return }
    learning.configuration.adam.learningRate = learningRate
    while stepsDue >= configuration.environmentStepsPerUpdate {
      stepsDue -= configuration.environmentStepsPerUpdate
      replay.sample(
        into: batch, normalizedBy: table, rewardScale: rewardScale, correction: correction,
        stream: &replayStream, pool: pool)
      let statistics = learning.update(batch.transitions)
      guard statistics.isFinite else { throw .diverged(step: steps, loss: statistics.loss) }
      guard statistics.loss <= configuration.maximumLoss else {
        throw .diverged(step: steps, loss: statistics.loss)
      }
      replay.prioritize(batch, by: learning.absoluteErrors)
      updates += 1
      means.add(statistics)
    }
    learning.refreshActing()
  }
}

/// Running means over updates.
struct LearningMeans {
  private var count = 0.0
  private var loss = 0.0
  private var gradientNorm = 0.0
  private var meanQ = 0.0

  /// Adds an update.
  mutating func add(_ statistics: UpdateStatistics) {
    count += 1
    loss += Double(statistics.loss)
    gradientNorm += Double(statistics.gradientNorm)
    meanQ += Double(statistics.meanQ)
  }

  /// The means; NaN without an update.
  var metrics: [TrainingProgress.Metric] {
    [
      TrainingProgress.Metric("loss", loss / count),
      TrainingProgress.Metric("gradient_norm", gradientNorm / count),
      TrainingProgress.Metric("mean_q", meanQ / count),
    ]
  }
}
