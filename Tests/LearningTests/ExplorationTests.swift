import Learning
import LinearAlgebra
import NeuralNetworks
import Testing

@Suite struct ExplorationTests {
  private let lanes = 40_000

  /// Actions within the budget stay within it, disturbed or not, and every choice that the budget allows is met.
  @Test func disturbancesStayWithinTheBudget() {
    let sizes = [3, 4, 2]
    let lanes = 5000
    let limits = Matrix(rows: lanes, columns: 10)
    var actions: [Int32] = []
    for lane in 0..<lanes {
      for (place, cost) in [0, 1, 2, 0, 1, 2, 3, 0.5, 0].enumerated() { limits[lane, place] = Float(cost) }
      limits[lane, 9] = Float(lane % 5)
      actions += [0, 0, 1]
    }
    let columns = SpendColumns(costs: 0..<9, budget: 9)
    var stream = RandomStream(seed: 3, purpose: .exploration)
    Exploration(branchSizes: sizes).disturb(
      &actions, lanes: lanes, epsilon: 0.8, limits: columns.limits(limits.view), stream: &stream)
    var met = [Int](repeating: 0, count: 9)
    for lane in 0..<lanes {
      let places = zip([0, 3, 7], actions[3 * lane..<3 * lane + 3]).map { $0 + Int($1) }
      #expect(places.reduce(0) { $0 + limits[lane, $1] } <= limits[lane, 9])
      for place in places { met[place] += 1 }
    }
    #expect(met.allSatisfy { $0 > 100 })
  }

  @Test func epsilonZeroKeepsThePolicy() {
    #expect(counts(epsilon: 0, width: nil, greedy: 2, size: 5) == [0, 0, lanes, 0, 0])
  }

  /// False alarm: once in a million seeds, each.
  @Test(
    "Choices have the probabilities of the rule",
    arguments: [(nil, 2), (1, 2), (1, 0), (2, 4), (9, 1)] as [(Int?, Int)])
  func choicesHaveTheProbabilitiesOfTheRule(width: Int?, greedy: Int) {
    let size = 5
    let epsilon = 0.4
    let lowest = width.map { max(0, greedy - $0) } ?? 0
    let highest = width.map { min(size - 1, greedy + $0) } ?? size - 1
    var expected = [Double](repeating: 0, count: size)
    for choice in lowest...highest { expected[choice] = epsilon / Double(highest - lowest + 1) }
    expected[greedy] += 1 - epsilon
    var chiSquare = 0.0
    for (count, share) in zip(counts(epsilon: 0.4, width: width, greedy: Int32(greedy), size: size), expected)
    {
      guard share > 0 else {
        #expect(count == 0)
        continue
      }
      let mean = share * Double(lanes)
      chiSquare += (Double(count) - mean) * (Double(count) - mean) / mean
    }
    #expect(chiSquare < chiSquareLimit(degrees: highest - lowest))
  }

  /// Two branches are disturbed together with probability ε². False alarm: below once in a million seeds.
  @Test func branchesAreDisturbedIndependently() {
    var actions = [Int32](repeating: 0, count: 2 * lanes)
    var stream = RandomStream(seed: 8, purpose: .exploration)
    Exploration(branchSizes: [1000, 1000]).disturb(&actions, lanes: lanes, epsilon: 0.3, stream: &stream)
    let both = (0..<lanes).count { actions[2 * $0] != 0 && actions[2 * $0 + 1] != 0 }
    let share = 0.3 * 0.3 * 0.999 * 0.999
    let deviation = (Double(lanes) * share * (1 - share)).squareRoot()
    #expect(abs(Double(both) - Double(lanes) * share) < 5 * deviation)
  }

  private func counts(epsilon: Float, width: Int?, greedy: Int32, size: Int) -> [Int] {
    var actions = [Int32](repeating: greedy, count: lanes)
    var stream = RandomStream(seed: 7, purpose: .exploration)
    Exploration(branchSizes: [size], width: width)
      .disturb(&actions, lanes: lanes, epsilon: epsilon, stream: &stream)
    return (0..<size).map { choice in actions.count { $0 == Int32(choice) } }
  }
}
