import Documents
import Learning

/// The metrics of a run, row by row, as a table and for TensorBoard: some four hundred rows, and one for each checkpoint
/// with its validation and score beside it.
///
/// A file that cannot grow costs rows, not the training: that is said once.
final class MetricLog {
  private let sinks: [any MetricSink]
  private let rowInterval: Int
  private let start = ContinuousClock.now
  private var lastRow: Int
  private var held: TrainingProgress?
  private var validation = Double.nan
  private var score = Double.nan
  private var hasFailed = false

  /// Opens the files of a run's folder.
  init(folder: RunFolder, rowInterval: Int) throws {
    sinks = [try CSVSink(path: folder.metrics), try TensorBoardSink(folder: folder.path)]
    self.rowInterval = rowInterval
    lastRow = -rowInterval
  }

  /// Takes a report; the last before a checkpoint waits for what is said of the checkpoint.
  func add(_ progress: TrainingProgress, isLast: Bool) {
    held = progress
    if !isLast, progress.steps - lastRow >= rowInterval { write() }
  }

  /// The validation score of the checkpoint whose report waits.
  func validated(_ score: Double) { validation = score }
  /// The score of the policy kept at the checkpoint whose report waits.
  func scored(_ score: Double) { self.score = score }

  /// Stable-Baselines3's name of a learner's metric.
  private static func tag(_ name: String) -> String {
    (name == "exploration_rate" ? "rollout/" : "train/") + name
  }

  /// Writes the report that waits.
  func write() {
    guard let progress = held else { return }
    held = nil
    lastRow = progress.steps
    let seconds = max(start.duration(to: .now) / .seconds(1), 1e-9)
    let row =
      [
        Metric("time/total_timesteps", Double(progress.steps)), Metric("eval/mean_reward", validation),
        Metric("eval/score", score), Metric("time/time_elapsed", seconds),
        Metric("time/fps", Double(progress.steps) / seconds),
        Metric("time/episodes", Double(progress.episodes)),
        Metric("rollout/ep_rew_mean", progress.meanReturn ?? .nan),
        Metric("train/learning_rate", decimal: progress.learningRate),
        Metric("train/n_updates", Double(progress.updates)),
      ] + progress.metrics.map { Metric(Self.tag($0.name), $0.value) }
    (validation, score) = (.nan, .nan)
    do {
      for sink in sinks { try sink.write(step: progress.steps, metrics: row) }
    } catch {
      if !hasFailed { standardError("apportion: \(error) Metrics are incomplete; training goes on.\n") }
      hasFailed = true
    }
  }
}
