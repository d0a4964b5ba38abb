import Learning
import LinearAlgebra

/// A weakly coupled network, which remembers the price of money found last and what its rows are written from.
final class WeaklyCoupledPlayer: CampaignPlayer {
  var paused: [Bool] = []
  private let problem: WeaklyCoupledMarket
  private let rows: any ChannelRows
  private let runner: WeaklyCoupledRunner
  private let matrix: Matrix
  private let farthest: [Float]

  init(_ policy: WeaklyCoupledPolicy, problem: WeaklyCoupledMarket, farthest: [Float]) {
    self.problem = problem
    self.farthest = farthest
    rows = problem.makeRows(laneCount: 1)
    runner = WeaklyCoupledRunner(policy, lanes: 1, channels: problem.channelCount)
    matrix = Matrix(rows: problem.channelCount, columns: problem.columns.count)
  }

  var observation: any MarketObservation { rows }
  var planning: PlanningLanes? { rows.planning }
  var plans: Bool { problem.rows == .plan }
  var moneyPrice: Double? { Double(runner.playedPrice(lane: 0)) }

  /// Whether there is a last price, that price, and what the rows know beside beliefs.
  var numbers: [Float] {
    get { [runner.isOpening ? 0 : 1, runner.logPrices[0]] + rows.numbers }
    set {
      runner.startEpisode()
      guard newValue.count >= 2 else { return }
      if newValue[0] == 1 { runner.resume(logPrices: [newValue[1]]) }
      if rows.planning == nil { rows.numbers = Array(newValue[2...]) }
    }
  }

  func choose(_ console: AdvertiserConsole, levels: UnsafeMutablePointer<Int32>) -> CampaignDecision.Flag? {
    rows.pause(paused)
    rows.write(console, into: matrix.view)
    for channel in 0..<problem.channelCount {
      let row = matrix.view.row(channel)
      for column in 0..<problem.columns.count where !row[column].isFinite { return .notFinite }
      for feature in farthest.indices where abs(row[feature]) > farthest[feature] { return .farFromTraining }
      if paused.indices.contains(channel), paused[channel] {
        // Only the lowest level is left, so that others get the money.
        (row + problem.columns.gains.lowerBound + 1).update(
          repeating: ChannelColumns.closed, count: problem.columns.levels - 1)
      }
    }
    runner.act(
      rows: matrix.view, step: console.tick, money: console.remaining,
      stepCap: problem.market.tickCap.map { Float($0) } ?? .infinity, into: levels)
    return nil
  }
}

extension WeaklyCoupledPolicy {
  /// How far from 0 each feature may lie before the plan's bids are played: three times as far as in 32 campaigns that are
  /// simulated with the policy, and at least 3.
  func farthest(in problem: WeaklyCoupledMarket) -> [Float] {
    let play = BudgetedPlay(problem, policy: self, lanes: 0..<32, seed: evaluationSeed(0))
    var farthest = [Float](repeating: 1, count: shape.columns.features)
    play.playEpisode { _ in
      for row in 0..<play.rows.rows {
        for feature in farthest.indices {
          farthest[feature] = max(farthest[feature], abs(play.rows[row, feature]))
        }
      }
    }
    return farthest.map { 3 * $0 }
  }
}
