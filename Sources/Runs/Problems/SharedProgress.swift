import Apportion
import Synchronization

/// The progress of runs that train side by side as one line, and a wish to stop that all of them hear.
final class SharedProgress: Sendable {
  private let state: Mutex<State>
  private let stop: StopRequest?

  private struct State {
    let line: ProgressLine
    let start = ContinuousClock.now
    /// The steps of each run, by seed.
    var steps: [UInt64: Int] = [:]
    var lastScore: Double?
  }

  init(style: ProgressLine.Style, totalSteps: Int, stop: StopRequest?) {
    state = Mutex(State(line: ProgressLine(style: style, totalSteps: totalSteps)))
    self.stop = stop
  }

  /// Whether runs should end with what they have.
  var isStopping: Bool { stop?.isStopping == true }

  /// Takes in how far a run is, shows it where a line is due, and says whether to go on.
  func report(seed: UInt64, steps: Int) -> TrainingDirective {
    state.withLock { state in
      state.steps[seed] = steps
      guard state.line.isDue else { return }
      let total = state.steps.values.reduce(0, +)
      let seconds = max(state.start.duration(to: .now) / .seconds(1), 1e-9)
      state.line.show(
        step: total, stepsPerSecond: Double(total) / seconds,
        details: [("runs", Double(state.steps.count)), ("last score", state.lastScore ?? .nan)])
    }
    return isStopping ? .stop : .proceed
  }

  /// Takes in the score of an evaluation.
  func scored(_ score: Double) { state.withLock { $0.lastScore = score } }

  /// Leaves the line as it stands.
  func finish() { state.withLock { $0.line.finish() } }
}
