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
  public func startEpisode(_ console: AdvertiserConsole) {
    if seat?.laneCount != console.laneCount {
      seat = Seat(
        observation: environment.makeObservation(laneCount: console.laneCount),
        rows: MatrixHolder(rows: console.laneCount, columns: environment.observationLayout.size),
        runner: PolicyRunner(policy, maximumBatch: console.laneCount, threads: 1),
        laneCount: console.laneCount)
    }
    seat?.observation.startEpisode(console)
  }

  /// Observes every lane and writes the policy's greedy levels.
  public func choose(_ console: AdvertiserConsole, levels: UnsafeMutablePointer<Int32>) {
    guard let seat else { preconditionFailure("An episode must be started before levels are chosen.") }
    seat.observation.write(console, into: seat.rows.matrix.view)
    seat.runner.act(observations: seat.rows.matrix.view, into: levels)
  }

  /// Shows the observation what the tick led to.
  public func observe(_ console: AdvertiserConsole) {
    seat?.observation.observe(console)
  }
}

/// A matrix that can be stored where copies are made.
private final class MatrixHolder {
  let matrix: Matrix
  init(rows: Int, columns: Int) { matrix = Matrix(rows: rows, columns: columns) }
}
