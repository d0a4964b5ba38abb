import Apportion
import Dispatch
import Foundation
import Synchronization

/// Trains an algorithm on a problem, a run for each seed, side by side, and keeps curves and policies in a run folder.
///
/// Every run is a function of its seed alone: how many train side by side changes no result. A run's policy is saved at
/// each of its evaluations, or at those whose policy is the best so far where validation episodes choose, so that one
/// that diverges leaves the last that was good. A run's score is that of the policy it leaves.
///
/// - Parameters:
///   - problem: the problem.
///   - algorithm: the algorithm that `configuration` is of.
///   - configuration: what decides the runs.
///   - folder: the run's folder; nil for a new one under `runs/`.
///   - onRun: told of every run that has ended: its seed, score and seconds.
/// - Throws: `ConfigurationError` where problem and algorithm do not fit, before anything is written; `FileError`, or
///   `ProblemRunError` where a run diverged.
public func trainProblem<Agent: AgentConfiguration>(
  _ problem: Problem, algorithm: Algorithm, configuration: ProblemConfiguration<Agent>, folder: String? = nil,
  onRun: @escaping @Sendable (_ seed: UInt64, _ score: Double, _ seconds: Double) -> Void = { _, _, _ in }
) throws -> ProblemReport {
  @Sendable func run(_ index: Int) -> ProblemRun {
    ProblemRun(
      algorithm: algorithm, lanes: configuration.lanes, seed: configuration.seed + UInt64(index),
      steps: configuration.steps)
  }
  _ = try configuration.agent.learner(problem, run: run(0))
  let folder = try RunFolder(
    creating: folder ?? RunFolder.proposal(for: "\(problem.name)-\(algorithm.rawValue)"))
  try AtomicFile.write(
    "# apportion train --env \(problem.name) --algorithm \(algorithm.rawValue) --config THIS-FILE\n"
      + configuration.yaml, to: folder.configuration)
  let marks = (1...configuration.evaluations).map { configuration.steps * $0 / configuration.evaluations }
  let clock = ContinuousClock.now
  let results = Mutex([Int: Result<[Double], any Error>]())
  let workers = min(configuration.threads ?? availableThreads(), configuration.seeds)
  DispatchQueue.concurrentPerform(iterations: workers) { worker in
    for index in stride(from: worker, to: configuration.seeds, by: workers) {
      let run = run(index)
      let start = ContinuousClock.now
      let curve = Result {
        try trainRun(
          try configuration.agent.learner(problem, run: run), seed: run.seed, marks: marks,
          episodes: configuration.evaluationEpisodes, validationEpisodes: configuration.validationEpisodes,
          policy: folder.checkpoints + "/seed-\(run.seed).safetensors")
      }
      results.withLock { $0[index] = curve }
      if case .success(let scores) = curve {
        onRun(run.seed, scores[scores.count - 1], start.duration(to: .now) / .seconds(1))
      }
    }
  }
  let curves = try (0..<configuration.seeds).map { index in
    do {
      return try results.withLock { try $0[index]?.get() ?? [] }
    } catch {
      throw ProblemRunError(seed: configuration.seed + UInt64(index), cause: "\(error)", folder: folder.path)
    }
  }
  let report = ProblemReport(
    problem: problem, algorithm: algorithm, run: folder.path, firstSeed: configuration.seed,
    curves: LearningCurves(steps: marks, runs: curves),
    optimum: try optimum(problem, discount: (configuration.agent as? TabularConfiguration)?.discount),
    seconds: clock.duration(to: .now) / .seconds(1))
  try report.write(to: folder)
  return report
}

/// Trains one learner and scores the policy kept at each mark: the last, or the best so far by validation episodes.
private func trainRun(
  _ learner: any Learner, seed: UInt64, marks: [Int], episodes: Int, validationEpisodes: Int,
  policy path: String
) throws -> [Double] {
  var played = 0
  var kept = (validation: -Double.infinity, score: Double.nan)
  return try marks.map { mark in
    try learner.train(steps: mark - played)
    played = mark
    let validation =
      validationEpisodes > 0
      ? try learner.score(episodes: validationEpisodes, seed: seed ^ validationSeed) : .infinity
    if validation >= kept.validation {
      kept = (validation, try learner.score(episodes: episodes, seed: seed))
      try learner.policyToSave?.write(to: path)
    }
    return kept.score
  }
}

/// The best score there is: of a tabular learner by value iteration, otherwise the problem's own; nil where unknown.
private func optimum(_ problem: Problem, discount: Double?) throws -> Double? {
  if let best = problem.bestReturn { return best() }
  guard let discount, let world = problem.world else { return nil }
  let values = try FiniteMDP(world.transitions).valueIteration(discount: discount).values
  return world.startStates.reduce(0) { $0 + values[$1] } / Double(world.startStates.count)
}

/// A run that could not go on.
public struct ProblemRunError: Error, CustomStringConvertible {
  /// The run's seed.
  public let seed: UInt64
  /// What happened and how to mend it.
  public let cause: String
  /// Where the policies of the last evaluations lie.
  public let folder: String

  /// One line.
  public var description: String {
    "seed \(seed): \(cause); its last good policy is in \(folder)/checkpoints"
  }
}
