/// Finds the best money by cell, and what no other can exceed, by branch and bound.
///
/// In each box of amounts concave envelopes stand for the curves; `MoneyExchange` solves that and its bound holds for the box
/// (McCormick, 1976). A box whose bound exceeds the best plan found is cut in two at the plan of its envelopes, so that this
/// plan remains a start for both halves, and the envelopes of either lie nearer to the curves. Concave curves are their own
/// envelopes: the first box settles them.
struct SpendSearch {
  /// The best amounts found.
  private(set) var amounts: [Double]
  /// Their objective.
  private(set) var objective: Double
  /// What no amounts can exceed.
  private(set) var bound: Double

  private let problem: SpendProblem
  private let cells: [SpendProblem.Cell]
  private let gap: Double

  private struct Box {
    var cells: [SpendProblem.Cell]
    var amounts: [Double]
    var bound: Double
    /// By channel and tick: how far the envelope lies above the curve at the plan, weighted.
    var excess: [[Double]]
  }

  /// Searches.
  ///
  /// - Parameters:
  ///   - starts: plans by channel and tick that are tried as they are and then improved.
  ///   - gap: the share of the objective to which the bound is brought down where `boxes` suffice.
  ///   - boxes: how many boxes are tried at most; nil for as many as small problems need.
  /// - Returns: nil where no money keeps to the limits.
  init?(
    _ problem: SpendProblem, cells: [SpendProblem.Cell], starts: [[[Double]]] = [], gap: Double,
    boxes: Int? = nil
  ) {
    self.problem = problem
    self.cells = cells
    self.gap = gap
    let least = cells.map(\.limits.lowerBound)
    let even = zip(cells, least).map { $1 + 0.5 * ($0.limits.upperBound - $1) }
    guard let first = problem.feasible(cells, near: even) ?? problem.feasible(cells, near: least) else {
      return nil
    }
    (amounts, objective, bound) = (first, problem.objective(problem.spends(cells, first)), .infinity)
    for start in starts {
      offer(
        cells.map { cell in cell.tick.map { start[cell.channel][$0] } ?? start[cell.channel].reduce(0, +) })
    }
    // A box of a year's weeks of ten channels takes half a second, and more boxes hardly help there.
    let limit = boxes.map { min($0, Self.boxes(cells.count)) } ?? Self.boxes(cells.count)
    var root = solve(Box(cells: cells, amounts: first, bound: .infinity, excess: []))
    let isConcave = problem.channels.allSatisfy { $0.curve.inflection == 0 }
    if !isConcave {
      offer(problem.pulsed(problem.spends(cells, root.amounts)), cells: cells)
    }
    var open = [root]
    var tried = 1
    // What boxes that cannot be cut any further leave open.
    var settled = -Double.infinity
    // A hundredth left open is worth four times as many.
    let most = boxes == nil && limit > 1 ? 4 * limit : limit
    func isEnough(_ left: Double) -> Bool {
      let share = left / max(abs(objective), .leastNormalMagnitude)
      return share <= gap || tried >= (share > 0.01 ? most : limit)
    }
    while let place = open.indices.max(by: { open[$0].bound < open[$1].bound }),
      !isEnough(open[place].bound - objective)
    {
      root = open.remove(at: place)
      guard let cut = cut(root) else {
        settled = max(settled, root.bound)
        continue
      }
      for half in cut {
        let solved = solve(half)
        tried += 1
        if solved.bound > objective { open.append(solved) }
      }
    }
    bound = max(objective, settled, open.map(\.bound).max() ?? objective)
  }

  private static func boxes(_ cells: Int) -> Int { cells <= 150 ? min(600, 24_000 / max(1, cells)) : 1 }

  /// Solves a box on its envelopes and improves the best plan from there.
  private mutating func solve(_ box: Box) -> Box {
    var box = box
    let envelopes = problem.envelopes(box.cells)
    var exchange = MoneyExchange(problem, cells: box.cells, amounts: box.amounts, envelopes: envelopes)
    box.bound = min(box.bound, exchange.run(gap: 0.5 * gap))
    box.amounts = exchange.amounts
    box.excess = problem.channels.enumerated().map { index, channel in
      channel.weights.indices.map { tick in
        let stock = exchange.stocks[index][tick]
        return channel.weights[tick] * (envelopes[index][tick].value(stock) - channel.curve.value(stock))
      }
    }
    offer(box.amounts)
    return box
  }

  /// Takes amounts, and what moves on the curves themselves make of them, as the best where they are.
  private mutating func offer(_ offered: [Double]) {
    guard let start = problem.feasible(cells, near: offered) else { return }
    var exchange = MoneyExchange(problem, cells: cells, amounts: start)
    _ = exchange.run(gap: gap, moves: cells.count < 40 ? 400 : 2000)
    for tried in [start, exchange.amounts] {
      let value = problem.objective(problem.spends(cells, tried))
      if value > objective { (amounts, objective) = (tried, value) }
    }
  }

  private mutating func offer(_ spends: [[Double]], cells: [SpendProblem.Cell]) {
    guard cells.contains(where: { $0.tick != nil }) else { return }
    offer(
      cells.map { cell in cell.tick.map { spends[cell.channel][$0] } ?? spends[cell.channel].reduce(0, +) })
  }

  /// The two halves of a box, cut where the envelopes exceed the curves most; nil where they hardly do.
  private func cut(_ box: Box) -> [Box]? {
    var worst = (excess: 1e-12 * max(abs(objective), .leastNormalMagnitude), channel: -1, tick: 0)
    for (channel, row) in box.excess.enumerated() {
      for (tick, excess) in row.enumerated() where excess > worst.excess { worst = (excess, channel, tick) }
    }
    guard worst.channel >= 0 else { return nil }
    let weights = problem.channels[worst.channel].adstock.spendWeights(count: worst.tick + 1)
    /// How much the stock in question may vary by a cell.
    func width(_ index: Int) -> Double {
      let cell = box.cells[index]
      guard cell.channel == worst.channel else { return 0 }
      let range = cell.limits.upperBound - cell.limits.lowerBound
      guard let tick = cell.tick else { return range * weights.reduce(0, +) / Double(problem.ticks) }
      return tick <= worst.tick ? range * weights[worst.tick - tick] : 0
    }
    guard let index = box.cells.indices.max(by: { width($0) < width($1) }), width(index) > 0 else {
      return nil
    }
    let limits = box.cells[index].limits
    let range = limits.upperBound - limits.lowerBound
    guard range > 1e-9 * max(problem.budget, .leastNormalMagnitude) else { return nil }
    let share = (box.amounts[index] - limits.lowerBound) / range
    // A cut near an end leaves one half as wide as before.
    let point = limits.lowerBound + range * (share > 0.1 && share < 0.9 ? share : 0.5)
    var halves: [Box] = []
    for half in [limits.lowerBound...point, point...limits.upperBound] {
      var cells = box.cells
      cells[index].limits = half
      guard !problem.isEmpty(cells) else { continue }
      // A half that cannot be started from is left as it is, with the whole.
      guard let amounts = problem.feasible(cells, near: box.amounts) else { return nil }
      halves.append(Box(cells: cells, amounts: amounts, bound: box.bound, excess: []))
    }
    return halves
  }
}

extension Adstock {
  /// What a unit of money adds to the stock so many ticks later.
  func spendWeights(count: Int) -> [Double] {
    stocks(of: [1] + [Double](repeating: 0, count: max(0, count - 1)))
  }
}
