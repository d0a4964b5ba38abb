import Documents
import Environments
import Foundation
import Learning
import LinearAlgebra

/// The environment of budget allocation: one bid level per channel and tick under one budget.
///
/// An episode is the market's ticks and ends in a terminal state: money left over is worth nothing.
public struct BudgetAllocation: Environment {
  /// What a step pays.
  public enum RewardSignal: String, Sendable, CaseIterable {
    /// The objective as it was drawn.
    case realized
    /// Its expectation given the wins and the market's state of the tick: the same mean with less noise, which a
    /// simulator knows and training may use (Rao–Blackwell).
    case expected
  }

  /// The market.
  public let market: Market
  /// The markets that episodes are played in, where the market is only what is known of them.
  package let posterior: PosteriorDraws?
  /// What the policy sees.
  public let observation: ObservationKind
  /// What a step pays.
  public let reward: RewardSignal
  /// Whether a step also tells what the plan would have led to from the same state with the same luck, which training
  /// from pairs needs.
  public let hasCounterfactual: Bool
  /// The share of the plan's forecast that observations hold, for that is what the plan really makes of money.
  package let planRealization: Float

  /// Describes the environment; counterfactuals need an observation that holds the plan.
  ///
  /// - Parameter planRealization: the share of the plan's forecast that observations hold; nil for 1, and for what 128
  ///   episodes of the plan show where counterfactuals are played in plausible markets.
  public init(
    market: Market, observation: ObservationKind = .planner, reward: RewardSignal = .realized,
    counterfactual: Bool = false, posterior: PosteriorDraws? = nil, planRealization: Float? = nil
  ) {
    precondition(
      !counterfactual || observation.hasPlan, "Counterfactuals play the plan, which observations must hold.")
    hasCounterfactual = counterfactual
    self.market = market
    self.posterior = posterior
    self.observation = observation
    self.reward = reward
    models = observation.hasPlan ? market.weighedModels : []
    observationLayout = market.observationLayout(observation)
    actionSpace = ActionSpace(branchSizes: market.channels.map(\.levels.count))
    if let planRealization {
      self.planRealization = planRealization
    } else if counterfactual, let posterior {
      self.planRealization = Self.planRealization(
        BudgetAllocation(market: market, observation: observation, posterior: posterior))
    } else {
      self.planRealization = 1
    }
  }

  /// The environment that a policy was trained to see, by what its file says.
  ///
  /// - Throws: `InputError` where it does not say so.
  public init(market: Market, seenBy policy: Policy) throws(InputError) {
    guard let observation = policy.metadata["observation"].flatMap({ ObservationKind(rawValue: $0) }) else {
      let names = ObservationKind.allCases.map(\.rawValue).joined(separator: " or ")
      throw InputError(
        .invalid, key: "observation", problem: "the policy's file does not say what it sees of a market",
        remedy: "its metadata should hold \(names)")
    }
    let text = policy.metadata["plan_realization"] ?? "1"
    guard let realization = Float(text), realization > 0, realization.isFinite else {
      throw InputError(
        .invalid, key: "plan_realization", problem: "is '\(text)' in the policy's file",
        remedy: "it should be a positive number")
    }
    self.init(market: market, observation: observation, planRealization: realization)
  }

  /// What the planner observation knows of the channels.
  private let models: [ChannelModel]
  /// The columns of what the policy sees; a plan among them is a prior, a tick's costs and money a spend cap.
  public let observationLayout: ObservationLayout
  /// One branch per channel, one choice per allowed level.
  public let actionSpace: ActionSpace

  /// Some 25 per channel; a plan takes a hundred times as long.
  public var nanosecondsPerStep: Int { market.channels.count * (observation.hasPlan ? 2500 : 25) }

  /// The market's name and digest, the observation, what of the plan's forecast it holds, and the action ladder as a JSON list of names and levels in the
  /// order of the branches.
  public var metadata: [String: String] {
    [
      "market": market.name, "market_digest": market.digest, "observation": observation.rawValue,
      "plan_realization": "\(planRealization)", ActionLadder.key: ActionLadder.text(of: market),
    ]
  }

  /// Opens the lanes of a range.
  public func makeBlock(lanes: Range<Int>, seed: UInt64) -> Block {
    Block(environment: self, lanes: lanes, seed: seed)
  }

  func makeObservation(laneCount: Int) -> any MarketObservation {
    switch observation {
    case .advertiser: AdvertiserObservation(market: market, laneCount: laneCount)
    case .planner, .plannerCosts: makePlannerObservation(laneCount: laneCount)
    }
  }

  private func makePlannerObservation(laneCount: Int) -> PlannerObservation {
    PlannerObservation(
      market: market, models: models, laneCount: laneCount, hasCosts: observation == .plannerCosts,
      realized: planRealization)
  }

  /// What the plan really makes of a little more money, as a share of what it expects to, over 128 episodes.
  ///
  /// In posterior draws a plan promises more than it keeps, for it is the best only of the market as described. Pairs are
  /// compared by what the forecast says of the money they leave: one that stayed so high would teach a policy to save.
  private static func planRealization(_ environment: BudgetAllocation) -> Float {
    let budget = environment.market.budget
    let more = environment.playedPlan(budget: 1.03 * budget)
    let less = environment.playedPlan(budget: 0.97 * budget)
    let expected = more.expected - less.expected
    return expected > 0 ? Float(min(max((more.gained - less.gained) / expected, 0.2), 2)) : 1
  }

  /// What the plan expects of episodes with a budget, and what it gains.
  private func playedPlan(budget: Double) -> (expected: Double, gained: Double) {
    let lanes = 128
    var market = market
    market.budget = budget
    let simulation = MarketSimulation(
      market: market, lanes: 0..<lanes, seed: 0x7265_616C_697A_6564, posterior: posterior)
    let planner = makePlannerObservation(laneCount: lanes)
    let objective = ObjectiveSum(market: market, signal: .expected, laneCount: lanes)
    let rows = Matrix(rows: lanes, columns: observationLayout.size)
    let rewards = Matrix(rows: 1, columns: lanes)
    let (view, reward) = (rows.view, rewards.pointer)
    let value = observationLayout.prior?.lowerBound ?? 0
    simulation.startEpisode()
    planner.startEpisode(simulation.console)
    var (expected, gained) = (0.0, 0.0)
    while simulation.tick < market.ticks {
      planner.write(simulation.console, into: view)
      if simulation.tick == 0 { for lane in 0..<lanes { expected += Double(view.row(lane)[value]) } }
      simulation.play(levels: planner.plannedLevels)
      planner.observe(simulation.console)
      objective.add(simulation, into: reward)
      for lane in 0..<lanes { gained += Double(reward[lane]) }
    }
    return (expected, gained)
  }

  /// Lanes of budget allocation, all at the same tick.
  public final class Block: EnvironmentBlock {
    /// The market's state.
    package let simulation: MarketSimulation
    private let observation: any MarketObservation
    private let objective: ObjectiveSum
    private let planned: PlannedPlay?

    init(environment: BudgetAllocation, lanes: Range<Int>, seed: UInt64) {
      simulation = MarketSimulation(
        market: environment.market, lanes: lanes, seed: seed, posterior: environment.posterior)
      observation = environment.makeObservation(laneCount: lanes.count)
      objective = ObjectiveSum(market: environment.market, signal: environment.reward, laneCount: lanes.count)
      planned =
        environment.hasCounterfactual
        ? PlannedPlay(
          market: environment.market, lanes: lanes, seed: seed, reward: environment.reward,
          posterior: environment.posterior,
          observation: environment.makePlannerObservation(laneCount: lanes.count))
        : nil
    }

    /// Starts an episode in every lane.
    public func reset(observations: inout MutableMatrixSpan) {
      simulation.startEpisode()
      objective.startEpisode()
      observation.startEpisode(simulation.console)
      observation.write(simulation.console, into: observations.view)
    }

    /// Plays one tick in every lane.
    public func step(actions: Span<Int32>, result: inout StepResult) {
      let plan = observation as? PlannerObservation
      if let planned, let plan {
        planned.play(from: simulation, planned: plan, objective: objective, into: &result.counterfactual)
      }
      simulation.play(levels: actions)
      observation.observe(simulation.console)
      if let planned, let plan { planned.write(seenWith: plan, into: &result.counterfactual) }
      objective.add(simulation, into: result.rewards.kernelPointer)
      let ended = simulation.tick == simulation.market.ticks
      result.terminated.fill(ended)
      result.truncated.fill(false)
      observation.write(
        simulation.console, into: ended ? result.finalObservations.view : result.observations.view)
      if ended { reset(observations: &result.observations) }
    }
  }
}
