import LinearAlgebra

/// What dynamic programming found.
public struct DynamicProgrammingSolution: Sendable, Equatable {
  /// The value of every state.
  public let values: [Double]
  /// The value of every pair of state and action.
  public let actionValues: [Double]
  /// The best action of every state.
  public let policy: [Int]
  /// How many sweeps or policies it took.
  public let iterations: Int
}

/// Why dynamic programming found nothing.
public enum DynamicProgrammingError: Error, Equatable, CustomStringConvertible {
  /// The values still moved after this many sweeps.
  case notConverged(sweeps: Int)
  /// Without discounting, some state never ends an episode under the policy.
  case improperPolicy

  /// What happened and how to mend it, in one line.
  public var description: String {
    switch self {
    case .notConverged(let sweeps):
      "value iteration did not settle within \(sweeps) sweeps; allow more, or lower the discount"
    case .improperPolicy:
      "the policy never ends an episode from some state, so its values are not finite; use a discount below 1"
    }
  }
}

extension FiniteMDP {
  /// Bellman's optimality equation by successive approximation (Bellman, 1957; Puterman, 1994, section 6.3).
  ///
  /// - Parameters:
  ///   - discount: γ, from 0 to 1. At 1 every good policy must end its episodes.
  ///   - tolerance: how far the values may be from the optimum. At γ = 1, where no such bound exists, sweeps end when no
  ///     value moves by more than this.
  ///   - maximumSweeps: after how many sweeps to give up.
  /// - Throws: `DynamicProgrammingError.notConverged`.
  public func valueIteration(
    discount: Double, tolerance: Double = 1e-10, maximumSweeps: Int = 1_000_000
  ) throws(DynamicProgrammingError) -> DynamicProgrammingSolution {
    Self.check(discount)
    precondition(tolerance > 0, "Value iteration needs a positive tolerance, not \(tolerance).")
    // ‖V − V*‖ ≤ γ / (1 − γ) · ‖change of the last sweep‖.
    let threshold = discount < 1 ? tolerance * (1 - discount) / max(discount, 1e-300) : tolerance
    var values = [Double](repeating: 0, count: stateCount)
    for sweep in 1...max(1, maximumSweeps) {
      let actionValues = actionValues(of: values, discount: discount)
      var change = 0.0
      for state in 0..<stateCount {
        var best = actionValues[state * actionCount]
        for action in 1..<max(1, actionCount) { best = max(best, actionValues[state * actionCount + action]) }
        change = max(change, abs(best - values[state]))
        values[state] = best
      }
      if change <= threshold { return solution(values, discount: discount, iterations: sweep) }
    }
    throw .notConverged(sweeps: maximumSweeps)
  }

  /// Howard's policy iteration (1960): evaluate a policy exactly, then act greedily on its values, until nothing changes.
  ///
  /// - Parameters:
  ///   - discount: γ, from 0 to 1.
  ///   - start: the first policy, an action per state; nil for the one that is greedy for rewards alone.
  /// - Throws: `DynamicProgrammingError.improperPolicy` where a policy on the way has no finite values (γ = 1 only).
  public func policyIteration(
    discount: Double, start: [Int]? = nil
  ) throws(DynamicProgrammingError) -> DynamicProgrammingSolution {
    var policy = start ?? greedyPolicy(rewards)
    var iterations = 0
    while true {
      iterations += 1
      let values = try evaluate(policy: policy, discount: discount)
      let actionValues = actionValues(of: values, discount: discount)
      let greedy = greedyPolicy(actionValues)
      var isStable = true
      for state in 0..<stateCount {
        let (old, new) = (
          actionValues[state * actionCount + policy[state]], actionValues[state * actionCount + greedy[state]]
        )
        // Equals stay as they are, rounding allowed for; else two of them could take turns forever.
        guard new > old + 1e-12 * max(1, abs(old)) else { continue }
        policy[state] = greedy[state]
        isStable = false
      }
      if isStable { return solution(values, discount: discount, iterations: iterations) }
    }
  }

  /// The values of the states under a policy, an action per state, by one linear solve.
  ///
  /// - Throws: `DynamicProgrammingError.improperPolicy`.
  public func evaluate(policy: [Int], discount: Double) throws(DynamicProgrammingError) -> [Double] {
    precondition(
      policy.count == stateCount, "\(stateCount) states need as many actions, not \(policy.count).")
    precondition(
      policy.allSatisfy { (0..<actionCount).contains($0) }, "A policy names actions that do not exist.")
    var probabilities = [Double](repeating: 0, count: rewards.count)
    for (state, action) in policy.enumerated() { probabilities[state * actionCount + action] = 1 }
    return try evaluate(probabilities: probabilities, discount: discount)
  }

  /// The values of the states under a random policy, a probability per pair, by one linear solve: (I − γ P) V = r.
  ///
  /// - Throws: `DynamicProgrammingError.improperPolicy`.
  public func evaluate(probabilities: [Double], discount: Double) throws(DynamicProgrammingError) -> [Double]
  {
    Self.check(discount)
    precondition(probabilities.count == rewards.count, "\(rewards.count) pairs need as many probabilities.")
    var system = [Double](repeating: 0, count: stateCount * stateCount)
    var expected = [Double](repeating: 0, count: stateCount)
    for state in 0..<stateCount {
      system[state * stateCount + state] = 1
      for action in 0..<actionCount where probabilities[state * actionCount + action] != 0 {
        let pair = state * actionCount + action
        expected[state] += probabilities[pair] * rewards[pair]
        forEachNext(pair) { system[state * stateCount + $0] -= discount * probabilities[pair] * $1 }
      }
    }
    do { return try solve(system, expected) } catch { throw .improperPolicy }
  }

  private func solution(_ values: [Double], discount: Double, iterations: Int) -> DynamicProgrammingSolution {
    let actionValues = actionValues(of: values, discount: discount)
    return DynamicProgrammingSolution(
      values: values, actionValues: actionValues, policy: greedyPolicy(actionValues), iterations: iterations)
  }

  private static func check(_ discount: Double) {
    precondition(discount >= 0 && discount <= 1, "A discount lies between 0 and 1, not at \(discount).")
  }
}
