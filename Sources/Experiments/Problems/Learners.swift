import Apportion

extension PPO: Learner {
  public func train(steps: Int) throws { try train(steps: steps) { _ in .proceed } }
  public func score(episodes: Int) -> Double { evaluate(episodes: episodes).mean }
  public var policyToSave: Policy? { policy }
}

extension A2C: Learner {
  public func train(steps: Int) throws { try train(steps: steps) { _ in .proceed } }
  public func score(episodes: Int) -> Double { evaluate(episodes: episodes).mean }
  public var policyToSave: Policy? { policy }
}

extension REINFORCE: Learner {
  public func train(steps: Int) throws { try train(steps: steps) { _ in .proceed } }
  public func score(episodes: Int) -> Double { evaluate(episodes: episodes).mean }
  public var policyToSave: Policy? { policy }
}

/// Double-DQN, which is a value, as a learner of a run.
final class DoubleDQNLearner<E: Environment>: Learner {
  private var learner: DoubleDQN<E>

  init(environments: VectorEnvironment<E>, configuration: DoubleDQNConfiguration) {
    learner = DoubleDQN(environments: environments, configuration: configuration)
  }

  func train(steps: Int) throws { try learner.train(steps: steps) }
  func score(episodes: Int) -> Double { learner.evaluate(episodes: episodes).mean }
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

  func train(steps: Int) { learner.train(steps: steps) }

  func score(episodes: Int) throws -> Double {
    let values = try process.evaluate(policy: learner.policy, discount: learner.configuration.discount)
    let starts = learner.world.startStates
    return starts.reduce(0) { $0 + values[$1] } / Double(starts.count)
  }

  var policyToSave: Policy? { nil }
}
