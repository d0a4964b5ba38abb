import Environments
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

  /// Each branch holds what it was disturbed to for n steps, n from the zeta law, and is its policy's in between.
  /// False alarm: below once in a million seeds.
  @Test func disturbancesLastByTheZetaLaw() {
    let steps = 60_000
    let exploration = Exploration(branchSizes: [1 << 20, 1 << 20], persistence: 3)
    let held = HeldChoices(lanes: 1, branches: 2)
    var stream = RandomStream(seed: 9, purpose: .exploration)
    var runs = [Int](repeating: 0, count: 4)
    var (last, length) = (Int32(0), 0)
    for _ in 0..<steps {
      var actions: [Int32] = [0, 0]
      exploration.disturb(&actions, lanes: 1, epsilon: 0.2, held: held, stream: &stream)
      if actions[0] != last {
        if last != 0 { runs[min(length, 4) - 1] += 1 }
        (last, length) = (actions[0], 0)
      }
      length += 1
    }
    // ζ(3) = 1.2020569.
    let shares = [1, 1 / 8.0, 1 / 27.0].map { $0 / 1.202_056_9 }
    let total = Double(runs.reduce(0, +))
    #expect(total > 8000)
    let chiSquare = zip(runs, shares + [1 - shares.reduce(0, +)]).reduce(0.0) { sum, cell in
      let mean = total * cell.1
      return sum + (Double(cell.0) - mean) * (Double(cell.0) - mean) / mean
    }
    #expect(chiSquare < chiSquareLimit(degrees: 3))
  }

  /// A choice that lasts ends with the episode, and where the state forbids it.
  @Test func whatIsHeldIsLetGo() {
    let exploration = Exploration(branchSizes: [3], persistence: 1.001)
    let held = HeldChoices(lanes: 2, branches: 1)
    let middle = Matrix(rows: 2, columns: 3, [0, 1, 0, 0, 1, 0])
    let others = Matrix(rows: 2, columns: 3, [1, 0, 1, 1, 1, 1])
    var stream = RandomStream(seed: 10, purpose: .exploration)
    var actions: [Int32] = [0, 0]
    exploration.disturb(&actions, lanes: 2, epsilon: 1, mask: middle.view, held: held, stream: &stream)
    #expect(actions == [1, 1])
    // Almost never disturbed anew: what differs from the policy is held.
    actions = [0, 0]
    exploration.disturb(&actions, lanes: 2, epsilon: 1e-9, held: held, stream: &stream)
    #expect(actions == [1, 1])
    actions = [0, 0]
    exploration.disturb(
      &actions, lanes: 2, epsilon: 1e-9, mask: others.view, held: held, stream: &stream)
    #expect(actions == [0, 1])
    let step = StepStorage(lanes: 2, observationSize: 1)
    step.truncated[1] = true
    held.release(step)
    actions = [0, 0]
    exploration.disturb(&actions, lanes: 2, epsilon: 1e-9, held: held, stream: &stream)
    #expect(actions == [1, 0])
  }

  private func counts(epsilon: Float, width: Int?, greedy: Int32, size: Int) -> [Int] {
    var actions = [Int32](repeating: greedy, count: lanes)
    var stream = RandomStream(seed: 7, purpose: .exploration)
    Exploration(branchSizes: [size], width: width)
      .disturb(&actions, lanes: lanes, epsilon: epsilon, stream: &stream)
    return (0..<size).map { choice in actions.count { $0 == Int32(choice) } }
  }
}
