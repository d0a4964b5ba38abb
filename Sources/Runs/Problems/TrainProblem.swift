import Apportion
import Dispatch
import Documents
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
///   - style: how people see the progress.
///   - stop: ends training early; every run's policy is then saved as it stands.
/// - Throws: `ConfigurationError` where problem and algorithm do not fit, before anything is written; `FileError`;
///   `ProblemRunError` where a run diverged; `StoppedEarly` where `stop` asked for it.
public func trainProblem<Agent: AgentConfiguration>(
  _ problem: Problem, algorithm: Algorithm, configuration: ProblemConfiguration<Agent>, folder: String? = nil,
  style: ProgressLine.Style = .silent, stop: StopRequest? = nil
) throws -> ProblemReport {
  @Sendable func run(_ index: Int) -> ProblemRun {
    ProblemRun(
      algorithm: algorithm, lanes: configuration.lanes, seed: configuration.seed + UInt64(index),
      steps: configuration.steps)
  }
  let problem = try problem.asked(observation: configuration.observation, reward: configuration.reward)
  _ = try configuration.agent.learner(problem, run: run(0))
  let folder = try RunFolder(
    creating: folder ?? RunFolder.proposal(for: "\(problem.name)-\(algorithm.rawValue)"))
  try AtomicFile.write(
    "# apportion train --env \(problem.name) --algorithm \(algorithm.rawValue) --config THIS-FILE\n"
      + configuration.yaml, to: folder.configuration)
  if let market = problem.market { try AtomicFile.write(market.yaml, to: folder.market) }
  let marks = (1...configuration.evaluations).map { configuration.steps * $0 / configuration.evaluations }
  let clock = ContinuousClock.now
  let progress = SharedProgress(
    style: style, totalSteps: configuration.steps * configuration.seeds, stop: stop)
  defer { progress.finish() }
  let results = Mutex([Int: Result<[Double], any Error>]())
  let workers = min(configuration.threads ?? availableThreads(), configuration.seeds)
  DispatchQueue.concurrentPerform(iterations: workers) { worker in
    for index in stride(from: worker, to: configuration.seeds, by: workers) where !progress.isStopping {
      let run = run(index)
      let curve = Result {
        try trainRun(
          try configuration.agent.learner(problem, run: run), seed: run.seed, marks: marks,
          policies: [folder.seedPolicy(run.seed)] + (index == 0 ? [folder.policy] : []),
          validationEpisodes: configuration.validationEpisodes, progress: progress
        ) { learner in
          try problem.score(learner, episodes: configuration.evaluationEpisodes, seed: run.seed)
        }
      }
      results.withLock { $0[index] = curve }
    }
  }
  if let status = stop?.exitStatus { throw StoppedEarly(exitStatus: status, folder: folder.path) }
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
    optimum: try optimum(
      problem, discount: (configuration.agent as? TabularConfiguration)?.discount,
      episodes: configuration.evaluationEpisodes),
    seconds: clock.duration(to: .now) / .seconds(1))
  try report.write(to: folder)
  return report
}

/// Trains one learner and scores the policy kept at each mark: the last, or the best so far by validation episodes.
///
/// A stop leaves it without further scores, but saved.
private func trainRun(
  _ learner: any Learner, seed: UInt64, marks: [Int], policies: [String], validationEpisodes: Int,
  progress: SharedProgress, score: (any Learner) throws -> Double
) throws -> [Double] {
  var played = 0
  var kept = (validation: -Double.infinity, score: Double.nan)
  var scores: [Double] = []
  for mark in marks where !progress.isStopping {
    // Learners play whole steps of all lanes, or rollouts: what one mark is overrun by, the next does not play again.
    if mark > played {
      try learner.train(steps: mark - played, progressInterval: 1000) { state in
        played = state.steps
        return progress.report(seed: seed, steps: played)
      }
      played = max(played, mark)
    }
    let validation =
      validationEpisodes > 0
      ? try learner.score(episodes: validationEpisodes, seed: seed ^ validationSeed) : .infinity
    if validation >= kept.validation {
      for path in policies { try learner.policy.write(to: path) }
      guard !progress.isStopping else { break }
      kept = (validation, try score(learner))
    }
    scores.append(kept.score)
    progress.scored(kept.score)
  }
  return scores
}

extension RunFolder {
  /// The last policy of a seed's run.
  fileprivate func seedPolicy(_ seed: UInt64) -> String { checkpoints + "/seed-\(seed).safetensors" }
}

extension Problem {
  /// How good a learner's greedy policy is; of a market, on the episodes that `evaluate` plays unless told otherwise.
  fileprivate func score(_ learner: any Learner, episodes: Int, seed: UInt64) throws -> Double {
    guard let environment = environment as? BudgetAllocation else {
      return try learner.score(episodes: episodes, seed: seed)
    }
    let policy = learner.policy
    let entry = MarketEvaluation.Entry("policy") { PolicyStrategy(policy: policy, environment: environment) }
    let returns = environment.market.evaluation(episodes: episodes).run([entry])[0].returns
    return returns.reduce(0, +) / Double(episodes)
  }
}

extension Market {
  fileprivate func evaluation(episodes: Int) -> MarketEvaluation {
    MarketEvaluation(market: self, episodes: episodes, seed: 0)
  }
}

/// The best score that there could be: what the problem knows, of a market the certified bound, of a tabular learner by
/// value iteration; nil where unknown.
private func optimum(_ problem: Problem, discount: Double?, episodes: Int) throws -> Double? {
  if let best = problem.bestReturn { return best() }
  if let market = problem.market {
    return market.evaluation(episodes: episodes).bounds().reduce(0, +) / Double(episodes)
  }
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

/// A signal ended the runs before their end.
public struct StoppedEarly: Error, CustomStringConvertible {
  /// With which status to exit.
  public let exitStatus: Int32
  /// Where the policies lie.
  public let folder: String

  /// One line.
  public var description: String { "Stopped early. The policies learned so far are in \(folder)/checkpoints" }
}
