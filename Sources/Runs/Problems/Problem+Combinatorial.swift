import Apportion
import Optimization

extension Problem {
  /// Learning to buy within a budget; the best return is that of exact knapsacks of the true worths.
  static func knapsack(_ name: String, branchSizes: [Int]) -> Problem {
    let task = KnapsackTask(branchSizes: branchSizes)
    return Problem(name, task, steps: 300_000) {
      let knapsack = MultipleChoiceKnapsack(branchSizes: branchSizes)
      let layout = task.observationLayout
      let summary = evaluate(task, episodes: 1000, seed: 0) { observations, actions in
        guard let limits = layout.spend?.limits(observations) else { return }
        for row in 0..<observations.rows {
          knapsack.solve(
            values: task.worths, costs: limits.costs.row(row), budget: limits.budgets[row, 0],
            into: actions + row * branchSizes.count)
        }
      }
      return summary.mean
    }
  }

  /// A market without chance, small enough that all 64³ ways to play it can be tried: three channels of four levels over
  /// three ticks, with a budget of a third of what all of it would cost, carry-over, and an S-shaped and two concave
  /// curves. Its state is what an advertiser sees, without a plan.
  static var smallBudget: Problem {
    func channel(_ name: String, _ maximum: Double, _ half: Double, slope: Double, _ adstock: Adstock)
      -> Channel
    {
      Channel(
        name: name,
        kind: .response(
          ResponseChannel(
            spends: [0, 100, 200, 300], adstock: adstock,
            saturation: Hill(maximum: maximum, halfSaturation: half, slope: slope))))
    }
    let market = Market(
      name: "three-channels", summary: "Three channels of four levels without chance", ticks: 3,
      season: [0.8, 1.3, 0.9], budget: 900,
      channels: [
        channel("search", 60, 120, slope: 1, .none),
        channel("social", 90, 180, slope: 2, .geometric(retention: 0.3)),
        channel("video", 70, 260, slope: 1, .geometric(retention: 0.5)),
      ])
    let environment = BudgetAllocation(market: market, observation: .advertiser)
    return Problem("Budget-3x4", environment, steps: 200_000) {
      exhaustiveReturn(of: environment, steps: market.ticks)
    }
  }
}
