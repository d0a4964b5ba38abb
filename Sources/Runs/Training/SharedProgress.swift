import Applications
import Documents
import Learning
import Synchronization

/// The progress of seeds that train side by side as one line, and a wish to stop that all of them hear.
final class SharedProgress: Sendable {
  private let state: Mutex<State>
  private let stop: StopRequest?
  private let seeds: Int
  private let start = ContinuousClock.now

  private struct State {
    let line: ProgressLine
    /// The steps of each seed.
    var steps: [UInt64: Int] = [:]
    var lastScore: Double?
  }

  init(style: ProgressLine.Style, totalSteps: Int, seeds: Int, stop: StopRequest?) {
    state = Mutex(State(line: ProgressLine(style: style, totalSteps: totalSteps)))
    self.seeds = seeds
    self.stop = stop
  }

  /// Whether seeds should end with what they have.
  var isStopping: Bool { stop?.isStopping == true }
  /// The time since the start, above 0.
  var seconds: Double { max(start.duration(to: .now) / .seconds(1), 1e-9) }

  /// Takes in how far a seed is, shows it where a line is due, and says whether to go on.
  func report(_ progress: TrainingProgress, seed: UInt64) -> TrainingDirective {
    state.withLock { state in
      state.steps[seed] = progress.steps
      let total = state.steps.values.reduce(0, +)
      guard state.line.isDue || progress.steps >= progress.totalSteps || isStopping else { return }
      let details: [(name: String, value: Double)] =
        seeds > 1
        ? [("seeds", Double(state.steps.count)), ("last score", state.lastScore ?? .nan)]
        : [("return", progress.meanReturn ?? .nan)] + progress.metrics.prefix(2).map { ($0.name, $0.value) }
      state.line.show(step: total, stepsPerSecond: Double(total) / seconds, details: details)
    }
    return isStopping ? .stop : .proceed
  }

  /// Takes in the score of a checkpoint.
  func scored(_ score: Double) { state.withLock { $0.lastScore = score } }

  /// Leaves the line as it stands.
  func finish() { state.withLock { $0.line.finish() } }
}
