import Apportion

extension DoubleDQNConfiguration: AgentConfiguration {
  /// Numbers for small problems, on few lanes.
  public static var standard: DoubleDQNConfiguration {
    DoubleDQNConfiguration(
      hidden: [128, 128], learningRate: .linear(from: 1e-3, to: 1e-4), nStep: 1, batchSize: 64,
      replayCapacity: 100_000, warmupSteps: 1000, environmentStepsPerUpdate: 2,
      epsilon: .linear(from: 1, to: 0.05, until: 0.2))
  }

  /// The same with the switches of an algorithm: `dqn` is that of Mnih et al. (2015), `double-dqn` that of van Hasselt,
  /// Guez and Silver (2016), `qr-dqn` that of Dabney, Rowland, Bellemare and Munos (2018).
  public static func standard(_ algorithm: Algorithm) -> DoubleDQNConfiguration {
    var configuration = standard
    configuration.isDouble = algorithm == .doubleDQN
    configuration.isDueling = false
    configuration.quantiles = algorithm == .quantileDQN ? 50 : 0
    return configuration
  }

  /// How many lanes play side by side unless told otherwise.
  public static let defaultLanes = 8

  /// A learner of a problem with fresh weights.
  public func learner(_ problem: Problem, run: ProblemRun) throws -> any Learner {
    var configuration = self
    configuration.seed = run.seed
    configuration.threads = 1
    configuration.scheduleSteps = run.steps
    let least = ReplayBuffer.minimumCapacity(lanes: run.lanes, nStep: nStep)
    guard replayCapacity >= least else {
      throw ConfigurationError(
        place: "configuration",
        message: "'agent.replay_capacity' should be at least \(least) for \(run.lanes) lanes")
    }
    if let fault = fault(for: problem.environment) {
      throw ConfigurationError(place: "configuration", message: String(fault.dropLast()))
    }
    func make<E: Environment>(_ environment: E) -> any Learner {
      DoubleDQN(environments: run.lanes(of: environment), configuration: configuration)
    }
    return make(problem.environment)
  }
}

extension TabularConfiguration: AgentConfiguration {
  /// The defaults of its initializer.
  public static var standard: TabularConfiguration { TabularConfiguration() }
  /// How many lanes play side by side unless told otherwise.
  public static let defaultLanes = 1
  /// The keys of the section.
  public static let settings: [Setting<TabularConfiguration>] = [
    .schedule("learning_rate", \.learningRate, .unit, "the share of the way an update goes"),
    .number(
      "visit_exponent", \.visitExponent, 0...1, "divides the learning rate by visits to the power of this"),
    .number("discount", \.discount, 0...1, "what a reward one step later is worth"),
    .schedule("exploration", \.epsilon, .unit, "chance that any action is played"),
    .number("initial_value", \.initialValue, -1e9...1e9, "the first value of every action"),
  ]

  /// A learner of a problem with fresh weights.
  public func learner(_ problem: Problem, run: ProblemRun) throws -> any Learner {
    guard let world = problem.world, let rule = run.algorithm.rule else {
      throw ConfigurationError(
        place: "--algorithm \(run.algorithm.rawValue)",
        message:
          "tables need numbered states, which \(problem.name) does not have; use dqn, ppo, a2c or reinforce")
    }
    guard run.lanes == 1 else {
      throw ConfigurationError(
        place: "configuration", message: "'lanes' should be 1: a table learns from one episode at a time")
    }
    func make<World: FiniteEnvironment>(_ world: World) -> any Learner {
      var configuration = self
      configuration.rule = rule
      configuration.seed = run.seed
      configuration.scheduleSteps = run.steps
      return TabularLearner(world: world, configuration: configuration)
    }
    return make(world)
  }
}
