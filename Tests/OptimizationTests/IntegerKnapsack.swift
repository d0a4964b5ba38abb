import LinearAlgebra

/// The multiple-choice knapsack with whole costs, solved exactly by dynamic programming (Dudzinski and Walukiewicz, 1987;
/// Kellerer, Pferschy and Pisinger, 2004, section 11.5).
///
///     let knapsack = IntegerKnapsack(branchSizes: [4, 3, 5], maximumBudget: 100)
///     let value = knapsack.solve(values: values, costs: costs, budget: 40, into: choices)
///
/// worth_k(b), what the first k branches are worth at most for a cost of at most b, is
/// max over a of worth_{k−1}(b − c_k(a)) + v_k(a). Time O(choices · budget), room O(branches · maximum budget), made at
/// creation: solving allocates nothing. One thread at a time may use a knapsack.
final class IntegerKnapsack: @unchecked Sendable {
  /// The number of choices of each branch.
  let branchSizes: [Int]
  /// The largest budget of a problem.
  let maximumBudget: Int
  private let branchCount: Int
  private let sizes: Buffer<Int>
  /// Two rows of maximum budget + 1 numbers: worth of the branches so far, with and without the last.
  private let worth: Buffer<Double>
  /// Branches × (maximum budget + 1): the choice that is worth most within each budget.
  private let taken: Buffer<Int32>
  private var columns: Int { maximumBudget + 1 }

  /// Makes room for problems with branches of these sizes and budgets up to `maximumBudget`.
  init(branchSizes: [Int], maximumBudget: Int) {
    precondition(
      !branchSizes.isEmpty && branchSizes.allSatisfy { $0 > 0 }, "Every branch needs at least one choice.")
    precondition(maximumBudget >= 0, "A budget cannot be \(maximumBudget).")
    self.branchSizes = branchSizes
    self.maximumBudget = maximumBudget
    branchCount = branchSizes.count
    sizes = Buffer(branchSizes)
    worth = Buffer(unfilled: 2 * (maximumBudget + 1))
    taken = Buffer(unfilled: branchCount * (maximumBudget + 1))
  }

  /// Writes the best choice of every branch within a budget.
  ///
  /// - Parameters:
  ///   - values: what each choice is worth, branch after branch.
  ///   - costs: what each choice costs, not negative.
  ///   - mask: above 0 where a choice is allowed; nil allows all.
  ///   - budget: what the choices may cost together, from 0 to the maximum budget.
  ///   - choices: where the choice of every branch goes; left as they are where none are within the budget.
  /// - Returns: the sum of the chosen values; nil where no choices are within the budget.
  func solve(
    values: UnsafePointer<Float>, costs: UnsafePointer<Int32>, mask: UnsafePointer<Float>? = nil,
    budget: Int, into choices: UnsafeMutablePointer<Int32>
  ) -> Double? {
    precondition(
      budget >= 0 && budget <= maximumBudget, "A budget lies in 0...\(maximumBudget), not at \(budget).")
    var (former, next) = (worth.pointer, worth.pointer + columns)
    former.update(repeating: 0, count: budget + 1)
    var start = 0
    for branch in 0..<branchCount {
      let taken = taken.pointer + branch * columns
      next.update(repeating: -.infinity, count: budget + 1)
      for choice in 0..<sizes.pointer[branch] where mask.map({ $0[start + choice] > 0 }) ?? true {
        let (cost, value) = (Int(costs[start + choice]), Double(values[start + choice]))
        precondition(cost >= 0, "The costs of a knapsack must not be negative.")
        guard cost <= budget else { continue }
        for money in cost...budget where former[money - cost] + value > next[money] {
          next[money] = former[money - cost] + value
          taken[money] = Int32(truncatingIfNeeded: choice)
        }
      }
      swap(&former, &next)
      start += sizes.pointer[branch]
    }
    guard former[budget] > -.infinity else { return nil }
    var money = budget
    for branch in (0..<branchCount).reversed() {
      start -= sizes.pointer[branch]
      choices[branch] = taken.pointer[branch * columns + money]
      money -= Int(costs[start + Int(choices[branch])])
    }
    return former[budget]
  }
}
