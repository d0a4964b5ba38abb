import LinearAlgebra

/// What `replan` would have done from the same state with the same luck, against which a step is measured.
///
/// The step pays r + V(s') − r₀ − V(s'₀): its outcome and the value of going on with `replan` from where it led, less
/// the same of the planned levels, V being the plan's forecast. With V the exact value of `replan`, the mean of this is
/// the advantage over it, and the advantages along a policy's play sum up to what the policy earns more (Kakade and
/// Langford, 2002, Lemma 6.1): so the best policy is the same. The drift and luck that both plays share cancel.
final class ReferencePlay {
  private let simulation: MarketSimulation
  private let observation: PlannerObservation
  private let objective: ObjectiveSum
  private let rows: Matrix
  private let rewards: Matrix

  init(market: Market, lanes: Range<Int>, seed: UInt64) {
    simulation = MarketSimulation(market: market, lanes: lanes, seed: seed)
    observation = PlannerObservation(market: market, laneCount: lanes.count)
    objective = ObjectiveSum(market: market, signal: .expected, laneCount: lanes.count)
    rows = Matrix(rows: lanes.count, columns: market.observationNames(.planner).count)
    rewards = Matrix(rows: 1, columns: lanes.count)
  }

  /// Plays the planned levels from the state before a step.
  func play(from own: MarketSimulation, planned: PlannerObservation, objective ownObjective: ObjectiveSum) {
    simulation.copy(from: own)
    observation.copy(from: planned)
    objective.copy(from: ownObjective)
    simulation.play(levels: planned.plannedLevels)
    observation.observe(simulation, levels: planned.plannedLevels)
    objective.add(simulation, into: rewards.pointer)
    observation.write(simulation, into: rows.view)
  }

  /// Turns the rewards of the step into its gains over the plan.
  func compare(_ own: UnsafeMutablePointer<Float>, with planned: PlannerObservation) {
    for lane in 0..<simulation.laneCount {
      own[lane] += planned.values[lane] - rewards.pointer[lane] - observation.values[lane]
    }
  }
}
