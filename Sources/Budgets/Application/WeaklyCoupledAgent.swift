import Applications
import Documents
import Environments
import Learning
import LinearAlgebra

/// The section of the weakly coupled double-DQN, which learns a market's channels at prices of money.
struct WeaklyCoupledAgent: AgentConfiguration {
  /// What a channel's row shows.
  var rows = ChannelRowKind.beliefs
  /// What a channel's uncertainty is worth; nil for what suits the rows.
  var optimism: Float?
  /// The other hyperparameters; passes, lanes and prices follow from the run and the market.
  var learning = WeaklyCoupledConfiguration()

  static var defaultLanes: Int { WeaklyCoupledConfiguration().lanes }

  static let settings: [Setting<WeaklyCoupledAgent>] =
    [
      .choice("rows", \.rows, "what a channel's row shows: console, beliefs or plan"),
      .number(
        "optimism", \.optimism, .atLeast(0),
        "what a deviation of a channel's log gain is worth in play before the search, or none for what suits the rows"
      ),
    ] + learningSettings.map { $0.lifted(nil, \.learning) }

  private static let learningSettings: [Setting<WeaklyCoupledConfiguration>] = [
    .integers("hidden", \.hidden, 1...65_536, "widths of the hidden layers, the same for every channel"),
    .integer("replayed_passes", \.replayedPasses, 1...10_000, "passes (an episode in every lane) kept"),
    .integer("updates_per_pass", \.updatesPerPass, 0...1_000_000, "updates after a pass"),
    .integer("batch_states", \.batchStates, 1...65_536, "states of an update, each a row per channel"),
    .number("discount", \.discount, .unit, "what a priced gain one step later is worth; 0 values one step"),
    .number("learning_rate", \.learningRate, .above(0), "Adam's step size at the start"),
    .number("final_learning_rate", \.finalLearningRate, .above(0), "the same at the end, along a cosine"),
    .number("maximum_gradient_norm", \.maximumGradientNorm, .above(0), "clips gradients"),
    .number("target_rate", \.targetRate, .share, "how far the target network follows with each update"),
    .number("exploration", \.exploration, .unit, "chance that a channel plays any level"),
    .number("huber_width", \.huberWidth, .above(0), "where the loss turns linear, in a channel's units"),
    .number("spend_weight", \.spendWeight, .atLeast(0), "what the loss of spend to go counts"),
    .number("price_spread", \.priceSpread, .above(0), "deviation of the log prices met in training"),
    .integer(
      "calibration_episodes", \.calibrationEpisodes, 1...1_000_000, "episodes of a round of calibration"),
    .integer(
      "calibration_rounds", \.calibrationRounds, 0...100, "rounds that make prices of money martingales"),
    .number(
      "information", \.information, .atLeast(0),
      "what a deviation of news of a channel is worth before the search, in shares of all that is to be gained"
    ),
    .integer(
      "search_generations", \.searchGenerations, 0...10_000,
      "generations that search for exploration and prices after the last pass; 0 keeps what the two above say"
    ),
    .integer("search_candidates", \.searchCandidates, 2...10_000, "candidates of a generation"),
    .integer("search_episodes", \.searchEpisodes, 1...1_000_000, "episodes that each of them plays"),
    .integer(
      "rollouts", \.rollouts, 0...100_000_000,
      "episodes with one level changed that correct the policy after the search; 0 for none"),
  ]

  func memory(of environment: any Environment, lanes: Int) -> Double {
    guard let market = (environment as? BudgetAllocation)?.market else { return 0 }
    let columns = market.channelColumns(rows)
    let channels = market.channels.count
    let kept = Double(learning.replayedPasses) * Double(market.ticks) * Double(lanes) * Double(channels)
    let widths = WeaklyCoupledShape(columns: columns, hidden: learning.hidden).widths
    // Features of the last hidden layer, and the regression's rows, twice as long.
    let rolled = Double(learning.rollouts) * Double(3 * (learning.hidden.last ?? 0) + 5)
    return 4 * kept * Double(columns.count + 4) + 4 * rolled
      + memory(ofWidths: widths, rows: channels * max(lanes, 3 * learning.batchStates))
  }

  func learns(formOf policy: TrainedPolicy) -> Bool {
    if case .weaklyCoupled = policy { true } else { false }
  }

  mutating func adoptSizes(of policy: TrainedPolicy) {
    guard case .weaklyCoupled(let policy) = policy else { return }
    learning.hidden = policy.shape.hidden
    rows = policy.metadata[WeaklyCoupledMarket.rowsKey].flatMap { ChannelRowKind(rawValue: $0) } ?? rows
  }

  func learner(of environment: any Environment, seat: LearnerSeat, from initial: TrainedPolicy?)
    throws(InputError) -> any Learner
  {
    guard let allocation = environment as? BudgetAllocation else {
      throw InputError.configuration(
        "--algorithm weakly-coupled", "this problem has no channels under a budget", "use another algorithm")
    }
    let problem = WeaklyCoupledMarket(
      market: allocation.market, rows: rows, posterior: allocation.posterior)
    var configuration = learning
    let pass = seat.lanes * problem.steps
    configuration.lanes = seat.lanes
    configuration.passes = max(1, (seat.steps - 1) / pass + 1)
    configuration.priceCenter = problem.priceCenter
    configuration.optimism = optimism ?? rows.optimism
    return WeaklyCoupledDQN(
      problem, configuration: configuration, seed: seat.seed,
      startingFrom: try initial.map { policy throws(InputError) in
        try start(from: policy, market: allocation.market)
      }, threads: seat.threads ?? availableThreads())
  }

  /// A policy to go on from, where it reads the market's channels.
  private func start(
    from policy: TrainedPolicy, market: Market
  ) throws(InputError) -> WeaklyCoupledPolicy {
    guard case .weaklyCoupled(let policy) = policy else {
      throw InputError.configuration(
        "--from", "that policy is not weakly coupled", "leave --algorithm weakly-coupled out")
    }
    do throws(InputError) { _ = try WeaklyCoupledMarket(market: market, seenBy: policy) } catch {
      throw .configuration("--from", error.problem, error.remedy)
    }
    return policy
  }
}
