import Environments
import AllocationCounting
import LinearAlgebra
import NeuralNetworks
import Testing

/// Greedy actions of every head against the best of all combinations.
@Suite struct GreedyChoiceTests {
  private let sizes = [3, 4, 2]

  private func shape(_ aggregation: Aggregation, capped: Bool = false) -> NetworkShape {
    NetworkShape(
      layout: ObservationLayout(
        size: 20, mask: 0..<9, spend: capped ? SpendColumns(costs: 9..<18, budget: 18) : nil), hidden: [],
      branchSizes: sizes, aggregation: aggregation)
  }

  @Test(arguments: [(Aggregation.branching, false), (.additive, false), (.additive, true), (.joint, false)])
  func findsTheBestOfAllActions(aggregation: Aggregation, capped: Bool) {
    let shape = shape(aggregation, capped: capped)
    let greedy = GreedyChoice(shape: shape)
    var stream = RandomStream(seed: 1, purpose: .test)
    let rows = 200
    let observations = Matrix(rows: rows, columns: 20)
    let values = Matrix(rows: rows, columns: shape.valueCount)
    for index in 0..<observations.count { observations.pointer[index] = stream.uniform() }
    for index in 0..<values.count { values.pointer[index] = stream.uniform() }
    for row in 0..<rows {
      for place in 0..<9 {
        observations[row, place] = [0, 3, 7].contains(place) || stream.uniform() < 0.6 ? 1 : 0
      }
      // What costs nothing is always within the budget.
      for place in [0, 3, 7] { observations[row, 9 + place] = 0 }
    }
    var actions = [Int32](repeating: -1, count: rows * 3)
    greedy.act(
      values.view, mask: shape.layout.mask(in: observations.view),
      limits: shape.layout.spend?.limits(observations.view),
      into: &actions)
    for row in 0..<rows {
      var best = -Float.infinity
      var bestAction: [Int32] = []
      for first in 0..<3 {
        for second in 0..<4 {
          for third in 0..<2 {
            let places = [first, 3 + second, 7 + third]
            guard places.allSatisfy({ observations[row, $0] > 0 }) else { continue }
            let cost = places.reduce(0.0) { $0 + Double(observations[row, 9 + $1]) }
            if capped && cost > Double(observations[row, 18]) { continue }
            let value =
              aggregation == .joint
              ? values[row, first * 8 + second * 2 + third] : places.reduce(0) { $0 + values[row, $1] }
            if value > best { (best, bestAction) = (value, [Int32(first), Int32(second), Int32(third)]) }
          }
        }
      }
      #expect(Array(actions[row * 3..<row * 3 + 3]) == bestAction, "row \(row)")
    }
  }

  @Test func actingAllocatesNothing() {
    for (aggregation, capped) in [(Aggregation.additive, true), (.joint, false)] {
      let shape = shape(aggregation, capped: capped)
      let greedy = GreedyChoice(shape: shape)
      let observations = Matrix(rows: 50, columns: 20)
      for index in 0..<observations.count { observations.pointer[index] = 1 + Float(index % 7) }
      let values = Matrix(rows: 50, columns: shape.valueCount)
      for index in 0..<values.count { values.pointer[index] = Float(index % 11) }
      var actions = [Int32](repeating: -1, count: 150)
      let (mask, limits) = (
        shape.layout.mask(in: observations.view), shape.layout.spend?.limits(observations.view)
      )
      greedy.act(values.view, mask: mask, limits: limits, into: &actions)
      let before = allocations_of_this_thread()
      for _ in 0..<20 { greedy.act(values.view, mask: mask, limits: limits, into: &actions) }
      #expect(allocations_of_this_thread() == before)
    }
  }
}
