import Documents
import Environments
import Learning

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
}

/// The section of a policy-gradient learner.
protocol PolicyGradientConfiguration: AgentConfiguration {
  /// What all policy-gradient learners share.
  var shared: ActorCriticConfiguration { get set }
  /// The steps of each lane that are kept between updates.
  var rolloutSteps: Int { get }
  /// A learner with fresh weights.
  func learner(_ lanes: VectorEnvironment<some Environment>) -> any Learner
}

extension PolicyGradientConfiguration {
  package func memory(of environment: any Environment, lanes: Int) -> Double {
    let columns = environment.observationLayout.size
    let widths = [columns] + shared.hidden + [environment.actionSpace.choiceCount]
    return 2 * memory(ofWidths: widths, rows: lanes) + 4 * Double(lanes) * Double(rolloutSteps)
      * Double(columns + 8)
  }

  package func learner(of environment: any Environment, seat: LearnerSeat, from initial: TrainedPolicy?)
    throws(InputError) -> any Learner
  {
    try refuse(initial)
    let configuration = with {
      $0.shared.scheduleSteps = seat.steps
      $0.shared.seed = seat.seed
      $0.shared.threads = seat.threads
    }
    func make<E: Environment>(_ environment: E) -> any Learner {
      configuration.learner(seat.lanes(of: environment))
    }
    return make(environment)
  }
}

extension PPOConfiguration: PolicyGradientConfiguration {
  package static var defaultLanes: Int { 8 }

  package static let settings: [Setting<PPOConfiguration>] =
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
  package static var defaultLanes: Int { 16 }

  package static let settings: [Setting<A2CConfiguration>] =
    ActorCriticConfiguration.settings.map { $0.lifted(nil, \.shared) } + [
      .integer("rollout_steps", \.rolloutSteps, 1...1_000_000, "steps of each lane between updates")
    ]

  func learner(_ lanes: VectorEnvironment<some Environment>) -> any Learner {
    A2C(environments: lanes, configuration: self)
  }
}

extension REINFORCEConfiguration: PolicyGradientConfiguration {
  package static var defaultLanes: Int { 16 }

  package static let settings: [Setting<REINFORCEConfiguration>] =
    ActorCriticConfiguration.settings.filter { $0.key != "trace_decay" }.map { $0.lifted(nil, \.shared) } + [
      .integer("episode_limit", \.episodeLimit, 1...1_000_000, "steps after which an episode is cut")
    ]

  var rolloutSteps: Int { episodeLimit }

  func learner(_ lanes: VectorEnvironment<some Environment>) -> any Learner {
    REINFORCE(environments: lanes, configuration: self)
  }
}
