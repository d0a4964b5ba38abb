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

/// The section of a policy-gradient learner.
protocol PolicyGradientConfiguration: AgentConfiguration {
  /// What all policy-gradient learners share.
  var shared: ActorCriticConfiguration { get set }
  /// A learner with fresh weights.
  func learner(_ lanes: VectorEnvironment<some Environment>) -> any Learner
}

extension PolicyGradientConfiguration {
  /// A learner of a problem with fresh weights.
  public func learner(_ problem: Problem, run: ProblemRun) throws -> any Learner {
    var filled = self
    filled.shared = shared.filled(run)
    func make<E: Environment>(_ environment: E) -> any Learner { filled.learner(run.lanes(of: environment)) }
    return make(problem.environment)
  }
}

extension PPOConfiguration: PolicyGradientConfiguration {
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

  func learner(_ lanes: VectorEnvironment<some Environment>) -> any Learner {
    PPO(environments: lanes, configuration: self)
  }
}

extension A2CConfiguration: PolicyGradientConfiguration {
  /// The defaults of its initializer.
  public static var standard: A2CConfiguration { A2CConfiguration() }
  /// How many lanes play side by side unless told otherwise.
  public static let defaultLanes = 16
  /// The keys of the section.
  public static let settings: [Setting<A2CConfiguration>] =
    ActorCriticConfiguration.settings.map { $0.lifted(nil, \.shared) } + [
      .integer("rollout_steps", \.rolloutSteps, 1...1_000_000, "steps of each lane between updates")
    ]

  func learner(_ lanes: VectorEnvironment<some Environment>) -> any Learner {
    A2C(environments: lanes, configuration: self)
  }
}

extension REINFORCEConfiguration: PolicyGradientConfiguration {
  /// The defaults of its initializer.
  public static var standard: REINFORCEConfiguration { REINFORCEConfiguration() }
  /// How many lanes play side by side unless told otherwise.
  public static let defaultLanes = 16
  /// The keys of the section.
  public static let settings: [Setting<REINFORCEConfiguration>] =
    ActorCriticConfiguration.settings.filter { $0.key != "trace_decay" }.map { $0.lifted(nil, \.shared) } + [
      .integer("episode_limit", \.episodeLimit, 1...1_000_000, "steps after which an episode is cut")
    ]

  func learner(_ lanes: VectorEnvironment<some Environment>) -> any Learner {
    REINFORCE(environments: lanes, configuration: self)
  }
}
