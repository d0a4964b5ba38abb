import Environments
import Learning
import LinearAlgebra

/// A trained policy played greedily on what it was trained to see.
public final class PolicyStrategy: MarketStrategy {
  private let environment: BudgetAllocation
  private let policy: Policy
  private var seat: Seat?

  /// What a number of lanes needs.
  private struct Seat {
    let observation: any MarketObservation
    let rows: MatrixHolder
    let runner: PolicyRunner
    let laneCount: Int
  }

  /// Creates the strategy of a policy; `environment` says what it sees.
  public init(policy: Policy, environment: BudgetAllocation) {
    self.policy = policy
    self.environment = environment
  }

  /// Forgets the last episode.
  public func startEpisode(_ simulation: MarketSimulation) {
    if seat?.laneCount != simulation.laneCount {
      seat = Seat(
        observation: environment.makeObservation(laneCount: simulation.laneCount),
        rows: MatrixHolder(rows: simulation.laneCount, columns: environment.observationLayout.size),
        runner: PolicyRunner(policy, maximumBatch: simulation.laneCount, threads: 1),
        laneCount: simulation.laneCount)
    }
    seat?.observation.startEpisode(simulation)
  }

  /// Observes every lane and writes the policy's greedy levels.
  public func choose(_ simulation: MarketSimulation, levels: UnsafeMutablePointer<Int32>) {
    guard let seat else { preconditionFailure("An episode must be started before levels are chosen.") }
    seat.observation.write(simulation, into: seat.rows.matrix.view)
    seat.runner.act(observations: seat.rows.matrix.view, into: levels)
  }

  /// Shows the observation what the tick led to.
  public func observe(_ simulation: MarketSimulation) {
    seat?.observation.observe(simulation)
  }
}

/// A matrix that can be stored where copies are made.
private final class MatrixHolder {
  let matrix: Matrix
  init(rows: Int, columns: Int) { matrix = Matrix(rows: rows, columns: columns) }
}
