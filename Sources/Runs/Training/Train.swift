import Applications
import Dispatch
import Documents
import Foundation
import Learning
import LinearAlgebra
import PolicyFormats
import Synchronization

extension RunPlan {
  /// Trains each seed on its own and side by side, and keeps everything in a run folder.
  ///
  /// One seed's record lies in the folder itself; of several, each has a folder `seed-N` of its own, a whole run like any
  /// other, and the folder holds their curves and the first seed's policy. Every seed's policy is a function of its seed
  /// alone: how many train side by side changes no result.
  package func train(
    from initial: TrainedPolicy? = nil, folder path: String? = nil, style: ProgressLine.Style = .silent,
    stop: StopRequest? = nil
  ) throws -> TrainingReport {
    guard let initial else { return try trainSeeds(from: nil, path, style, stop) }
    return try adapted(to: initial).trainSeeds(from: initial, path, style, stop)
  }

  private func trainSeeds(
    from initial: TrainedPolicy?, _ path: String?, _ style: ProgressLine.Style, _ stop: StopRequest?
  ) throws -> TrainingReport {
    let environment = try problem.environment(configuration.options)
    try initial?.network?.check(reads: environment)
    let workers = min(configuration.threads ?? availableThreads(), configuration.seeds)
    let threads = configuration.seeds > 1 ? 1 : configuration.threads ?? problem.learnerThreads
    let seeds = (0..<configuration.seeds).map { configuration.seed + UInt64($0) }
    let seats = seeds.map { configuration.seat(seed: $0, threads: threads) }
    // What does not fit is refused before anything is written. The first seed's worker alone takes this learner.
    nonisolated(unsafe) let firstLearner = try learner(of: environment, seat: seats[0], from: initial)
    let folder = try newFolder(path)
    let progress = SharedProgress(
      style: style, totalSteps: configuration.steps.multipliedReportingOverflow(by: seeds.count).partialValue,
      seeds: seeds.count, stop: stop)
    defer { progress.finish() }
    let outcomes = Mutex([Int: Result<TrainingRun.Outcome, any Error>]())
    DispatchQueue.concurrentPerform(iterations: workers) { worker in
      for index in stride(from: worker, to: seeds.count, by: workers) where !progress.isStopping {
        let outcome = Result {
          let learner =
            try index == 0 ? firstLearner : learner(of: environment, seat: seats[index], from: initial)
          let own = seeds.count == 1 ? folder : try seedFolder(seeds[index], in: folder)
          return try trainSeed(seeds[index], learner, in: own, progress)
        }
        outcomes.withLock { $0[index] = outcome }
      }
    }
    let trained = try seeds.indices.compactMap { index throws -> TrainingRun.Outcome? in
      do {
        return try outcomes.withLock { try $0[index]?.get() }
      } catch let cause as TrainingError {
        throw InputError(
          .configuration, file: "seed \(seeds[index])", problem: "\(cause)",
          remedy: "its last good policy is in \(folder.path)")
      }
    }
    let first = folder.seed(seeds[0])
    if seeds.count > 1, FileManager.default.fileExists(atPath: first.policy) {
      try AtomicFile.write(AtomicFile.read(first.policy), to: folder.policy)
    }
    let report = TrainingReport(
      problem: problem.name, algorithm: configuration.algorithm, run: folder.path, firstSeed: seeds[0],
      checkpoints: configuration.checkpoints.count, outcomes: trained,
      best: configuration.evaluationEpisodes > 0 && stop?.isStopping != true
        ? try problem.bestScore(
          discount: configuration.agent.scoreDiscount, episodes: configuration.evaluationEpisodes) : nil,
      seconds: progress.seconds, exitStatus: stop?.exitStatus)
    try report.writeCurves(to: folder)
    return report
  }

  /// Trains one seed in a folder of its own.
  private func trainSeed(
    _ seed: UInt64, _ learner: any Learner, in folder: RunFolder, _ progress: SharedProgress
  ) throws -> TrainingRun.Outcome {
    /// A policy is scored by its problem, a table's exactly by its learner.
    func score(_ learner: any Learner, on episodes: HeldOutEpisodes) throws -> Double {
      guard configuration.agent.scoreDiscount == nil else {
        return try learner.score(episodes: 1, seed: seed)
      }
      return try problem.score(
        learner.trained, options: configuration.options, on: episodes, trainingSeed: seed)
    }
    let (validation, evaluation) = (configuration.validationEpisodes, configuration.evaluationEpisodes)
    let run = TrainingRun(
      folder: folder, checkpoints: configuration.checkpoints,
      validate: validation > 0 ? { try score($0, on: .validation(validation)) } : nil,
      score: evaluation > 0
        ? {
          let score = try score($0, on: .evaluation(evaluation))
          progress.scored(score)
          return score
        } : nil,
      onProgress: { progress.report($0, seed: seed) })
    return try run.train(learner)
  }
}
