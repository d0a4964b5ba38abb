import Applications
import Documents
import Learning
import PolicyFormats

/// The training of one seed, with a record of it in a folder: metrics, checkpoints, and at all times the best policy so far.
struct TrainingRun {
  /// Where the record lies.
  let folder: RunFolder
  /// After how many steps the policy is validated, scored and saved.
  let checkpoints: [Int]
  /// Scores a learner's policy on episodes that neither training nor evaluation meets; nil keeps the last policy.
  let validate: ((any Learner) throws -> Double)?
  /// Scores the policy kept, for curves; nil for no curves.
  let score: ((any Learner) throws -> Double)?
  /// Sees every report and says whether to go on.
  let onProgress: (TrainingProgress) -> TrainingDirective

  /// About how many steps lie between two reports: few enough that a stop never waits for long.
  private var reportInterval: Int { max(1, min((checkpoints.last ?? 0) / 400, 5000)) }

  /// What a seed's training left.
  struct Outcome: Sendable {
    /// The environment steps done.
    var steps = 0
    /// After how many steps the policy kept was taken; 0 is the untrained one.
    var keptStep = 0
    /// The validation score of the policy kept or, without validation, the mean return of the last training episodes.
    var returnMean: Double?
    /// The score of the policy kept at each checkpoint, and the steps played until then.
    var scores: [Double] = []
    var scoredSteps: [Int] = []
  }

  /// Trains a learner until its checkpoints are done or `onProgress` says stop.
  ///
  /// A policy replaces the one kept where it validates better, or as well as a former checkpoint. Where training diverges,
  /// the policy kept so far stays on disk; a full disk costs checkpoints and metrics, not the training.
  func train(_ learner: any Learner) throws -> Outcome {
    var outcome = Outcome()
    let metrics = try MetricLog(folder: folder, rowInterval: (checkpoints.last ?? 0) / 400)
    let writer = PolicyWriter()
    var best = try validate?(learner)
    outcome.returnMean = best
    // Where no checkpoint beats the untrained policy, its score stands for the one kept.
    let untrained = validate == nil ? nil : try score?(learner)
    var isStopping = false
    if validate != nil { try writer.write(learner.trained, to: folder.policy) }
    for checkpoint in checkpoints where !isStopping {
      // Learners play whole steps of all lanes, or rollouts: what one checkpoint is overrun by, the next does not play again.
      if checkpoint > outcome.steps {
        let steps = checkpoint - outcome.steps
        try learner.train(steps: steps, progressInterval: reportInterval) { progress in
          let directive = onProgress(progress)
          isStopping = directive == .stop
          if validate == nil { outcome.returnMean = progress.meanReturn }
          metrics.add(progress, isLast: isStopping || progress.steps >= checkpoint)
          return directive
        }
        outcome.steps = max(learner.steps, isStopping ? 0 : checkpoint)
      }
      // On disk before a validation that may take minutes, and that a second signal may end.
      try writer.write(learner.trained, to: folder.checkpoint(step: outcome.steps))
      var isKept = validate == nil
      if let validate, !isStopping {
        let validation = try validate(learner)
        metrics.validated(validation)
        isKept = best.map { validation > $0 || (validation == $0 && outcome.keptStep > 0) } ?? true
        if isKept { (best, outcome.returnMean) = (validation, validation) }
      }
      if isKept {
        outcome.keptStep = outcome.steps
        try writer.write(learner.trained, to: folder.policy)
      }
      if let score, !isStopping {
        outcome.scoredSteps.append(outcome.steps)
        let score = isKept ? try score(learner) : outcome.scores.last ?? untrained ?? .nan
        metrics.scored(score)
        outcome.scores.append(score)
      }
      metrics.write()
    }
    try writer.finish()
    return outcome
  }
}

/// Writes policies as training goes on: what a full disk refuses is tried again at the end.
private final class PolicyWriter {
  private var refused: [String: (policy: TrainedPolicy, failure: InputError)] = [:]

  /// Writes a policy.
  func write(_ policy: TrainedPolicy, to path: String) throws {
    do {
      try policy.write(to: path)
      refused[path] = nil
    } catch {
      if refused.isEmpty { standardError("apportion: \(error) Training goes on.\n") }
      refused[path] = (policy, error)
    }
  }

  /// Tries once more what was refused.
  func finish() throws {
    for (path, held) in refused { try held.policy.write(to: path) }
  }
}
