/// An upper bound on what money can gain at fixed marginal returns.
///
/// Cells lie in channels, channels in groups, groups in the budget: limits that nest. Under them the linear programme
/// max Σ gain · x is solved by filling the lower limits from the inside out and then buying in the order of the gains (Edmonds,
/// 1970). Caps of ticks cross the channels; they are priced: any prices of at least 0 give a valid bound, and steps along the
/// subgradient as long as the gap asks for (Polyak, 1969) find good ones.
struct NestedLimits {
  private let problem: SpendProblem
  private let cells: [SpendProblem.Cell]

  init(_ problem: SpendProblem, cells: [SpendProblem.Cell]) {
    self.problem = problem
    self.cells = cells
  }

  /// The smallest bound that a few rounds of prices find for the gains of the cells.
  ///
  /// - Parameter planned: what the plan itself gains, which no bound can fall below.
  func bound(gains: [Double], planned: Double) -> Double {
    guard let cap = problem.tickCap else { return solve(gains).gain }
    var prices = [Double](repeating: 0, count: problem.ticks)
    var best = Double.infinity
    let enough = 1e-7 * abs(planned) + .leastNormalMagnitude
    for _ in 0..<200 {
      let net = zip(gains, cells).map { gain, cell in
        gain - (cell.tick.map { prices[$0] } ?? prices.reduce(0, +) / Double(problem.ticks))
      }
      let (gain, amounts) = solve(net)
      let value = gain + cap * prices.reduce(0, +)
      best = min(best, value)
      guard value - planned > enough else { break }
      var room = [Double](repeating: cap, count: problem.ticks)
      for (cell, amount) in zip(cells, amounts) {
        if let tick = cell.tick {
          room[tick] -= amount
        } else {
          for tick in room.indices { room[tick] -= amount / Double(problem.ticks) }
        }
      }
      // A price of 0 does not fall further.
      let directions = zip(room, prices).map { $0 > 0 && $1 == 0 ? 0 : $0 }
      let squares = directions.reduce(0) { $0 + $1 * $1 }
      guard squares > 0 else { break }
      let step = (value - planned) / squares
      for tick in prices.indices { prices[tick] = max(0, prices[tick] - step * directions[tick]) }
    }
    return best
  }

  /// The most that money gains without caps of ticks, and the amounts of the cells.
  private func solve(_ gains: [Double]) -> (gain: Double, amounts: [Double]) {
    var amounts = cells.map(\.limits.lowerBound)
    var channels = [Double](repeating: 0, count: problem.channels.count)
    for (amount, cell) in zip(amounts, cells) { channels[cell.channel] += amount }
    var groups = problem.groups.map { group in group.members.reduce(0) { $0 + channels[$1] } }
    var left = problem.budget - channels.reduce(0, +)
    let order = gains.indices.sorted { gains[$0] > gains[$1] }
    /// Buys a cell as far as its limits, and those it lies in, allow and `most`.
    func buy(_ index: Int, most: Double) {
      let cell = cells[index]
      let group = problem.channels[cell.channel].group
      let amount = min(
        most, left, cell.limits.upperBound - amounts[index],
        problem.channels[cell.channel].limits.upperBound - channels[cell.channel],
        group.map { problem.groups[$0].limits.upperBound - groups[$0] } ?? .infinity)
      guard amount > 0 else { return }
      amounts[index] += amount
      channels[cell.channel] += amount
      if let group { groups[group] += amount }
      left -= amount
    }
    if problem.channels.indices.contains(where: { channels[$0] < problem.channels[$0].limits.lowerBound }) {
      for index in order {
        let channel = cells[index].channel
        buy(index, most: problem.channels[channel].limits.lowerBound - channels[channel])
      }
    }
    if problem.groups.indices.contains(where: { groups[$0] < problem.groups[$0].limits.lowerBound }) {
      for index in order {
        guard let group = problem.channels[cells[index].channel].group else { continue }
        buy(index, most: problem.groups[group].limits.lowerBound - groups[group])
      }
    }
    for index in order {
      guard gains[index] > 0, left > 0 else { break }
      buy(index, most: left)
    }
    return (zip(gains, amounts).reduce(0) { $0 + $1.0 * $1.1 }, amounts)
  }
}
