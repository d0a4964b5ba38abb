import AllocationCounting
import LinearAlgebra
import Optimization
import Testing

@Suite struct MultipleChoiceKnapsackTests {
  /// How values and costs hang together decides how hard a knapsack is (Pisinger, 1995).
  enum Kind: CaseIterable {
    case unrelated, related, equal, whole, negative
  }

  /// 1,200 random knapsacks of every kind against all combinations.
  @Test(arguments: Kind.allCases) func findsWhatBruteForceFinds(_ kind: Kind) {
    var stream = RandomStream(seed: 1, purpose: .test)
    var bound = 0
    for _ in 0..<1200 {
      let problem = RandomKnapsack(kind, sizes: [4, 3, 1, 5, 2], stream: &stream)
      let knapsack = MultipleChoiceKnapsack(branchSizes: problem.sizes)
      var choices = [Int32](repeating: -1, count: problem.sizes.count)
      let solution = problem.solve(knapsack, &choices)
      let places = problem.places(choices.map { Int($0) })
      #expect(places.allSatisfy { problem.mask[$0] > 0 })
      #expect(abs(solution.value - problem.sum(problem.values, places)) < 1e-9)
      #expect(abs(solution.cost - problem.sum(problem.costs, places)) < 1e-9)
      let best = problem.bruteForce()
      #expect(solution.isWithinBudget == (best.value != nil))
      guard let value = best.value else {
        #expect(abs(solution.cost - best.cheapest) < 1e-9 && solution.gap == .infinity)
        continue
      }
      #expect(solution.cost <= Double(problem.budget))
      #expect(abs(solution.value - value) < 1e-9)
      #expect(solution.gap < 1e-9 && solution.price >= 0)
      if solution.price > 0 { bound += 1 }
    }
    #expect(bound > 200, "Budgets must bind for the test to say anything.")
  }

  /// Without the search, what is found is feasible and the bound is above the best there is, and not far.
  @Test func theBoundCertifiesWhatASearchLeftUnproven() {
    var stream = RandomStream(seed: 2, purpose: .test)
    var (gaps, misses) = (0, 0)
    for _ in 0..<1000 {
      let problem = RandomKnapsack(.related, sizes: [4, 3, 5, 4], stream: &stream)
      guard let best = problem.bruteForce().value else { continue }
      var choices = [Int32](repeating: -1, count: problem.sizes.count)
      let solution = problem.solve(
        MultipleChoiceKnapsack(branchSizes: problem.sizes, searchLimit: 0), &choices)
      #expect(solution.cost <= Double(problem.budget))
      #expect(solution.value <= best + 1e-9 && solution.bound >= best - 1e-9)
      if solution.gap > 1e-9 { gaps += 1 }
      if solution.value < best - 1e-9 { misses += 1 }
    }
    #expect(gaps > 100 && misses > 10 && misses < gaps)
  }

  /// Nine branches of sixteen choices against dynamic programming over whole costs.
  @Test(arguments: [Kind.unrelated, .related, .whole]) func findsWhatDynamicProgrammingFinds(_ kind: Kind) {
    var stream = RandomStream(seed: 3, purpose: .test)
    let sizes = Array(repeating: 16, count: 9)
    let integers = IntegerKnapsack(branchSizes: sizes, maximumBudget: 600)
    let knapsack = MultipleChoiceKnapsack(branchSizes: sizes)
    var choices = [Int32](repeating: -1, count: 9)
    for _ in 0..<150 {
      var problem = RandomKnapsack(kind, sizes: sizes, stream: &stream)
      problem.costs = problem.costs.map { ($0 * 20).rounded() }
      problem.budget = Float(stream.integer(below: 600))
      let expected = integers.solve(
        values: problem.values, costs: problem.costs.map { Int32($0) }, mask: problem.mask,
        budget: Int(problem.budget), into: &choices)
      let solution = problem.solve(knapsack, &choices)
      #expect(solution.isWithinBudget == (expected != nil))
      guard let expected else { continue }
      #expect(solution.bound >= expected - 1e-9 && solution.value <= expected + 1e-9)
      #expect(abs(solution.value - expected) < 1e-9 || solution.gap > 0)
      #expect(solution.value > expected - 0.005 * abs(expected))
    }
  }

  @Test func aBudgetThatDoesNotBindLeavesTheArgmax() {
    let values: [Float] = [1, 3, 3, 0, 0]
    var choices: [Int32] = [-1, -1]
    let solution = MultipleChoiceKnapsack(branchSizes: [3, 2]).solve(
      values: values, costs: [0, 2, 1, 1, 1], budget: 3, into: &choices)
    #expect(choices == [1, 0])
    #expect(solution.price == 0 && solution.gap == 0 && solution.value == 3 && solution.cost == 3)
  }

  /// By hand: the second unit of either branch is worth 2 or 3, so with 3 units the second branch gets two.
  @Test func thePriceIsWhatAnotherUnitIsWorth() {
    var choices: [Int32] = [-1, -1]
    let solution = MultipleChoiceKnapsack(branchSizes: [3, 3]).solve(
      values: [0, 5, 7, 0, 6, 9], costs: [0, 1, 2, 0, 1, 2], budget: 3, into: &choices)
    #expect(choices == [1, 2])
    #expect(solution.value == 14 && solution.bound == 14 && solution.price >= 2 && solution.price <= 3)
  }

  @Test func valuesThatAreNoNumbersNeitherStopNorSpendTooMuch() {
    var choices: [Int32] = [-1, -1]
    let solution = MultipleChoiceKnapsack(branchSizes: [2, 2]).solve(
      values: [.nan, .nan, .nan, 1], costs: [0, 5, 1, 5], budget: 4, into: &choices)
    #expect(choices == [0, 0] && solution.cost == 1)
  }

  @Test func solvingAllocatesNothing() {
    var stream = RandomStream(seed: 4, purpose: .test)
    let sizes = Array(repeating: 16, count: 9)
    let knapsack = MultipleChoiceKnapsack(branchSizes: sizes)
    let problem = RandomKnapsack(.related, sizes: sizes, stream: &stream)
    let integers = IntegerKnapsack(branchSizes: sizes, maximumBudget: 50)
    let whole = problem.costs.map { Int32($0) }
    var choices = [Int32](repeating: -1, count: 9)
    func work() {
      _ = problem.solve(knapsack, &choices)
      _ = integers.solve(values: problem.values, costs: whole, budget: 50, into: &choices)
    }
    work()
    let before = allocations_of_this_thread()
    for _ in 0..<20 { work() }
    #expect(allocations_of_this_thread() == before)
  }
}

/// A knapsack of random numbers, with all its combinations.
struct RandomKnapsack {
  let sizes: [Int]
  var values: [Float]
  var costs: [Float]
  let mask: [Float]
  var budget: Float

  init(_ kind: MultipleChoiceKnapsackTests.Kind, sizes: [Int], stream: inout RandomStream) {
    self.sizes = sizes
    let count = sizes.reduce(0, +)
    var costs = (0..<count).map { _ in stream.uniform() * 4 }
    if kind == .whole { costs = costs.map { $0.rounded() } }
    if kind == .negative { costs = costs.map { $0 - 1 } }
    values = costs.map { cost in
      switch kind {
      case .unrelated, .negative: stream.uniform() * 10 - 5
      case .related: cost + stream.uniform() * 0.5
      case .equal: cost
      case .whole: Float(stream.integer(below: 8))
      }
    }
    self.costs = costs
    var mask = (0..<count).map { _ in stream.uniform() < 0.7 ? Float(1) : 0 }
    var start = 0
    for size in sizes {
      mask[start] = 1
      start += size
    }
    self.mask = mask
    budget = stream.uniform() * 2 * Float(sizes.count)
  }

  func solve(_ knapsack: MultipleChoiceKnapsack, _ choices: inout [Int32]) -> MultipleChoiceKnapsack.Solution
  {
    knapsack.solve(values: values, costs: costs, mask: mask, budget: budget, into: &choices)
  }

  func sum(_ numbers: [Float], _ places: [Int]) -> Double { places.reduce(0) { $0 + Double(numbers[$1]) } }

  func places(_ combination: [Int]) -> [Int] {
    var start = 0
    return zip(combination, sizes).map { choice, size in
      defer { start += size }
      return start + choice
    }
  }

  /// The best value within the budget, and the least cost, over all combinations.
  func bruteForce() -> (value: Double?, cheapest: Double) {
    var (best, cheapest) = (Double?.none, Double.infinity)
    var combination = [Int](repeating: 0, count: sizes.count)
    repeat {
      let places = places(combination)
      guard places.allSatisfy({ mask[$0] > 0 }) else { continue }
      let cost = sum(costs, places)
      cheapest = min(cheapest, cost)
      if cost <= Double(budget) { best = max(best ?? -.infinity, sum(values, places)) }
    } while advance(&combination)
    return (best, cheapest)
  }

  /// The next combination, as an odometer turns; false after the last.
  private func advance(_ combination: inout [Int]) -> Bool {
    for branch in sizes.indices {
      combination[branch] += 1
      if combination[branch] < sizes[branch] { return true }
      combination[branch] = 0
    }
    return false
  }
}
