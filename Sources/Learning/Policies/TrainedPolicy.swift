/// What a learner has learned, of either form.
public enum TrainedPolicy: Sendable, Equatable {
  /// A network that reads a step's observation and values its choices.
  case network(Policy)
  /// A network that reads one channel at a price of money, whatever their number and the budget.
  case weaklyCoupled(WeaklyCoupledPolicy)

  /// The policy where it is a network over whole observations; nil where it is not.
  public var network: Policy? {
    if case .network(let policy) = self { policy } else { nil }
  }

  /// What the environment, and whoever saved the policy, say of it.
  public var metadata: [String: String] {
    switch self {
    case .network(let policy): policy.metadata
    case .weaklyCoupled(let policy): policy.metadata
    }
  }

  /// The seed of training.
  public var trainingSeed: UInt64 {
    switch self {
    case .network(let policy): policy.trainingSeed
    case .weaklyCoupled(let policy): policy.trainingSeed
    }
  }

  /// After how many environment steps the weights were taken.
  public var trainingSteps: Int {
    switch self {
    case .network(let policy): policy.trainingSteps
    case .weaklyCoupled(let policy): policy.trainingSteps
    }
  }
}
