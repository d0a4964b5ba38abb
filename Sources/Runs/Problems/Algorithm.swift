import Apportion

/// The algorithms that problems can be trained with.
public enum Algorithm: String, Sendable, CaseIterable {
  case dqn
  case doubleDQN = "double-dqn"
  case quantileDQN = "qr-dqn"
  case ppo
  case a2c
  case reinforce
  case qLearning = "q-learning"
  case sarsa
  case expectedSarsa = "expected-sarsa"
  case doubleQLearning = "double-q-learning"

  /// The rule of a tabular algorithm; nil for those with networks.
  public var rule: TabularRule? { TabularRule(rawValue: rawValue) }

  /// The algorithm of a name.
  ///
  /// - Throws: `ConfigurationError` where there is none.
  public init(named name: String) throws(ConfigurationError) {
    guard let algorithm = Algorithm(rawValue: name) else {
      throw ConfigurationError(
        place: "--algorithm \(name)",
        message:
          "there is no such algorithm; there are \(Self.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    self = algorithm
  }
}
