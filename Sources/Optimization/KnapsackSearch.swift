import LinearAlgebra

/// Depth-first search for the choices of least regret, which closes the gap of a multiple-choice knapsack.
///
/// At the dual's price λ, choices within the budget are worth the bound less their regret: Σ_k (what the choice of branch
/// k loses against the branch's best priced one) + λ · (budget left over). Both parts are never negative, so a choice
/// whose loss alone exceeds the best regret known is in no better solution: few remain.
final class KnapsackSearch {
  private let branches: Int
  private let limit: Int
  /// The first remaining choice of each branch, and the end of the last's.
  private let starts: Buffer<Int>
  /// Remaining choices: their numbers, losses (ascending within a branch) and costs.
  private let numbers: Buffer<Int32>
  private let losses: Buffer<Double>
  private let costs: Buffer<Double>
  /// What the branches from each one on cost at least and at most.
  private let leastAfter: Buffer<Double>
  private let mostAfter: Buffer<Double>
  private let path: Buffer<Int32>
  private var price = 0.0
  private var bestRegret = 0.0
  private var steps = 0

  init(branches: Int, choices: Int, limit: Int) {
    self.branches = branches
    self.limit = limit
    starts = Buffer(unfilled: branches + 1)
    numbers = Buffer(unfilled: choices)
    losses = Buffer(unfilled: choices)
    costs = Buffer(unfilled: choices)
    leastAfter = Buffer(unfilled: branches + 1)
    mostAfter = Buffer(unfilled: branches + 1)
    path = Buffer(unfilled: branches)
  }

  /// Replaces choices by better ones where there are any; false where the limit cut the search.
  ///
  /// - Parameters:
  ///   - dual: the bound and its price.
  ///   - choices: feasible ones to begin from.
  func run(
    _ problem: MultipleChoiceKnapsack.Problem, _ knapsack: MultipleChoiceKnapsack,
    dual: MultipleChoiceKnapsack.Dual, left: Double, _ choices: UnsafeMutablePointer<Int32>
  ) -> Bool {
    price = dual.price
    steps = 0
    bestRegret = .infinity
    bestRegret = regret(problem, knapsack, choices, left: left)
    collect(problem, knapsack)
    leastAfter.pointer[branches] = 0
    mostAfter.pointer[branches] = 0
    for branch in (0..<branches).reversed() {
      var (least, most) = (Double.infinity, -Double.infinity)
      for place in starts.pointer[branch]..<starts.pointer[branch + 1] {
        least = min(least, costs.pointer[place])
        most = max(most, costs.pointer[place])
      }
      leastAfter.pointer[branch] = leastAfter.pointer[branch + 1] + least
      mostAfter.pointer[branch] = mostAfter.pointer[branch + 1] + most
    }
    return visit(0, left: problem.budget, loss: 0, choices)
  }

  /// The regret of the choices to begin from.
  private func regret(
    _ problem: MultipleChoiceKnapsack.Problem, _ knapsack: MultipleChoiceKnapsack,
    _ choices: UnsafeMutablePointer<Int32>, left: Double
  ) -> Double {
    var (regret, start) = (price * left, 0)
    for branch in 0..<branches {
      let size = knapsack.sizes.pointer[branch]
      regret += best(problem, start, size) - problem.priced(start + Int(choices[branch]), price)
      start += size
    }
    return regret
  }

  /// Gathers the choices that can be in a better solution.
  private func collect(_ problem: MultipleChoiceKnapsack.Problem, _ knapsack: MultipleChoiceKnapsack) {
    var (start, count) = (0, 0)
    for branch in 0..<branches {
      let size = knapsack.sizes.pointer[branch]
      let best = best(problem, start, size)
      starts.pointer[branch] = count
      for choice in 0..<size where problem.allows(start + choice) {
        let loss = best - problem.priced(start + choice, price)
        guard loss < bestRegret else { continue }
        var place = count
        while place > starts.pointer[branch], losses.pointer[place - 1] > loss {
          (numbers.pointer[place], losses.pointer[place], costs.pointer[place]) = (
            numbers.pointer[place - 1], losses.pointer[place - 1], costs.pointer[place - 1]
          )
          place -= 1
        }
        numbers.pointer[place] = Int32(truncatingIfNeeded: choice)
        losses.pointer[place] = loss
        costs.pointer[place] = Double(problem.costs[start + choice])
        count += 1
      }
      start += size
    }
    starts.pointer[branches] = count
  }

  /// A branch's best priced value.
  private func best(_ problem: MultipleChoiceKnapsack.Problem, _ start: Int, _ size: Int) -> Double {
    var best = -Double.infinity
    for place in start..<start + size where problem.allows(place) {
      best = max(best, problem.priced(place, price))
    }
    return best
  }

  /// Tries every choice of a branch and of those behind it; false where the limit was reached.
  private func visit(
    _ branch: Int, left: Double, loss: Double, _ choices: UnsafeMutablePointer<Int32>
  ) -> Bool {
    guard branch < branches else {
      let regret = loss + price * left
      // Equal solutions stay as they are, rounding allowed for.
      if regret < bestRegret - MultipleChoiceKnapsack.rounding * (abs(bestRegret) + price * abs(left)) {
        bestRegret = regret
        choices.update(from: path.pointer, count: branches)
      }
      return true
    }
    for place in starts.pointer[branch]..<starts.pointer[branch + 1] {
      let total = loss + losses.pointer[place]
      // Later choices lose more still.
      if total >= bestRegret { return true }
      steps += 1
      if steps > limit { return false }
      let rest = left - costs.pointer[place]
      if rest < leastAfter.pointer[branch + 1] { continue }
      if total + price * max(0, rest - mostAfter.pointer[branch + 1]) >= bestRegret { continue }
      path.pointer[branch] = numbers.pointer[place]
      if !visit(branch + 1, left: rest, loss: total, choices) { return false }
    }
    return true
  }
}
