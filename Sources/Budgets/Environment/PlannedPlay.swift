import Environments
import LinearAlgebra

/// What the plan would have led to from the same state with the same luck: the counterfactual of every step.
///
/// Both plays share drift, auctions and the quantiles of every count, so what differs is what the levels changed: money
/// left, exposure, and what was learned of the market.
final class PlannedPlay {
  private let simulation: MarketSimulation
  private let observation: PlannerObservation
  private let objective: ObjectiveSum

  init(
    market: Market, lanes: Range<Int>, seed: UInt64,
    reward: BudgetAllocation.RewardSignal, posterior: PosteriorDraws?, observation: PlannerObservation
  ) {
    simulation = MarketSimulation(market: market, lanes: lanes, seed: seed, posterior: posterior)
    self.observation = observation
    objective = ObjectiveSum(market: market, signal: reward, laneCount: lanes.count)
  }

  /// Plays the planned levels from the state before a step.
  func play(
    from own: MarketSimulation, planned: PlannerObservation, objective ownObjective: ObjectiveSum,
    into result: inout Counterfactual?
  ) {
    simulation.copy(from: own)
    observation.copy(from: planned)
    objective.copy(from: ownObjective)
    result?.actions.kernelPointer.update(
      from: planned.plannedLevels, count: simulation.laneCount * simulation.channelCount)
    simulation.play(levels: planned.plannedLevels)
    observation.observe(simulation.console)
    if let rewards = result?.rewards.kernelPointer { objective.add(simulation, into: rewards) }
  }

  /// Writes what the planned levels would have led to, as it looks after the step that was really taken.
  ///
  /// A response channel shows its factor at every level alike, if its curve is as described. Where it is not, as in posterior
  /// draws, the levels of a step would move the belief, and with it the forecast of all the episode that is left, far more
  /// than they move what really follows: a policy would learn to play what flatters the forecast. So both sides of a
  /// pair share what the real step showed, and differ in money and stock.
  func write(seenWith real: PlannerObservation, into result: inout Counterfactual?) {
    observation.adoptResponses(from: real)
    if simulation.tick < simulation.market.ticks, let rows = result?.observations.view {
      observation.write(simulation.console, into: rows)
    }
  }
}
