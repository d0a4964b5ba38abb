import Applications
import Documents
import Foundation
import Learning

/// How the training of one seed or several went.
package struct TrainingReport: Document {
  /// The problem's name.
  package let problem: String
  /// The algorithm's name.
  package let algorithm: String
  /// The run's folder.
  package let run: String
  /// The first seed.
  package let firstSeed: UInt64
  /// The environment steps done, of all seeds together.
  package let steps: Int
  /// The time all took.
  package let seconds: Double
  /// After how many steps the first seed's policy was taken; 0 is the untrained one.
  package let keptStep: Int
  /// The mean over seeds of the validation score of the policy kept or, without validation, of the last training episodes;
  /// nil where none ended.
  package let returnMean: Double?
  /// The scores of every checkpoint; nil where none were asked for, or training was stopped early.
  package let curves: LearningCurves?
  /// The best score there is, where it is known.
  package let best: BestScore?
  /// With which status to exit where a signal ended training early; nil where it ran to its end.
  package let exitStatus: Int32?

  init(
    problem: String, algorithm: String, run: String, firstSeed: UInt64, checkpoints: Int,
    outcomes: [TrainingRun.Outcome], best: BestScore?, seconds: Double, exitStatus: Int32?
  ) {
    self.problem = problem
    self.algorithm = algorithm
    self.run = run
    self.firstSeed = firstSeed
    self.best = best
    self.seconds = seconds
    self.exitStatus = exitStatus
    steps = outcomes.reduce(0) { $0 + $1.steps }
    keptStep = outcomes.first?.keptStep ?? 0
    let returns = outcomes.compactMap(\.returnMean)
    returnMean = returns.isEmpty ? nil : returns.reduce(0, +) / Double(returns.count)
    // Seeds that a stop cut short are whole runs of their own, but no points of common curves.
    let whole = outcomes.filter { $0.scores.count == checkpoints }
    curves = whole.first.map { LearningCurves(steps: $0.scoredSteps, runs: whole.map(\.scores)) }
  }

  /// Environment steps per second.
  package var stepsPerSecond: Double { Double(steps) / seconds }
  /// The last score of every seed; empty without curves.
  package var scores: [Double] { curves?.runs.compactMap(\.last) ?? [] }

  package var text: String {
    var text = exitStatus == nil ? "" : "Stopped early. "
    if let mean = returnMean {
      text += String(
        format: "Trained %d steps in %.1f s (%.0f steps/s), mean return ", steps, seconds, stepsPerSecond)
      text += readable(mean) + ".\n"
    } else {
      text += String(format: "Trained %d steps in %.1f s (%.0f steps/s).\n", steps, seconds, stepsPerSecond)
    }
    if keptStep == 0, steps > 0, returnMean != nil {
      text += "No checkpoint beat the untrained policy, which was kept.\n"
    }
    return text + (scoreText ?? "") + "The run is in \(run)\n"
  }

  /// The scores of all seeds beside the best there is.
  private var scoreText: String? {
    guard let worst = scores.min() else { return nil }
    let (mean, interval) = (interquartileMean(scores), interval)
    var text = String(
      format: "%@ %@, %d seeds: IQM %.5g (95 %% interval %.5g to %.5g), worst %.5g.\n", problem, algorithm,
      scores.count, mean, interval.lowerBound, interval.upperBound, worst)
    switch best {
    case .bound(let bound):
      text += String(
        format: "The certified bound is %.5g: %.1f %% of it by the mean, %.1f %% by the worst seed.\n", bound,
        mean / bound * 100, worst / bound * 100)
    case .optimum(let optimum):
      text += String(
        format: "The optimum is %.5g; the worst seed gives %.3f %% of it away.\n", optimum,
        (optimum - worst) / abs(optimum) * 100)
    case nil: break
    }
    return text
  }

  /// The stratified bootstrap interval of 95 % of the interquartile mean of the last scores.
  package var interval: ClosedRange<Double> { ScoreTable([scores]).interval { interquartileMean($0.pooled) } }

  package var json: JSONValue {
    let machine = Machine()
    var members: [JSONValue.Member] = [
      .init("run", .string(run)), .init("environment", .string(problem)),
      .init("algorithm", .string(algorithm)), .init("steps", JSONValue(steps)),
      .init("seconds", JSONValue(seconds)), .init("steps_per_second", JSONValue(stepsPerSecond)),
      .init(
        "return_mean",
        (scores.isEmpty ? returnMean : interquartileMean(scores)).map { JSONValue($0) } ?? .null),
      .init("stopped_early", .boolean(exitStatus != nil)), .init("kept_step", JSONValue(keptStep)),
      .init(
        "machine",
        [
          "version": .string(programVersion), "processor": .string(machine.processor),
          "blas_kernel": .string(machine.blasKernel), "threads": JSONValue(machine.threads),
        ]),
    ]
    if !scores.isEmpty {
      members += [
        .init("iqm", JSONValue(interquartileMean(scores))),
        .init("ci95", [JSONValue(interval.lowerBound), JSONValue(interval.upperBound)]),
        .init(
          "seeds",
          .array(
            scores.enumerated().map {
              ["seed": JSONValue(Int(firstSeed) + $0.offset), "score": JSONValue($0.element)]
            })),
        .init("optimum", best.map { JSONValue($0.value) } ?? .null),
        .init("regret", best.map { JSONValue(Regret(returns: scores, bound: $0.value).mean) } ?? .null),
      ]
    }
    return .object(members)
  }

  /// Writes `result.json` and, where there are curves, `curves.csv` and `curves.svg`.
  func writeCurves(to folder: RunFolder) throws {
    try AtomicFile.write(json.text(indented: true) + "\n", to: folder.result)
    guard let curves else { return }
    try AtomicFile.write(curves.csv(firstSeed: firstSeed), to: folder.curves)
    try AtomicFile.write(
      curves.svg(title: "\(problem), \(algorithm), \(scores.count) seeds"), to: folder.curvesPicture)
  }
}
