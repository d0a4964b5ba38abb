import Apportion
import ArgumentParser
import Foundation

/// Plays a classification table as a bandit: contexts in rows, the last column the arm that pays 1.
///
/// One pass in batches, so that every learner hears of rewards as late as those it is compared with.
struct PlayBandit: ParsableCommand {
  @Argument(help: "A headless CSV of numbers; the last column is the paying arm, counted from 0.")
  var table: String
  @Option(help: "How many rows are played before any of them is learned from.") var batch = 20
  @Option(help: "fourier-ucb, lin-ucb, lin-greedy, lin-thompson, fourier-thompson or neural-linear.")
  var learner = "fourier-ucb"
  @Option(help: "The seed of features and play.") var seed: UInt64 = 1

  func run() throws {
    let rows = try String(contentsOfFile: table, encoding: .utf8).split(separator: "\n").map {
      $0.split(separator: ",").map { Float($0) ?? .nan }
    }
    guard let width = rows.first?.count, width > 1, rows.allSatisfy({ $0.count == width }) else {
      throw ValidationError("\(table) is not a table of at least two columns.")
    }
    let contexts = Matrix(rows: rows.count, columns: width - 1, rows.flatMap { $0.dropLast() })
    let paying = rows.map { Int($0[width - 1]) }
    let bandit = try makeBandit(arms: (paying.max() ?? 0) + 1, contexts.view)
    var stream = RandomStream(seed: seed, purpose: .exploration)
    let start = ContinuousClock.now
    var total: Float = 0
    for first in stride(from: 0, to: rows.count, by: batch) {
      let range = first..<min(first + batch, rows.count)
      let decisions = bandit.choose(contexts.view.rows(range), stream: &stream)
      let rewards = zip(decisions, range).map { $0.arm == paying[$1] ? Float(1) : 0 }
      total += rewards.reduce(0, +)
      bandit.learn(contexts.view.rows(range), decisions: decisions, rewards: rewards)
    }
    try show([
      "mean_reward": Double(total) / Double(rows.count),
      "seconds": (ContinuousClock.now - start) / .seconds(1),
    ])
  }

  private func makeBandit(arms: Int, _ contexts: MatrixView) throws -> any ContextualBandit {
    let fourier = FeatureMap.fourier(like: contexts, count: 100, seed: seed)
    let linear = FeatureMap.linear(contexts.columns)
    switch learner {
    case "fourier-ucb": return LinearBandit(arms: arms, features: fourier)
    case "fourier-thompson":
      return LinearBandit(arms: arms, features: fourier, exploration: .thompson(deviation: 0.3, draws: 1))
    case "lin-ucb":
      return LinearBandit(arms: arms, features: linear, exploration: .upperConfidence(0.25), penalty: 1)
    case "lin-greedy":
      return LinearBandit(arms: arms, features: linear, exploration: .epsilonGreedy(0.05), penalty: 1)
    case "lin-thompson":
      return LinearBandit(
        arms: arms, features: linear, exploration: .thompson(deviation: 0.1, draws: 1), penalty: 1)
    case "neural-linear": return NeuralLinearBandit(arms: arms, contextSize: contexts.columns, seed: seed)
    default: throw ValidationError("There is no learner \(learner).")
    }
  }
}
