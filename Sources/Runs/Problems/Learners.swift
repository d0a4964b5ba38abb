import Apportion

/// What the policy-gradient learners have in common for a run.
public protocol PolicyGradientLearner: Learner {
  /// The greedy policy as it stands.
  var policy: Policy { get }
  /// Plays and learns on.
  func train(
    steps count: Int, onProgress: (PolicyGradientProgress) -> TrainingDirective
  ) throws(TrainingError)
  /// Plays the policy's most likely actions.
  func evaluate(episodes: Int, seed: UInt64?) -> EvaluationSummary
}

extension PolicyGradientLearner {
  /// Plays and learns on, at least `steps` environment steps.
  public func train(steps: Int, onProgress: (_ steps: Int) -> TrainingDirective) throws {
    try train(steps: steps) { (progress: PolicyGradientProgress) in onProgress(progress.steps) }
  }
  /// The mean return of greedy episodes.
  public func score(episodes: Int, seed: UInt64) -> Double { evaluate(episodes: episodes, seed: seed).mean }
  /// The greedy policy.
  public var policyToSave: Policy? { policy }
}

extension PPO: PolicyGradientLearner {}
extension A2C: PolicyGradientLearner {}
extension REINFORCE: PolicyGradientLearner {}

/// Double-DQN, which is a value, as a learner of a run.
final class DoubleDQNLearner<E: Environment>: Learner {
  private var learner: DoubleDQN<E>

  init(environments: VectorEnvironment<E>, configuration: DoubleDQNConfiguration) {
    learner = DoubleDQN(environments: environments, configuration: configuration)
  }

  func train(steps: Int, onProgress: (_ steps: Int) -> TrainingDirective) throws {
    try learner.train(steps: steps, progressInterval: 1000) { onProgress($0.steps) }
  }
  func score(episodes: Int, seed: UInt64) -> Double { learner.evaluate(episodes: episodes, seed: seed).mean }
  var policyToSave: Policy? { learner.policy }
}

/// A tabular learner of a run; its score is exact.
final class TableLearner<World: FiniteEnvironment>: Learner {
  private var learner: TabularLearner<World>
  private let process: FiniteMDP

  init(world: World, configuration: TabularConfiguration) {
    learner = TabularLearner(world: world, configuration: configuration)
    process = FiniteMDP(world.transitions)
  }

  func train(steps: Int, onProgress: (_ steps: Int) -> TrainingDirective) { learner.train(steps: steps) }

  func score(episodes: Int, seed: UInt64) throws -> Double {
    let values = try process.evaluate(policy: learner.policy, discount: learner.configuration.discount)
    let starts = learner.world.startStates
    return starts.reduce(0) { $0 + values[$1] } / Double(starts.count)
  }

  var policyToSave: Policy? { nil }
}
