import Apportion
import Documents
import Foundation

/// How the runs of an algorithm on a problem went.
public struct ProblemReport: Sendable {
  /// The problem.
  public let problem: Problem
  /// The algorithm.
  public let algorithm: Algorithm
  /// The run's folder.
  public let run: String
  /// The seed of the first run.
  public let firstSeed: UInt64
  /// The evaluations of all runs.
  public let curves: LearningCurves
  /// The best score there is, where it is known; of a market, the mean of the certified bound.
  public let optimum: Double?
  /// The time all took.
  public let seconds: Double

  /// The last score of every run.
  public var scores: [Double] { curves.runs.map { $0[$0.count - 1] } }
  /// The interquartile mean of the last scores.
  public var mean: Double { interquartileMean(scores) }
  /// Its stratified bootstrap interval of 95 %.
  public var interval: ClosedRange<Double> { ScoreTable([scores]).interval { interquartileMean($0.pooled) } }
  /// The environment steps of a run.
  public var steps: Int { curves.steps[curves.steps.count - 1] }

  /// The report for people.
  public var text: String {
    let worst = scores.min() ?? mean
    var text = String(
      format: "%@ %@, %d steps, %d seeds: IQM %.5g (95 %% interval %.5g to %.5g), worst %.5g, in %.1f s.\n",
      problem.name, algorithm.rawValue, steps, scores.count, mean, interval.lowerBound, interval.upperBound,
      worst, seconds)
    if let optimum, problem.market != nil, problem.bestReturn == nil {
      text += String(
        format: "The certified bound is %.5g: %.1f %% of it by the mean, %.1f %% by the worst seed.\n",
        optimum,
        mean / optimum * 100, worst / optimum * 100)
    } else if let optimum {
      text += String(
        format: "The optimum is %.5g; the worst seed gives %.3f %% of it away.\n", optimum,
        (optimum - worst) / abs(optimum) * 100)
    }
    return text + "The curves and policies are in \(run)\n"
  }

  /// The report as JSON.
  public var json: JSONValue {
    [
      "environment": .string(problem.name), "algorithm": .string(algorithm.rawValue), "run": .string(run),
      "steps": JSONValue(steps), "seconds": JSONValue(seconds),
      "steps_per_second": JSONValue(Double(steps * scores.count) / seconds), "return_mean": JSONValue(mean),
      "iqm": JSONValue(mean), "ci95": [JSONValue(interval.lowerBound), JSONValue(interval.upperBound)],
      "seeds": .array(
        scores.enumerated().map {
          ["seed": JSONValue(Int(firstSeed) + $0.offset), "score": JSONValue($0.element)]
        }),
      "optimum": optimum.map { JSONValue($0) } ?? .null,
      "regret": optimum.map { JSONValue(Regret(returns: scores, bound: $0).mean) } ?? .null,
    ]
  }

  /// Writes `result.json`, `curves.csv` and `curves.svg`.
  func write(to folder: RunFolder) throws {
    try AtomicFile.write(json.text(indented: true) + "\n", to: folder.path + "/result.json")
    try AtomicFile.write(curves.csv(firstSeed: firstSeed), to: folder.path + "/curves.csv")
    try AtomicFile.write(
      curves.svg(title: "\(problem.name), \(algorithm.rawValue), \(scores.count) seeds"),
      to: folder.path + "/curves.svg")
  }
}
