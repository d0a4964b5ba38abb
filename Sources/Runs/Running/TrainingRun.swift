import Documents
import Environments
import Learning

/// Trains a policy and keeps a record of it in a run folder.
///
/// ```swift
/// let run = try TrainingRun(configuration: configuration, folder: RunFolder(creating: "runs/first"))
/// let report = try run.train(BudgetAllocation(market: market))
/// ```
public struct TrainingRun {
  /// What decides the run.
  public let configuration: TrainingConfiguration
  /// Where its record lies.
  public let folder: RunFolder
  private let progress: ProgressLine
  private let stop: StopRequest?
  private let sinks: [any MetricSink]

  /// Prepares a run: writes the resolved configuration and opens the metric files.
  ///
  /// - Parameters:
  ///   - configuration: what decides the run.
  ///   - folder: where its record shall lie.
  ///   - style: how people see its progress.
  ///   - stop: ends training early, with what there is.
  public init(
    configuration: TrainingConfiguration, folder: RunFolder, style: ProgressLine.Style = .silent,
    stop: StopRequest? = nil
  ) throws {
    try configuration.validate()
    self.configuration = configuration
    self.folder = folder
    self.stop = stop
    progress = ProgressLine(style: style, totalSteps: configuration.steps)
    try AtomicFile.write(configuration.yaml, to: folder.configuration)
    sinks = [try CSVSink(path: folder.metrics), try TensorBoardSink(folder: folder.path)]
  }

  /// Trains until the configured steps are done or a stop is asked for, saves the policy and says how it went.
  ///
  /// - Parameters:
  ///   - environment: the problem.
  ///   - initial: the policy to go on from, which fits the environment and has the configuration's sizes; nil begins anew.
  ///   - validate: scores a policy on episodes that neither training nor evaluation meets. Where it is given, the policy
  ///     saved is the best of the checkpoints, the untrained or initial policy among them.
  public func train(
    _ environment: some Environment, from initial: Policy? = nil, validate: ((Policy) -> Double)? = nil
  ) throws -> TrainingReport {
    let lanes = VectorEnvironment(count: configuration.lanes, seed: configuration.seed) { environment }
    let learner =
      if let initial {
        DoubleDQN(
          resuming: DoubleDQNCheckpoint(startingFrom: initial, seed: configuration.seed), environments: lanes,
          configuration: configuration.learner)
      } else {
        DoubleDQN(environments: lanes, configuration: configuration.learner)
      }
    let clock = Stopwatch()
    var failure: (any Error)?
    var returnMean: Double?
    var lastRow = -rowInterval
    var best = validate.map { (policy: learner.policy, score: $0(learner.policy)) }
    var lastScore = best?.score
    defer { progress.finish() }
    while learner.steps < configuration.steps, stop?.isStopping != true {
      let chunk = min(configuration.steps - learner.steps, configuration.checkpointSteps ?? .max)
      let report = { (state: TrainingProgress) -> TrainingDirective in
        returnMean = state.meanReturn
        let isLast = state.steps >= configuration.steps || stop?.isStopping == true
        if isLast || state.steps - lastRow >= rowInterval {
          lastRow = state.steps
          do { try record(numbers(state, clock), score: lastScore, step: state.steps) } catch {
            failure = error
          }
        }
        if isLast || progress.isDue { show(state, clock) }
        return failure != nil || stop?.isStopping == true ? .stop : .proceed
      }
      do {
        try learner.train(steps: chunk, progressInterval: reportInterval, onProgress: report)
      } catch {
        // Where training diverges, the learner still has the last good policy.
        try (best?.policy ?? learner.policy).write(to: folder.policy)
        throw error
      }
      if let failure { throw failure }
      if let validate, let former = best {
        let policy = learner.policy
        let score = validate(policy)
        lastScore = score
        if score > former.score { best = (policy, score) }
      }
      if configuration.checkpointSteps != nil {
        try learner.policy.write(to: folder.checkpoint(step: learner.steps))
      }
    }
    if let lastScore { try record([], score: lastScore, step: learner.steps) }
    let kept = best?.policy ?? learner.policy
    try kept.write(to: folder.policy)
    return TrainingReport(
      run: folder.path, steps: learner.steps, seconds: clock.seconds, keptStep: kept.trainingSteps,
      returnMean: best?.score ?? returnMean,
      exitStatus: stop?.exitStatus)
  }

  /// Steps between two reports: few enough that a stop never waits for long.
  private var reportInterval: Int { max(configuration.lanes, min(configuration.steps / 400, 5000)) }

  /// Steps between two rows of metrics: some four hundred rows to a run.
  private var rowInterval: Int { configuration.steps / 400 }

  /// Writes a row of metrics; the score is that of the last validation.
  private func record(_ numbers: [Metric], score: Double?, step: Int) throws {
    let metrics = [Metric("time/total_timesteps", Double(step)), Metric("eval/mean_reward", score ?? .nan)]
    for sink in sinks { try sink.write(step: step, metrics: metrics + numbers) }
  }

  private func numbers(_ state: TrainingProgress, _ clock: Stopwatch) -> [Metric] {
    let measured = state.metrics.filter { $0.name != "exploration_rate" }
    return [
      Metric("time/time_elapsed", clock.seconds),
      Metric("time/fps", Double(state.steps) / clock.seconds),
      Metric("time/episodes", Double(state.episodes)),
      Metric("rollout/ep_rew_mean", state.meanReturn ?? .nan),
      Metric("rollout/exploration_rate", decimal: Float(state["exploration_rate"] ?? .nan)),
      Metric("train/learning_rate", decimal: state.learningRate),
    ] + measured.map { Metric("train/" + $0.name, $0.value) } + [
      Metric("train/n_updates", Double(state.updates))
    ]
  }

  private func show(_ state: TrainingProgress, _ clock: Stopwatch) {
    progress.show(
      step: state.steps, stepsPerSecond: Double(state.steps) / clock.seconds,
      details: [
        ("return", state.meanReturn ?? .nan), ("ε", state["exploration_rate"] ?? .nan),
        ("loss", state["loss"] ?? .nan),
      ])
  }
}
