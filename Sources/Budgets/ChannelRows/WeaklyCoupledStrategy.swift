import Learning
import LinearAlgebra

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A weakly coupled policy that plays a market: any with channels like those that it was trained on, and any budget.
package final class WeaklyCoupledStrategy: MarketStrategy {
  private let policy: WeaklyCoupledPolicy
  private let problem: WeaklyCoupledMarket
  private var seat: Seat?

  /// What a number of lanes needs.
  private final class Seat {
    let rows: any ChannelRows
    let matrix: Matrix
    let runner: WeaklyCoupledRunner
    let laneCount: Int

    init(_ policy: WeaklyCoupledPolicy, _ problem: WeaklyCoupledMarket, laneCount: Int) {
      rows = problem.makeRows(laneCount: laneCount)
      matrix = Matrix(rows: laneCount * problem.channelCount, columns: problem.columns.count)
      runner = WeaklyCoupledRunner(policy, lanes: laneCount, channels: problem.channelCount)
      self.laneCount = laneCount
    }
  }

  /// Creates the strategy of a policy; `problem` says what it sees.
  package init(policy: WeaklyCoupledPolicy, problem: WeaklyCoupledMarket) {
    precondition(
      policy.shape.columns == problem.columns,
      "The policy reads other rows than the market has: \(policy.shape.columns) and \(problem.columns).")
    self.policy = policy
    self.problem = problem
  }

  /// Forgets the last episode.
  package func startEpisode(_ console: AdvertiserConsole) {
    if seat?.laneCount != console.laneCount {
      seat = Seat(policy, problem, laneCount: console.laneCount)
    }
    seat?.rows.startEpisode(console)
    seat?.runner.startEpisode()
  }

  /// Observes every lane and writes its levels.
  package func choose(_ console: AdvertiserConsole, levels: UnsafeMutablePointer<Int32>) {
    guard let seat else { preconditionFailure("An episode must be started before levels are chosen.") }
    seat.rows.write(console, into: seat.matrix.view)
    seat.runner.act(
      rows: seat.matrix.view, step: console.tick, money: console.remaining,
      stepCap: problem.market.tickCap.map { Float($0) } ?? .infinity, into: levels)
  }

  /// What a lane's last levels were chosen by: the price of money, and by channel and level the gains less priced costs and
  /// what a level and all that follows spend.
  package func played(lane: Int) -> (price: Double, values: [[Double]], spends: [[Double]]) {
    guard let seat else { preconditionFailure("Levels must be chosen before they are explained.") }
    let (count, levels) = (seat.matrix.rows, problem.columns.levels)
    let q = Matrix(rows: count, columns: levels)
    let spendToGo = Matrix(rows: count, columns: levels)
    seat.runner.values(
      rows: seat.matrix.view, logPrices: seat.runner.playedLogPrices, q: q.view, spendToGo: spendToGo.view)
    func rows(_ matrix: borrowing Matrix) -> [[Double]] {
      let view = matrix.view
      return (0..<problem.channelCount).map { channel in
        let row = view.row(lane * problem.channelCount + channel)
        return (0..<levels).map { Double(row[$0]) }
      }
    }
    return (Double(exp(seat.runner.playedLogPrices[lane])), rows(q), rows(spendToGo))
  }

  /// Takes in the tick just played.
  package func observe(_ console: AdvertiserConsole) { seat?.rows.observe(console) }
}
