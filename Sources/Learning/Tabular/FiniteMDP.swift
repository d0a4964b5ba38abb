import Environments
import LinearAlgebra

/// A finite Markov decision process: expected rewards and a kernel of transitions (Puterman, 1994, chapter 2).
///
/// ```swift
/// let lake = FiniteMDP(FrozenLake.large().transitions)
/// let solution = try lake.valueIteration(discount: 0.99)
/// ```
///
/// Pairs of state and action are numbered state · actionCount + action. The end of an episode needs no state of its own:
/// what a row of the kernel lacks to 1 is the chance that the episode ends with this step, and nothing is worth anything
/// after it.
public struct FiniteMDP: Sendable {
  /// How likely each next state is, a row per pair, a column per state.
  public enum Kernel: Sendable, Equatable {
    /// All elements, row-major: backups are one matrix-vector product.
    case dense([Double])
    /// The elements that are not zero, row by row: those of pair i stand at `starts[i]..<starts[i + 1]`.
    case sparse(starts: [Int], states: [Int], probabilities: [Double])
  }

  /// The number of states.
  public let stateCount: Int
  /// The number of actions, the same in every state.
  public let actionCount: Int
  /// Pairs: the expected reward of a step.
  public let rewards: [Double]
  /// Pairs × states: the chance to go on from each state.
  package let kernel: Kernel

  /// Puts a process together.
  ///
  /// `rewards` holds a number per pair. The rows of `kernel` are not negative and sum to at most 1.
  public init(stateCount: Int, actionCount: Int, rewards: [Double], kernel: Kernel) {
    let pairs = stateCount * actionCount
    precondition(pairs > 0, "A decision process needs a state and an action.")
    precondition(rewards.count == pairs, "\(pairs) pairs need as many rewards, not \(rewards.count).")
    self.stateCount = stateCount
    self.actionCount = actionCount
    self.rewards = rewards
    self.kernel = kernel
    switch kernel {
    case .dense(let elements):
      precondition(
        elements.count == pairs * stateCount,
        "A dense kernel of \(pairs) pairs has \(pairs * stateCount) elements.")
    case .sparse(let starts, let states, let probabilities):
      precondition(
        starts.count == pairs + 1 && starts[pairs] == states.count && states.count == probabilities.count,
        "A sparse kernel of \(pairs) pairs has \(pairs + 1) starts, and a state for each probability.")
      precondition(
        states.allSatisfy { (0..<stateCount).contains($0) }, "A kernel leads to existing states only.")
    }
    for pair in 0..<pairs {
      var sum = 0.0
      forEachNext(pair) { _, probability in
        precondition(probability >= 0, "The probabilities of pair \(pair) must not be negative.")
        sum += probability
      }
      precondition(sum <= 1 + 1e-9, "The probabilities of pair \(pair) sum to \(sum), more than 1.")
    }
  }

  /// The process of a table of outcomes, with a sparse kernel.
  public init(_ table: TransitionTable) {
    var rewards: [Double] = []
    var starts = [0]
    var states: [Int] = []
    var probabilities: [Double] = []
    for state in 0..<table.stateCount {
      for action in 0..<table.actionCount {
        rewards.append(table[state, action].reduce(0) { $0 + $1.probability * $1.reward })
        for outcome in table[state, action] where !outcome.isTerminal {
          states.append(outcome.nextState)
          probabilities.append(outcome.probability)
        }
        starts.append(states.count)
      }
    }
    self.init(
      stateCount: table.stateCount, actionCount: table.actionCount, rewards: rewards,
      kernel: .sparse(starts: starts, states: states, probabilities: probabilities))
  }

  /// The same process with a dense kernel: faster where most elements are not zero.
  package var densified: FiniteMDP {
    var elements = [Double](repeating: 0, count: rewards.count * stateCount)
    for pair in rewards.indices { forEachNext(pair) { elements[pair * stateCount + $0] += $1 } }
    return FiniteMDP(
      stateCount: stateCount, actionCount: actionCount, rewards: rewards, kernel: .dense(elements))
  }

  /// Q from V, a number per pair: Q(s, a) = r(s, a) + γ Σ p(s' | s, a) V(s').
  public func actionValues(of values: [Double], discount: Double) -> [Double] {
    precondition(values.count == stateCount, "\(stateCount) states need as many values, not \(values.count).")
    switch kernel {
    case .dense(let elements):
      let expected = multiply(elements, rows: rewards.count, vector: values)
      return zip(rewards, expected).map { $0 + discount * $1 }
    case .sparse(let starts, let states, let probabilities):
      return rewards.indices.map { pair in
        var expected = 0.0
        for index in starts[pair]..<starts[pair + 1] {
          expected += probabilities[index] * values[states[index]]
        }
        return rewards[pair] + discount * expected
      }
    }
  }

  /// The best action of every state for values of the pairs; of equals the first.
  public func greedyPolicy(_ actionValues: [Double]) -> [Int] {
    precondition(actionValues.count == rewards.count, "\(rewards.count) pairs need as many values.")
    return (0..<stateCount).map { state in
      var best = 0
      for action in 1..<max(1, actionCount)
      where actionValues[state * actionCount + action] > actionValues[state * actionCount + best] {
        best = action
      }
      return best
    }
  }

  /// Calls `body` with each next state that a pair may lead to and its probability.
  func forEachNext(_ pair: Int, _ body: (_ state: Int, _ probability: Double) -> Void) {
    switch kernel {
    case .dense(let elements):
      for state in 0..<stateCount where elements[pair * stateCount + state] != 0 {
        body(state, elements[pair * stateCount + state])
      }
    case .sparse(let starts, let states, let probabilities):
      for index in starts[pair]..<starts[pair + 1] { body(states[index], probabilities[index]) }
    }
  }
}
