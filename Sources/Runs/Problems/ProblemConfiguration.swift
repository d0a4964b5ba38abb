import Apportion

/// Everything that decides the training runs of one algorithm on one problem, over several seeds.
public struct ProblemConfiguration<Agent: AgentConfiguration>: Configurable {
  /// What a policy sees of a market.
  public var observation = ObservationKind.advertiser
  /// What a step of a market pays in training; evaluation always pays what was drawn.
  public var reward = BudgetAllocation.RewardSignal.expected
  /// The environment steps of each run, over all lanes.
  public var steps = 100_000
  /// The episodes that a run plays side by side.
  public var lanes = Agent.defaultLanes
  /// The first seed; run i has seed + i.
  public var seed: UInt64 = 1
  /// How many runs there are.
  public var seeds = 1
  /// The episodes of an evaluation.
  public var evaluationEpisodes = 100
  /// The episodes that choose the policy to keep among those of a run's evaluations; 0 keeps the last policy. They share
  /// no chance with those of the evaluations.
  public var validationEpisodes = 0
  /// How many times a run is evaluated on its way, the end among them.
  public var evaluations = 10
  /// How many runs train side by side; nil for as many as there are processors. No result depends on it.
  public var threads: Int?
  /// The hyperparameters.
  public var agent = Agent.standard

  /// The default runs.
  public init() {}

  /// The default runs of an agent.
  public init(agent: Agent) { self.agent = agent }

  /// The keys of a configuration file, in the order they are written.
  public static var settings: [Setting<ProblemConfiguration>] {
    [
      .choice("observation", \.observation, "of a market: what the policy sees, advertiser or planner"),
      .choice("reward", \.reward, "of a market: what a step pays in training, expected or realized"),
      .integer("steps", \.steps, 1 ... .max, "environment steps of each run, over all lanes"),
      .integer("lanes", \.lanes, 1...1_000_000, "episodes that a run plays side by side"),
      .integer("seed", \.seed, 0...UInt64(Int.max), "the first seed; the next run's is one more"),
      .integer("seeds", \.seeds, 1...10_000, "how many runs there are"),
      .integer("evaluation_episodes", \.evaluationEpisodes, 1...1_000_000, "episodes of an evaluation"),
      .integer(
        "validation_episodes", \.validationEpisodes, 0...1_000_000,
        "episodes that choose which evaluation's policy is kept, 0 for the last one's"),
      .integer("evaluations", \.evaluations, 1...10_000, "evaluations of a run on its way"),
      .integer(
        "threads", \.threads, 1...1024, "runs side by side, none for all processors; changes no result"),
    ] + Agent.settings.map { $0.lifted("agent", \.agent) }
  }
}
