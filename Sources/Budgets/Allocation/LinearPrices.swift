/// An upper bound on what money can gain at fixed marginal returns.
///
/// Under the budget, the ticks' cap and the limits of the cells, which nest, the linear programme max Σ gain · x is solved by
/// buying the cells in the order of their gains (Edmonds, 1970). The channels' limits cross the ticks; they are priced
/// instead: any prices give a valid bound, and a few rounds look for good ones.
struct LinearPrices {
  private let problem: SpendProblem
  private let cells: [SpendProblem.Cell]
  private let cellsOfChannel: [[Int]]
  /// The money of each channel's lower limits by cell.
  private let floors: [Double]

  init(_ problem: SpendProblem, cells: [SpendProblem.Cell]) {
    self.problem = problem
    self.cells = cells
    var cellsOfChannel = [[Int]](repeating: [], count: problem.channels.count)
    for (index, cell) in cells.enumerated() { cellsOfChannel[cell.channel].append(index) }
    self.cellsOfChannel = cellsOfChannel
    floors = cellsOfChannel.map { $0.reduce(0) { $0 + cells[$1].limits.lowerBound } }
  }

  /// The smallest bound that a few rounds of prices find for the gains of the cells.
  func bound(gains: [Double]) -> Double {
    var prices = [Double](repeating: 0, count: problem.channels.count)
    var best = Double.infinity
    for _ in 0..<8 {
      let net = zip(gains, cells).map { $0 - prices[$1.channel] }
      let bought = greedy(net)
      let limits = zip(prices, problem.channels).reduce(0) { sum, pair in
        sum + pair.0 * (pair.0 > 0 ? pair.1.limits.upperBound : pair.1.limits.lowerBound)
      }
      best = min(best, bought.gain + limits)
      let former = prices
      for channel in prices.indices {
        // What the channel's cells would pay beyond the money and their tick.
        let worth = cellsOfChannel[channel].map { cell in
          (worth: gains[cell] - max(bought.money, cells[cell].tick.map { bought.ticks[$0] } ?? 0), cell: cell)
        }.sorted { $0.worth > $1.worth }
        let limits = problem.channels[channel].limits
        let highest = clearingPrice(of: worth, channel, demanding: limits.upperBound)
        let lowest =
          limits.lowerBound > floors[channel]
          ? clearingPrice(of: worth, channel, demanding: limits.lowerBound) : 0
        prices[channel] = highest > 0 ? highest : lowest.isFinite ? min(lowest, 0) : 0
      }
      if prices == former { break }
    }
    return best
  }

  /// The most that money gains, and the gains of the last cells that the budget and each tick's cap let in; 0 where they
  /// do not bind.
  private func greedy(_ gains: [Double]) -> (gain: Double, money: Double, ticks: [Double]) {
    var left = problem.budget
    var leftInTick = [Double](repeating: problem.tickCap ?? .infinity, count: problem.ticks)
    var sum = 0.0
    for (gain, cell) in zip(gains, cells) {
      left -= cell.limits.lowerBound
      if let tick = cell.tick { leftInTick[tick] -= cell.limits.lowerBound }
      sum += gain * cell.limits.lowerBound
    }
    var money = 0.0
    var ticks = [Double](repeating: 0, count: problem.ticks)
    for index in gains.indices.sorted(by: { gains[$0] > gains[$1] }) {
      guard gains[index] > 0, left > 0 else { break }
      let (cell, gain) = (cells[index], gains[index])
      let wanted = cell.limits.upperBound - cell.limits.lowerBound
      let bought = min(wanted, left, cell.tick.map { max(0, leftInTick[$0]) } ?? .infinity)
      sum += gain * bought
      left -= bought
      if left <= 0 { money = gain }
      if let tick = cell.tick {
        if leftInTick[tick] > 0, leftInTick[tick] <= bought { ticks[tick] = gain }
        leftInTick[tick] -= bought
      }
    }
    return (sum, money, ticks)
  }

  /// The price at which the cells, in the order of their worth, take up an amount of money; -infinity where they
  /// cannot.
  private func clearingPrice(
    of ranked: [(worth: Double, cell: Int)], _ channel: Int, demanding amount: Double
  ) -> Double {
    var left = amount - floors[channel]
    for (worth, cell) in ranked {
      left -= cells[cell].limits.upperBound - cells[cell].limits.lowerBound
      if left <= 0 { return worth }
    }
    return -.infinity
  }
}
