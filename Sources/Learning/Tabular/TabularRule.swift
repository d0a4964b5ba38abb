import LinearAlgebra

/// Which value a tabular learner moves its estimate towards.
public enum TabularRule: String, Sendable, CaseIterable {
  /// r + γ max Q(s', a'): learns the greedy policy, whatever is played (Watkins, 1989).
  case qLearning = "q-learning"
  /// r + γ Q(s', a'), a' being the action played next: learns the policy played (Rummery and Niranjan, 1994).
  case sarsa
  /// r + γ Σ π(a' | s') Q(s', a'): SARSA without the chance of a' (van Seijen et al., 2009).
  case expectedSarsa = "expected-sarsa"
  /// One table chooses a', another values it, so that the maximum is not biased upwards (van Hasselt, 2010).
  case doubleQLearning = "double-q-learning"
}

/// A step as tabular rules see it.
public struct TabularStep: Sendable, Equatable {
  /// The state acted in.
  public var state: Int
  /// The action played.
  public var action: Int
  /// The reward.
  public var reward: Double
  /// The state reached.
  public var nextState: Int
  /// The action chosen there.
  public var nextAction: Int
  /// Whether the state reached is terminal: nothing follows it.
  public var isTerminal: Bool

  /// Gathers a step.
  public init(state: Int, action: Int, reward: Double, nextState: Int, nextAction: Int, isTerminal: Bool) {
    self.state = state
    self.action = action
    self.reward = reward
    self.nextState = nextState
    self.nextAction = nextAction
    self.isTerminal = isTerminal
  }
}

/// Action values in a table, and the temporal-difference updates of them (Sutton and Barto, 2018, chapter 6).
public struct ActionValueTable: Sendable, Equatable {
  /// The number of actions.
  public let actionCount: Int
  /// A value per (state, action), at state · actionCount + action.
  public private(set) var values: [Double]
  /// The second table of double Q-learning; empty otherwise.
  package private(set) var secondValues: [Double]

  /// Begins with equal values everywhere; values above what can be reached make the learner try every action.
  public init(stateCount: Int, actionCount: Int, rule: TabularRule, initialValue: Double = 0) {
    precondition(stateCount > 0 && actionCount > 0, "A table needs a state and an action.")
    self.actionCount = actionCount
    values = Array(repeating: initialValue, count: stateCount * actionCount)
    secondValues = rule == .doubleQLearning ? values : []
  }

  /// Q ← Q + α (r + γ Q' − Q), with Q' by the rule and 0 after a terminal state.
  ///
  /// - Parameters:
  ///   - step: what was played.
  ///   - rule: the rule the table was made for.
  ///   - rate: α.
  ///   - discount: γ.
  ///   - epsilon: how much of the policy is uniform chance, for expected SARSA.
  ///   - stream: tosses the coin of double Q-learning.
  public mutating func learn(
    _ step: TabularStep, rule: TabularRule, rate: Double, discount: Double, epsilon: Double,
    stream: inout RandomStream
  ) {
    let pair = step.state * actionCount + step.action
    let next = step.nextState * actionCount
    var following = 0.0
    switch rule {
    case .qLearning:
      following = values[next + best(in: values, step.nextState)]
    case .sarsa:
      following = values[next + step.nextAction]
    case .expectedSarsa:
      let mean = values[next..<next + actionCount].reduce(0, +) / Double(actionCount)
      following = (1 - epsilon) * values[next + best(in: values, step.nextState)] + epsilon * mean
    case .doubleQLearning:
      if stream.uniform() < 0.5 { swap(&values, &secondValues) }
      following = secondValues[next + best(in: values, step.nextState)]
    }
    let target = step.isTerminal ? step.reward : step.reward + discount * following
    values[pair] += rate * (target - values[pair])
  }

  /// The values of a state's actions, the mean of both tables where there are two.
  public func actionValues(_ state: Int) -> [Double] {
    let pairs = state * actionCount..<(state + 1) * actionCount
    guard !secondValues.isEmpty else { return Array(values[pairs]) }
    return pairs.map { (values[$0] + secondValues[$0]) / 2 }
  }

  /// The best action of a state, by the mean of both tables where there are two; of equals the first.
  public func greedyAction(_ state: Int) -> Int {
    guard !secondValues.isEmpty else { return best(in: values, state) }
    let first = state * actionCount
    var (action, value) = (0, -Double.infinity)
    for index in 0..<actionCount where values[first + index] + secondValues[first + index] > value {
      (action, value) = (index, values[first + index] + secondValues[first + index])
    }
    return action
  }

  private func best(in values: [Double], _ state: Int) -> Int {
    let first = state * actionCount
    var action = 0
    for index in 1..<max(1, actionCount) where values[first + index] > values[first + action] {
      action = index
    }
    return action
  }
}
