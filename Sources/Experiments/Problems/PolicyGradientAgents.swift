import Apportion

extension ActorCriticConfiguration {
  /// The keys that the policy-gradient learners share.
  static let settings: [Setting<ActorCriticConfiguration>] = [
    .integers("hidden", \.hidden, 1...65_536, "widths of the hidden layers of actor and critic"),
    .schedule("learning_rate", \.learningRate, .atLeast(0), "Adam's step size"),
    .number("discount", \.discount, .unit, "what a reward one step later is worth"),
    .number("trace_decay", \.traceDecay, .unit, "how far advantages look before they trust the critic"),
    .number("entropy", \.entropy, .atLeast(0), "what a nat of the policy's entropy is worth"),
    .number("maximum_gradient_norm", \.maximumGradientNorm, .above(0), "clips gradients, or none"),
    .flag("normalizes_advantages", \.normalizesAdvantages, "whether advantages are normalised"),
    .flag("normalizes_observations", \.normalizesObservations, "whether observations are normalised"),
    .flag(
      "normalizes_rewards", \.normalizesRewards, "whether rewards are scaled by their returns' deviation"),
  ]

  /// With what a run decides filled in; learners of a run train side by side, on a thread each.
  func filled(_ run: ProblemRun) -> ActorCriticConfiguration {
    var filled = self
    filled.scheduleSteps = run.steps
    filled.seed = run.seed
    filled.threads = 1
    return filled
  }
}

extension PPOConfiguration: AgentConfiguration {
  /// The defaults of its initializer.
  public static var standard: PPOConfiguration { PPOConfiguration() }
  /// How many lanes play side by side unless told otherwise.
  public static let defaultLanes = 8
  /// The keys of the section.
  public static let settings: [Setting<PPOConfiguration>] =
    ActorCriticConfiguration.settings.map { $0.lifted(nil, \.shared) } + [
      .integer(
        "rollout_steps", \.rolloutSteps, 1...1_000_000, "steps of each lane between rounds of updates"),
      .integer("epochs", \.epochs, 1...1000, "passes of a round over what was played"),
      .integer("minibatch_size", \.minibatchSize, 1...1_048_576, "steps of an update"),
      .number("clip", \.clip, .above(0), "how far a probability may move, as a share of the old one"),
    ]

  /// A learner of a problem with fresh weights.
  public func learner(_ problem: Problem, run: ProblemRun) throws -> any Learner {
    func make<E: Environment>(_ environment: E) -> any Learner {
      var configuration = self
      configuration.shared = shared.filled(run)
      return PPO(environments: run.lanes(of: environment), configuration: configuration)
    }
    return make(problem.environment)
  }
}

extension A2CConfiguration: AgentConfiguration {
  /// The defaults of its initializer.
  public static var standard: A2CConfiguration { A2CConfiguration() }
  /// How many lanes play side by side unless told otherwise.
  public static let defaultLanes = 16
  /// The keys of the section.
  public static let settings: [Setting<A2CConfiguration>] =
    ActorCriticConfiguration.settings.map { $0.lifted(nil, \.shared) } + [
      .integer("rollout_steps", \.rolloutSteps, 1...1_000_000, "steps of each lane between updates")
    ]

  /// A learner of a problem with fresh weights.
  public func learner(_ problem: Problem, run: ProblemRun) throws -> any Learner {
    func make<E: Environment>(_ environment: E) -> any Learner {
      var configuration = self
      configuration.shared = shared.filled(run)
      return A2C(environments: run.lanes(of: environment), configuration: configuration)
    }
    return make(problem.environment)
  }
}

extension REINFORCEConfiguration: AgentConfiguration {
  /// The defaults of its initializer.
  public static var standard: REINFORCEConfiguration { REINFORCEConfiguration() }
  /// How many lanes play side by side unless told otherwise.
  public static let defaultLanes = 16
  /// The keys of the section.
  public static let settings: [Setting<REINFORCEConfiguration>] =
    ActorCriticConfiguration.settings.filter { $0.key != "trace_decay" }.map { $0.lifted(nil, \.shared) } + [
      .integer("episode_limit", \.episodeLimit, 1...1_000_000, "steps after which an episode is cut")
    ]

  /// A learner of a problem with fresh weights.
  public func learner(_ problem: Problem, run: ProblemRun) throws -> any Learner {
    func make<E: Environment>(_ environment: E) -> any Learner {
      var configuration = self
      configuration.shared = shared.filled(run)
      return REINFORCE(environments: run.lanes(of: environment), configuration: configuration)
    }
    return make(problem.environment)
  }
}
