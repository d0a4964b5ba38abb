import Environments
import Learning
import LinearAlgebra
import Testing

@Suite struct FiniteMDPTests {
  /// Two states; action 0 stays and pays 1 (or 2 in state 1), action 1 changes over, pays 0, and ends the episode from
  /// state 1.
  private let small = FiniteMDP(
    stateCount: 2, actionCount: 2, rewards: [1, 0, 2, 5],
    kernel: .dense([1, 0, 0, 1, 0, 1, 0, 0]))

  @Test func valuesAreTheGeometricSeries() throws {
    // State 1: staying is worth 2 / (1 − 0.9) = 20 against 5; state 0: 0.9 · 20 = 18 against 10.
    for solution in [
      try small.valueIteration(discount: 0.9, tolerance: 1e-9), try small.policyIteration(discount: 0.9),
    ] {
      for (value, expected) in zip(solution.values, [18.0, 20]) { #expect(abs(value - expected) < 1e-8) }
      for (value, expected) in zip(solution.actionValues, [17.2, 18, 20, 5]) {
        #expect(abs(value - expected) < 1e-8)
      }
      #expect(solution.policy == [1, 0])
    }
  }

  @Test func aRandomPolicysValuesSolveBellmansEquation() throws {
    let values = try small.evaluate(probabilities: [0.5, 0.5, 0.25, 0.75], discount: 0.9)
    // v1 = 0.25 (2 + 0.9 v1) + 0.75 · 5; v0 = 0.5 (1 + 0.9 v0) + 0.5 · 0.9 v1.
    let v1 = 4.25 / (1 - 0.225)
    #expect(abs(values[1] - v1) < 1e-12)
    #expect(abs(values[0] - (0.5 + 0.45 * v1) / 0.55) < 1e-12)
  }

  @Test(arguments: [0.5, 0.9, 0.99])
  func valueAndPolicyIterationAgreeOnRandomProcesses(discount: Double) throws {
    var stream = RandomStream(seed: 7, purpose: .test)
    for _ in 0..<20 {
      let (states, actions) = (2 + stream.integer(below: 12), 1 + stream.integer(below: 4))
      var elements: [Double] = []
      for _ in 0..<states * actions {
        let row = (0..<states).map { _ in stream.uniform() < 0.5 ? 0 : Double(stream.uniform()) }
        let sum = max(row.reduce(0, +), 1) * 1.02
        elements += row.map { $0 / sum }
      }
      let rewards = (0..<states * actions).map { _ in Double(stream.normal()) }
      let dense = FiniteMDP(
        stateCount: states, actionCount: actions, rewards: rewards, kernel: .dense(elements))
      let swept = try dense.valueIteration(discount: discount, tolerance: 1e-9)
      let solved = try dense.policyIteration(discount: discount)
      for (first, second) in zip(swept.values, solved.values) { #expect(abs(first - second) < 2e-9) }
      // No deterministic policy is better: brute force where there are few.
      guard states <= 6 else { continue }
      let count = (0..<states).reduce(1) { product, _ in product * actions }
      for code in 0..<count {
        var rest = code
        let policy = (0..<states).map { _ in
          defer { rest /= actions }
          return rest % actions
        }
        let values = try dense.evaluate(policy: policy, discount: discount)
        #expect(zip(values, solved.values).allSatisfy { $0 <= $1 + 1e-9 })
      }
    }
  }

  @Test func denseAndSparseKernelsGiveTheSameBackups() {
    let sparse = FiniteMDP(FrozenLake.large().transitions)
    var stream = RandomStream(seed: 2, purpose: .test)
    let values = (0..<64).map { _ in Double(stream.normal()) }
    let pairs = zip(
      sparse.actionValues(of: values, discount: 0.9), sparse.densified.actionValues(of: values, discount: 0.9)
    )
    #expect(pairs.allSatisfy { abs($0 - $1) < 1e-12 })
  }

  @Test func knownOptimaOfTheWorlds() throws {
    // 13 steps along the cliff; the mean of the shortest rides, by breadth-first search below.
    let cliff = try FiniteMDP(CliffWalking().transitions).valueIteration(discount: 1)
    #expect(abs(cliff.values[36] - -13) < 1e-9)
    let taxi = Taxi()
    let rides = try FiniteMDP(taxi.transitions).valueIteration(discount: 1)
    for state in taxi.startStates {
      #expect(abs(rides.values[state] - Double(20 - shortestRide(taxi, from: state) + 1)) < 1e-9)
    }
    // Firm ice: six steps, so γ to the power of 5.
    let firm = try FiniteMDP(FrozenLake.small(isSlippery: false).transitions).policyIteration(discount: 0.9)
    #expect(abs(firm.values[0] - 0.59049) < 1e-12)
  }

  @Test func whatCannotBeSolvedSaysSo() {
    // Staying for ever is worth infinitely much without discounting.
    #expect(throws: DynamicProgrammingError.notConverged(sweeps: 50)) {
      try small.valueIteration(discount: 1, maximumSweeps: 50)
    }
    #expect(throws: DynamicProgrammingError.improperPolicy) {
      try small.evaluate(policy: [0, 1], discount: 1)
    }
  }

  /// The fewest steps to a delivery.
  private func shortestRide(_ taxi: Taxi, from start: Int) -> Int {
    var frontier = [start]
    var seen: Set<Int> = [start]
    var steps = 0
    while !frontier.isEmpty {
      steps += 1
      var next: [Int] = []
      for state in frontier {
        for action in 0..<6 {
          for outcome in taxi.transitions[state, action] {
            if outcome.isTerminal { return steps }
            // A wrong pick-up or drop-off is never part of a shortest ride.
            if outcome.reward == -1 && seen.insert(outcome.nextState).inserted {
              next.append(outcome.nextState)
            }
          }
        }
      }
      frontier = next
    }
    return .max
  }
}
