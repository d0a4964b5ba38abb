import Documents
import Foundation

/// How a training run went.
public struct TrainingReport: Sendable, Equatable {
  /// The run's folder.
  public let run: String
  /// The environment steps done.
  public let steps: Int
  /// The time they took.
  public let seconds: Double
  /// After how many steps the policy that was kept was taken; 0 for the untrained one.
  public let keptStep: Int
  /// The mean return of the policy kept on validation episodes or, without validation, of the last training episodes;
  /// nil where none ended.
  public let returnMean: Double?
  /// With which status to exit where a signal ended training early; nil where it ran to its end.
  public let exitStatus: Int32?

  /// Environment steps per second.
  public var stepsPerSecond: Double { Double(steps) / seconds }

  /// The report for people.
  public var text: String {
    let mean =
      returnMean.map { "mean return \(readable($0))" } ?? "no episode ended"
    let stopped = exitStatus == nil ? "" : "Stopped early. "
    return stopped
      + String(
        format: "Trained %d steps in %.1f s (%.0f steps/s), %@.\n", steps, seconds, stepsPerSecond, mean)
      + (keptStep == 0 && steps > 0 ? "No checkpoint beat the untrained policy, which was kept.\n" : "")
      + "The run is in \(run)\n"
  }

  /// The report as JSON.
  public var json: JSONValue {
    [
      "run": .string(run), "steps": JSONValue(steps), "seconds": JSONValue(seconds),
      "steps_per_second": JSONValue(stepsPerSecond), "return_mean": returnMean.map { JSONValue($0) } ?? .null,
      "stopped_early": .boolean(exitStatus != nil), "kept_step": JSONValue(keptStep),
    ]
  }
}
