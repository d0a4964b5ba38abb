import Applications
import Documents
import Foundation
import Learning

extension AuctionProblem {
  /// Plays a policy on auctions after the history, beside the strategies of the trade and the clairvoyant optimum.
  package func evaluation(of policy: Policy, episodes: Int, seed: UInt64) throws -> Evaluation {
    let environment = later
    let market = environment.market
    let budget = Double(market.rules.budget)
    let rows = market.strategies.map { strategy in
      let ends = market.episodes(of: strategy, episodes: episodes, seed: seed)
      return Evaluation.Row(
        name: strategy.name,
        summary: EvaluationSummary(
          returns: ends.map(\.value), lengths: Array(repeating: market.rules.auctions, count: episodes)),
        budgetUsed: ends.reduce(0) { $0 + 1 - Double($1.budget) / budget } / Double(episodes))
    }
    return Evaluation(
      policy: .init(
        name: "policy", summary: evaluate(policy, in: environment, episodes: episodes, seed: seed)),
      trainingSteps: policy.trainingSteps, baselines: rows,
      best: .bound(meanBound(market, episodes: episodes, seed: seed)))
  }

  /// What is done without learning while a campaign runs.
  package var fixedBaselines: [String] {
    ["lin", "ortb", "rlb"]
      + placement.creatives.names.map {
        placement.creatives.names.count == 1 ? "programme" : "programme, \($0)"
      }
  }
}
