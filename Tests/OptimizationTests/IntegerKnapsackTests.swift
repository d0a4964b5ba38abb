import LinearAlgebra
import Optimization
import Testing

@Suite struct IntegerKnapsackTests {
  /// 2,000 random knapsacks against all combinations.
  @Test func findsWhatBruteForceFinds() {
    var stream = RandomStream(seed: 5, purpose: .test)
    let sizes = [4, 3, 1, 5, 2]
    let knapsack = IntegerKnapsack(branchSizes: sizes, maximumBudget: 20)
    var impossible = 0
    for _ in 0..<2000 {
      var problem = RandomKnapsack(.unrelated, sizes: sizes, stream: &stream)
      problem.costs = problem.costs.map { ($0 * 1.5).rounded() }
      problem.budget = Float(stream.integer(below: 21))
      var choices = [Int32](repeating: -1, count: sizes.count)
      let value = knapsack.solve(
        values: problem.values, costs: problem.costs.map { Int32($0) }, mask: problem.mask,
        budget: Int(problem.budget), into: &choices)
      let best = problem.bruteForce().value
      #expect((value == nil) == (best == nil))
      guard let value, let best else {
        impossible += 1
        continue
      }
      let places = problem.places(choices.map { Int($0) })
      #expect(places.allSatisfy { problem.mask[$0] > 0 })
      #expect(problem.sum(problem.costs, places) <= Double(problem.budget))
      #expect(abs(value - best) < 1e-9 && abs(problem.sum(problem.values, places) - best) < 1e-9)
    }
    #expect(impossible > 50 && impossible < 1000)
  }
}
