import LinearAlgebra

/// The choices of the largest sum of values, one of every branch, whose costs together stay within a budget: the
/// multiple-choice knapsack (Kellerer, Pferschy and Pisinger, 2004, chapter 11).
///
///     let knapsack = MultipleChoiceKnapsack(branchSizes: [4, 3, 5])
///     let solution = knapsack.solve(values: values, costs: costs, budget: 10, into: choices)
///     solution.gap    // 0 where the choices are proven to be the best
///
/// With a price λ ≥ 0 of a unit of cost, no choices within the budget are worth more than
/// D(λ) = λ · budget + Σ_k max_a (v_k(a) − λ c_k(a)), the Lagrangian bound (Fisher, 1981). D is convex and piecewise
/// linear; its smallest value is found exactly by secants, each of which costs one pass over all choices (for nine
/// branches of sixteen, five to nine). The priced choices just within the budget, bettered by single exchanges, are
/// feasible; what they lack to the bound is the gap. A depth-first search among the choices whose own loss at the
/// price does not exceed the gap closes it.
///
/// A budget that does not bind costs O(choices), one that does O(choices · passes) and the search, which takes
/// exponential time at worst and is cut after `searchLimit` choices tried: then `solution.bound` stays the Lagrangian's.
/// Room is made at creation and nothing is allocated later. One thread at a time may use a knapsack.
public final class MultipleChoiceKnapsack: @unchecked Sendable {
  /// What was found.
  public struct Solution: Sendable, Equatable {
    /// The sum of the chosen values.
    public let value: Double
    /// The sum of the chosen costs.
    public let cost: Double
    /// What no choices within the budget exceed in value, up to rounding; -infinity where none are within it.
    public let bound: Double
    /// What one more unit of budget is worth at the bound: λ; infinity where no choices are within the budget.
    public let price: Double
    /// Whether the choices are within the budget: they are wherever any are, and the cheapest elsewhere.
    package let isWithinBudget: Bool
    /// What the choices lack to the bound at most; 0 where they are proven to be the best.
    package var gap: Double { isWithinBudget ? bound - value : .infinity }
  }

  /// One row to solve: windows on numbers that somebody else owns.
  struct Problem {
    let values: UnsafePointer<Float>
    let costs: UnsafePointer<Float>
    let mask: UnsafePointer<Float>?
    let budget: Double

    @inline(__always) func allows(_ place: Int) -> Bool { mask.map { $0[place] > 0 } ?? true }
    @inline(__always) func priced(_ place: Int, _ price: Double) -> Double {
      Double(values[place]) - price * Double(costs[place])
    }
  }

  /// The sums of some choices.
  struct Sums {
    var value = 0.0
    var cost = 0.0
    func priced(_ price: Double) -> Double { value - price * cost }
  }

  /// The number of choices of each branch.
  public let branchSizes: [Int]
  /// After how many choices tried the search gives up proving and keeps the best it has.
  package let searchLimit: Int
  let branchCount: Int
  let sizes: Buffer<Int>
  /// Branches: room for choices that are only tried.
  let trial: Buffer<Int32>
  let search: KnapsackSearch

  /// Makes room for problems with branches of these sizes.
  public init(branchSizes: [Int], searchLimit: Int = 20_000) {
    precondition(
      !branchSizes.isEmpty && branchSizes.allSatisfy { $0 > 0 }, "Every branch needs at least one choice.")
    self.branchSizes = branchSizes
    self.searchLimit = searchLimit
    branchCount = branchSizes.count
    sizes = Buffer(branchSizes)
    trial = Buffer(repeating: 0, count: branchCount)
    search = KnapsackSearch(branches: branchCount, choices: branchSizes.reduce(0, +), limit: searchLimit)
  }

  /// Writes the best choice of every branch within a budget; of a budget that does not bind, those of `argmaxChoices`.
  ///
  /// - Parameters:
  ///   - values: what each choice is worth, branch after branch, finite.
  ///   - costs: what each choice costs, finite.
  ///   - mask: above 0 where a choice is allowed, every branch having one; nil allows all.
  ///   - budget: what the choices may cost together.
  ///   - choices: where the choice of every branch goes; the cheapest where none are within the budget.
  @discardableResult
  public func solve(
    values: UnsafePointer<Float>, costs: UnsafePointer<Float>, mask: UnsafePointer<Float>? = nil,
    budget: Float, into choices: UnsafeMutablePointer<Int32>
  ) -> Solution {
    let problem = Problem(values: values, costs: costs, mask: mask, budget: Double(budget))
    let free = takeLargest(problem, into: choices)
    if free.cost <= problem.budget {
      return Solution(
        value: free.value, cost: free.cost, bound: free.value, price: 0, isWithinBudget: true)
    }
    let cheapest = takeCheapest(problem, into: choices)
    guard cheapest.cost <= problem.budget else {
      return Solution(
        value: cheapest.value, cost: cheapest.cost, bound: -.infinity, price: .infinity, isWithinBudget: false
      )
    }
    let dual = minimizeDual(problem, over: free, within: cheapest, into: choices)
    exchange(problem, choices)
    var sums = sums(problem, choices)
    var bound = max(dual.bound, sums.value)
    if bound - sums.value > Self.rounding * (abs(bound) + abs(sums.value)) {
      let isComplete = search.run(problem, self, dual: dual, left: problem.budget - sums.cost, choices)
      sums = self.sums(problem, choices)
      bound = isComplete ? sums.value : max(bound, sums.value)
    }
    return Solution(
      value: sums.value, cost: sums.cost, bound: bound, price: dual.price, isWithinBudget: true)
  }

  /// What sums of a few numbers may differ by, as a share of them.
  static let rounding = 1e-13

  /// The smallest bound and the price that gives it.
  struct Dual {
    let price: Double
    let bound: Double
  }

  /// Minimises D: between choices above the budget and choices within it, whose lines meet at the price of the secant,
  /// until no choices are worth more there. The best choices within the budget met on the way go to `choices`.
  private func minimizeDual(
    _ problem: Problem, over: Sums, within: Sums, into choices: UnsafeMutablePointer<Int32>
  ) -> Dual {
    var (over, within) = (over, within)
    while true {
      let price = (over.value - within.value) / (over.cost - within.cost)
      let level = within.priced(price)
      let best = takePriced(problem, price: price, into: trial.pointer)
      let rise = best.priced(price) - level
      // Each pass meets new choices, or this ends; rounding alone could let two of them take turns.
      guard rise > Self.rounding * (abs(best.value) + abs(price * best.cost) + abs(level)) else {
        return Dual(price: price, bound: price * problem.budget + max(best.priced(price), level))
      }
      if best.cost <= problem.budget {
        within = best
        choices.update(from: trial.pointer, count: branchCount)
      } else {
        over = best
      }
    }
  }

  /// Takes the choice of the largest value of every branch, of equals the first.
  private func takeLargest(_ problem: Problem, into choices: UnsafeMutablePointer<Int32>) -> Sums {
    var (sums, start) = (Sums(), 0)
    for branch in 0..<branchCount {
      let choice = argmax(
        problem.values + start, count: sizes.pointer[branch], mask: problem.mask.map { $0 + start })
      add(choice, of: branch, at: start, problem, &sums, choices)
      start += sizes.pointer[branch]
    }
    return sums
  }

  /// Takes the choice of the smallest cost of every branch, of equals the most valuable.
  private func takeCheapest(_ problem: Problem, into choices: UnsafeMutablePointer<Int32>) -> Sums {
    var (sums, start) = (Sums(), 0)
    for branch in 0..<branchCount {
      var best = -1
      for choice in 0..<sizes.pointer[branch] where problem.allows(start + choice) {
        let (place, other) = (start + choice, start + max(best, 0))
        if best < 0 || problem.costs[place] < problem.costs[other]
          || problem.costs[place] == problem.costs[other] && problem.values[place] > problem.values[other]
        {
          best = choice
        }
      }
      add(best, of: branch, at: start, problem, &sums, choices)
      start += sizes.pointer[branch]
    }
    return sums
  }

  /// Takes the choice of the largest value less priced cost of every branch, of equals the cheapest.
  private func takePriced(
    _ problem: Problem, price: Double, into choices: UnsafeMutablePointer<Int32>
  ) -> Sums {
    var (sums, start) = (Sums(), 0)
    for branch in 0..<branchCount {
      var (best, bestScore, bestCost) = (0, -Double.infinity, Float.infinity)
      for choice in 0..<sizes.pointer[branch] where problem.allows(start + choice) {
        let score = problem.priced(start + choice, price)
        let cost = problem.costs[start + choice]
        if score > bestScore || score == bestScore && cost < bestCost {
          (best, bestScore, bestCost) = (choice, score, cost)
        }
      }
      add(best, of: branch, at: start, problem, &sums, choices)
      start += sizes.pointer[branch]
    }
    return sums
  }

  /// Exchanges one choice at a time for the one that gains most within the budget, until none gains.
  private func exchange(_ problem: Problem, _ choices: UnsafeMutablePointer<Int32>) {
    while true {
      let left = problem.budget - sums(problem, choices).cost
      var (bestGain, bestBranch, bestChoice) = (Float(0), -1, 0)
      var start = 0
      for branch in 0..<branchCount {
        let held = start + Int(choices[branch])
        for choice in 0..<sizes.pointer[branch] where problem.allows(start + choice) {
          let gain = problem.values[start + choice] - problem.values[held]
          if gain > bestGain, Double(problem.costs[start + choice]) - Double(problem.costs[held]) <= left {
            (bestGain, bestBranch, bestChoice) = (gain, branch, choice)
          }
        }
        start += sizes.pointer[branch]
      }
      if bestBranch < 0 { return }
      choices[bestBranch] = Int32(truncatingIfNeeded: bestChoice)
    }
  }

  private func sums(_ problem: Problem, _ choices: UnsafeMutablePointer<Int32>) -> Sums {
    var (sums, start) = (Sums(), 0)
    for branch in 0..<branchCount {
      add(Int(choices[branch]), of: branch, at: start, problem, &sums, choices)
      start += sizes.pointer[branch]
    }
    return sums
  }

  @inline(__always) private func add(
    _ choice: Int, of branch: Int, at start: Int, _ problem: Problem, _ sums: inout Sums,
    _ choices: UnsafeMutablePointer<Int32>
  ) {
    precondition(choice >= 0, "A mask must allow at least one choice of every branch.")
    choices[branch] = Int32(truncatingIfNeeded: choice)
    sums.value += Double(problem.values[start + choice])
    sums.cost += Double(problem.costs[start + choice])
  }
}
