import Applications
import Documents

/// Everything that decides the training of one algorithm on one problem, over one seed or several: equal configurations
/// give bit-identical policies.
package struct RunConfiguration<Problem: Application, Agent: AgentConfiguration>: Configurable {
  /// A problem's name or the path of its file.
  package var problem: String
  /// The algorithm's name.
  package var algorithm: String
  /// How the problem is shown to the learner.
  package var options = Problem.Options()
  /// The environment steps of each seed, over all lanes.
  package var steps: Int
  /// The episodes that a learner plays side by side.
  package var lanes = Agent.defaultLanes
  /// The first seed; the next one's is one more.
  package var seed: UInt64 = 1
  /// How many seeds are trained, each on its own.
  package var seeds = 1
  /// The most threads; nil for as many as there are processors. No result depends on it.
  package var threads: Int?
  /// How many times a seed is validated, scored and saved on its way, the end among them.
  package var evaluations = 10
  /// The steps between two of these, rounded up to whole steps of all lanes, instead of their number.
  package var checkpointSteps: Int?
  /// The episodes that choose the policy kept among the checkpoints; 0 keeps the last.
  package var validationEpisodes = 0
  /// The episodes that score the policy kept at each checkpoint, for curves; 0 leaves scores to `evaluate`.
  package var evaluationEpisodes = 100
  /// The hyperparameters.
  package var agent: Agent

  /// The default run of an algorithm, whose hyperparameters are `agent`.
  package init(problem: String, algorithm: String, steps: Int, agent: Agent) {
    self.problem = problem
    self.algorithm = algorithm
    self.steps = steps
    self.agent = agent
  }

  /// The keys of a configuration file, in the order they are written.
  package static var settings: [Setting<RunConfiguration>] {
    [
      .text("problem", formerly: "market", \.problem, "a problem's name or its file's path"),
      .text("algorithm", \.algorithm, "how it is learned"),
    ] + Problem.Options.settings.map { $0.lifted(nil, \.options) } + [
      .integer("steps", \.steps, 1 ... .max, "environment steps of each seed, over all lanes"),
      .integer("lanes", \.lanes, 1...1_000_000, "episodes that run side by side"),
      .integer("seed", \.seed, 0...UInt64(Int.max), "the first seed; the next one's is one more"),
      .integer("seeds", \.seeds, 1...10_000, "how many seeds are trained"),
      .integer("threads", \.threads, 1...1024, "most threads, none for all processors; changes no result"),
      .integer("evaluations", \.evaluations, 1...10_000, "checkpoints of a seed, the end among them"),
      .integer(
        "checkpoint_steps", \.checkpointSteps, 1 ... .max,
        "steps between checkpoints, instead of their number"),
      .integer(
        "validation_episodes", \.validationEpisodes, 0...1_000_000,
        "episodes that choose which checkpoint's policy is kept, 0 for the last one's"),
      .integer(
        "evaluation_episodes", \.evaluationEpisodes, 0...1_000_000,
        "episodes that score each checkpoint for the curves, 0 for none"),
    ] + Agent.settings.map { $0.lifted("agent", \.agent) }
  }

  /// The numbers of steps after which a seed is validated, scored and saved, ascending; the last is the run's end.
  package var checkpoints: [Int] {
    guard let checkpointSteps else {
      let (each, rest) = steps.quotientAndRemainder(dividingBy: evaluations)
      return (1...evaluations).map { each * $0 + rest * $0 / evaluations }
    }
    let whole = wholeSteps(checkpointSteps)
    return Array(stride(from: whole, to: steps, by: whole)) + [steps]
  }

  /// Throws where keys that are fine alone do not go together.
  func validate() throws(InputError) {
    let (last, overflows) = seed.addingReportingOverflow(UInt64(seeds - 1))
    guard !overflows, last <= UInt64(Int.max) else {
      throw InputError.configuration(
        "configuration", "seeds from 'seed' on must stay below 2^63", "lower 'seed' or 'seeds'")
    }
    guard let checkpointSteps else { return }
    let count = steps / wholeSteps(checkpointSteps)
    guard count <= 1_000_000 else {
      throw InputError.configuration(
        "configuration", "\(steps) steps would have \(count) checkpoints",
        "raise 'checkpoint_steps' or lower 'steps'")
    }
  }

  private func wholeSteps(_ steps: Int) -> Int { (max(steps, lanes) - 1) / lanes * lanes + lanes }

  /// How the configuration sees one of its learners.
  func seat(seed: UInt64, threads: Int?) -> LearnerSeat {
    LearnerSeat(lanes: lanes, seed: seed, steps: steps, threads: threads)
  }
}
