import Applications
import Documents
import Foundation
import Learning

/// How the training of one seed or several went.
public struct TrainingReport: Document {
  /// The problem's name.
  public let problem: String
  /// The algorithm's name.
  public let algorithm: String
  /// The run's folder.
  public let run: String
  /// The first seed.
  public let firstSeed: UInt64
  /// The environment steps done, of all seeds together.
  public let steps: Int
  /// The time all took.
  public let seconds: Double
  /// After how many steps the first seed's policy was taken; 0 is the untrained one.
  public let keptStep: Int
  /// The mean over seeds of the validation score of the policy kept or, without validation, of the last training episodes;
  /// nil where none ended.
  public let returnMean: Double?
  /// The scores of every checkpoint; nil where none were asked for, or training was stopped early.
  package let curves: LearningCurves?
  /// The best score there is, where it is known.
  public let best: BestScore?
  /// With which status to exit where a signal ended training early; nil where it ran to its end.
  public let exitStatus: Int32?

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
  public var stepsPerSecond: Double { Double(steps) / seconds }
  /// The last score of every seed; empty without curves.
  public var scores: [Double] { curves?.runs.compactMap(\.last) ?? [] }

  /// How long it took, what the policy earns, and where the run is.
  public var text: String {
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
  public var interval: ClosedRange<Double> { ScoreTable([scores]).interval { interquartileMean($0.pooled) } }

  /// What `result.json` keeps.
  private struct Result: Encodable {
    struct Seed: Encodable {
      let seed: Int
      let score: Double
    }

    let run: String
    let environment: String
    let algorithm: String
    let steps: Int
    let seconds: Double
    let stepsPerSecond: Double
    let returnMean: Double?
    let stoppedEarly: Bool
    let keptStep: Int
    let machine: Machine
  }

  private struct Scores: Encodable {
    let iqm: Double
    let ci95: ClosedRange<Double>
    let seeds: [Result.Seed]
    let optimum: Double?
    let regret: Double?
  }

  /// The result; of a run with scores at checkpoints, these too.
  public func encode(to encoder: any Encoder) throws {
    try Result(
      run: run, environment: problem, algorithm: algorithm, steps: steps, seconds: seconds,
      stepsPerSecond: stepsPerSecond, returnMean: scores.isEmpty ? returnMean : interquartileMean(scores),
      stoppedEarly: exitStatus != nil, keptStep: keptStep, machine: Machine()
    ).encode(to: encoder)
    guard !scores.isEmpty else { return }
    try Scores(
      iqm: interquartileMean(scores), ci95: interval,
      seeds: scores.enumerated().map { .init(seed: Int(firstSeed) + $0.offset, score: $0.element) },
      optimum: best?.value, regret: best.map { Regret(returns: scores, bound: $0.value).mean }
    ).encode(to: encoder)
  }

  /// Writes `result.json` and, where there are curves, `curves.csv` and `curves.svg`.
  func writeCurves(to folder: RunFolder) throws {
    try AtomicFile.write(document: self, to: folder.result)
    guard let curves else { return }
    try AtomicFile.write(curves.csv(firstSeed: firstSeed), to: folder.curves)
    try AtomicFile.write(
      curves.svg(title: "\(problem), \(algorithm), \(scores.count) seeds"), to: folder.curvesPicture)
  }
}
