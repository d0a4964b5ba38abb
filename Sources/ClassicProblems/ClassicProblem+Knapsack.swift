import Environments
import Learning
import NeuralNetworks
import Optimization

extension ClassicProblem {
  /// Learning to buy within a budget; the best return is that of exact knapsacks of the true worths.
  static func knapsack(_ name: String, branchSizes: [Int]) -> ClassicProblem {
    let task = KnapsackTask(branchSizes: branchSizes)
    let summary = "buy within a budget, \(branchSizes.count) branches of \(branchSizes[0])"
    return ClassicProblem(name, summary, task, steps: 300_000) {
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
}
