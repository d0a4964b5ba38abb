import Documents
import Foundation

/// What a run is doing, for people to watch on stderr: one line that is drawn anew on a terminal, a line every
/// few seconds otherwise.
public final class ProgressLine {
  /// How the progress is shown.
  public enum Style: Sendable {
    /// Not at all.
    case silent
    /// One line, drawn over and over.
    case live
    /// A line of its own each time.
    case plain

    /// Live on a terminal and plain elsewhere, unless quiet is asked for.
    public static func standard(isQuiet: Bool) -> Style {
      if isQuiet { return .silent }
      let isDumb = ProcessInfo.processInfo.environment["TERM"] == "dumb"
      return isatty(STDERR_FILENO) == 1 && !isDumb ? .live : .plain
    }
  }

  private let style: Style
  private let totalSteps: Int
  private let start = ContinuousClock.now
  private var lastDrawn: ContinuousClock.Instant?

  /// Prepares to show the progress of a run of `totalSteps` steps.
  package init(style: Style, totalSteps: Int = 0) {
    self.style = style
    self.totalSteps = totalSteps
  }

  /// Whether a line is due: four times a second when live, every five seconds when plain.
  package var isDue: Bool {
    guard let lastDrawn else { return style != .silent }
    switch style {
    case .silent: return false
    case .live: return lastDrawn.duration(to: .now) > .milliseconds(250)
    case .plain: return lastDrawn.duration(to: .now) > .seconds(5)
    }
  }

  /// Shows where the run stands.
  ///
  /// - Parameters:
  ///   - step: the steps done.
  ///   - stepsPerSecond: the present pace.
  ///   - details: further numbers by name, in order; those that are not finite yet are shown as a dash.
  package func show(step: Int, stepsPerSecond: Double, details: [(name: String, value: Double)]) {
    // Whole steps of all lanes may overshoot the end.
    let share = min(Double(step) / Double(max(1, totalSteps)), 1)
    var parts = [
      "\(grouped(step)) / \(grouped(totalSteps)) steps (\(Int(share * 100)) %)",
      "\(grouped(Int(stepsPerSecond.isFinite ? stepsPerSecond : 0))) steps/s",
    ]
    parts += details.map { "\($0.name) \(readable($0.value))" }
    if step < totalSteps, stepsPerSecond > 0, stepsPerSecond.isFinite {
      parts.append("ETA \(clock(seconds: Double(totalSteps - step) / stepsPerSecond))")
    } else {
      parts.append("in \(clock(seconds: start.duration(to: .now) / .seconds(1)))")
    }
    show(parts.joined(separator: "  "))
  }

  /// Shows a line of any content.
  package func show(_ line: String) {
    lastDrawn = .now
    switch style {
    case .silent: break
    case .live: standardError("\r\u{1B}[2K" + line.prefix(width - 1))
    case .plain: standardError(line + "\n")
    }
  }

  /// Leaves the line as it stands and goes on below it.
  package func finish() {
    if case .live = style, lastDrawn != nil { standardError("\n") }
  }

  /// The width of the terminal.
  private var width: Int {
    var size = winsize()
    return ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 20 ? Int(size.ws_col) : 100
  }

  private func grouped(_ number: Int) -> String {
    var digits = Array(String(number))
    for place in stride(from: digits.count - 3, to: 0, by: -3) { digits.insert(",", at: place) }
    return String(digits)
  }

  private func clock(seconds: Double) -> String {
    let seconds = Int(min(seconds.rounded(), 359_999))
    let rest = String(format: "%02d:%02d", seconds / 60 % 60, seconds % 60)
    return seconds < 3600 ? rest : "\(seconds / 3600):\(rest)"
  }
}

/// Writes to stderr, where everything goes that is not a command's result.
package func standardError(_ text: String) {
  FileHandle.standardError.write(Data(text.utf8))
}
