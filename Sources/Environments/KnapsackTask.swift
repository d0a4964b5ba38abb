import LinearAlgebra

/// Buy the best choice of every branch within a budget: the simplest task in which branches must be weighed against each
/// other.
///
/// Each choice has a worth that never changes and is not shown, rising with its number but ever more slowly. Every step
/// draws new costs, which rise with the number too, and a budget; both are shown. A step pays the sum of the worths of the
/// choices taken, or nothing where they cost more than the budget. Choice 0 costs nothing. Episodes last 20 steps.
///
/// Knowing the worths, the best action is a multiple-choice knapsack: they can be learned by a head whose values add up
/// and that acts under a spend cap.
package struct KnapsackTask: ScalarEnvironment {
  /// The number of choices of each branch.
  package let branchSizes: [Int]
  /// What each choice is worth, branch after branch: w_k · √m for choice m, with Σ_k w_k √(n_k − 1) = 1.
  package let worths: [Float]
  private let starts: [Int]

  /// Creates the task.
  package init(branchSizes: [Int]) {
    self.branchSizes = branchSizes
    let weights = branchSizes.indices.map { 1 + 2 * Float($0) / Float(branchSizes.count) }
    let most = zip(weights, branchSizes).reduce(Float(0)) { $0 + $1.0 * Float($1.1 - 1).squareRoot() }
    worths = zip(weights, branchSizes).flatMap { weight, size in
      (0..<size).map { weight / most * Float($0).squareRoot() }
    }
    starts = branchSizes.indices.map { branchSizes[..<$0].reduce(0, +) }
  }

  /// Costs and budget of a step; a state to act in.
  package struct Offer: Sendable {
    var costs: [Float]
    var budget: Float
  }

  /// A column per cost, what each choice costs, and one for the budget, what they may cost together.
  package var observationLayout: ObservationLayout {
    ObservationLayout(
      size: worths.count + 1, spend: SpendColumns(costs: 0..<worths.count, budget: worths.count))
  }
  /// As many branches as there are ladders.
  package var actionSpace: ActionSpace { ActionSpace(branchSizes: branchSizes) }
  /// The task's name.
  package var metadata: [String: String] { ["environment": "knapsack \(branchSizes)"] }
  /// Twenty steps.
  package var timeLimit: Int? { 20 }

  /// The first offer.
  package func makeState(stream: inout RandomStream) -> Offer {
    var offer = Offer(costs: Array(repeating: 0, count: worths.count), budget: 0)
    draw(&offer, &stream)
    return offer
  }

  /// Costs, then the budget.
  package func observe(_ state: Offer, into row: inout MutableSpan<Float>) {
    for (column, cost) in state.costs.enumerated() { row[column] = cost }
    row[worths.count] = state.budget
  }

  /// Pays the worth of what was bought, and draws the next offer.
  package func step(_ state: inout Offer, action: Span<Int32>, stream: inout RandomStream)
    -> ScalarStep
  {
    var (worth, cost) = (Float(0), 0.0)
    for (branch, start) in starts.enumerated() {
      worth += worths[start + Int(action[branch])]
      cost += Double(state.costs[start + Int(action[branch])])
    }
    let reward = cost <= Double(state.budget) ? worth : 0
    draw(&state, &stream)
    return ScalarStep(reward: reward)
  }

  /// Ladders whose rungs cost about 1 / (number of choices) on the average, and a budget of a tenth to a half of all.
  private func draw(_ offer: inout Offer, _ stream: inout RandomStream) {
    for (branch, start) in starts.enumerated() {
      offer.costs[start] = 0
      let price = (0.5 + stream.uniform()) / Float(max(branchSizes[branch] - 1, 1))
      for choice in 1..<max(branchSizes[branch], 1) {
        offer.costs[start + choice] = offer.costs[start + choice - 1] + price * 2 * stream.uniform()
      }
    }
    offer.budget = Float(branchSizes.count) * (0.1 + 0.4 * stream.uniform())
  }
}
