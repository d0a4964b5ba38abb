import Budgets
import Learning

/// Everything that decides a training run: equal configurations give bit-identical policies.
public struct TrainingConfiguration: Configurable {
  /// A bundled market's name or a market file's path.
  public var market = "nine-campaigns"
  /// A table of plausible markets, as `calibrate` writes it; nil trains on the market itself. Training meets every other
  /// one of them, evaluation the rest.
  public var plausible: String?
  /// What the policy sees of the market.
  public var observation = ObservationKind.planner
  /// What a step pays in training; evaluation always pays what was drawn.
  public var reward = BudgetAllocation.RewardSignal.expected
  /// Whether every step is compared with the plan's own from the same state with the same luck.
  public var counterfactual = true
  /// The environment steps of the run, over all lanes.
  public var steps = 800_000
  /// The episodes that run side by side.
  public var lanes = 512
  /// The seed of everything random.
  public var seed: UInt64 = 1
  /// The most threads to use; nil for as many as there are processors. Results are the same for every value.
  public var threads: Int?
  /// How many environment steps lie between two saved checkpoints; nil saves only the last policy.
  public var checkpointSteps: Int? = 100_000
  /// The learner's hyperparameters; its seed, threads and schedule follow from the fields above.
  public var agent = DoubleDQNConfiguration(
    hidden: [128, 128], head: .additive, learningRate: .linear(from: 1e-5, to: 1e-6), discount: 1, nStep: 1,
    batchSize: 512, replayCapacity: 60_000, warmupSteps: 30_000, environmentStepsPerUpdate: 128,
    targetUpdate: .polyak(0.02), epsilon: .constant(0.1), explorationWidth: 1, rewardScale: .automatic,
    maximumGradientNorm: nil, huberThreshold: 1000, maximumLoss: 1e15)

  /// The default run.
  public init() {}

  /// The learner's hyperparameters with seed, threads and the length of schedules filled in.
  public var learner: DoubleDQNConfiguration {
    var learner = agent
    learner.seed = seed
    learner.threads = threads
    learner.scheduleSteps = steps
    return learner
  }
}

extension TrainingConfiguration {
  /// The keys of a configuration file, in the order they are written.
  public static let settings: [Setting<TrainingConfiguration>] =
    [
      .text("market", \.market, "a bundled market's name or a market file's path"),
      .text(
        "plausible", \.plausible,
        "a table of plausible markets, every other one of which episodes are played in; or none"),
      .choice(
        "observation", \.observation,
        "what the policy sees: planner (with the plan as a prior), planner-costs (levels' costs too) or advertiser"
      ),
      .choice(
        "reward", \.reward,
        "what a step pays: realized, or expected (given the wins and the market's state)"
      ),
      .flag(
        "counterfactual", \.counterfactual,
        "whether steps are compared with the plan's own from the same state with the same luck"),
      .integer("steps", \.steps, 1 ... .max, "environment steps, over all lanes"),
      .integer("lanes", \.lanes, 1...1_000_000, "episodes that run side by side"),
      .integer("seed", \.seed, 0...UInt64(Int.max), "seed of everything random"),
      .integer("threads", \.threads, 1...1024, "most threads, none for all processors; changes no result"),
      .integer("checkpoint_steps", \.checkpointSteps, 1 ... .max, "environment steps between checkpoints"),
    ] + DoubleDQNConfiguration.settings.map { $0.lifted("agent", \.agent) }

  /// Throws `ConfigurationError` where settings that are fine alone do not go together.
  public func validate() throws(ConfigurationError) {
    let least = ReplayBuffer.minimumCapacity(lanes: lanes, nStep: agent.nStep)
    if counterfactual {
      guard observation.hasPlan, agent.head == .additive, agent.nStep == 1, agent.batchSize % 2 == 0
      else {
        throw ConfigurationError(
          place: "configuration",
          message:
            "'counterfactual: true' needs 'observation: planner' or 'planner-costs', 'agent.head: additive', 'agent.n_step: 1' "
            + "and an even 'agent.batch_size'; or set 'counterfactual: false'")
      }
    }
    guard agent.replayCapacity >= least else {
      throw ConfigurationError(
        place: "configuration",
        message:
          "'agent.replay_capacity' should be at least \(least) for \(lanes) lanes and \(agent.nStep)-step targets"
      )
    }
  }
}
