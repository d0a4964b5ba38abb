/// Maximises what a budget brings by moving money from where its marginal return is lowest to where it is highest.
///
/// On the concave hulls of the curves the objective is concave, and the limits (budget, ticks' cap, cells) nest, so that a
/// split from which no move of money between two cells gains anything is the best (Fujishige, 2005, section 8). Moves
/// go on until `LinearPrices` certifies the split: for a concave objective f, f(y) ≤ f(x) + ∇f(x) · (y − x).
struct MoneyExchange {
  private let problem: SpendProblem
  private let cells: [SpendProblem.Cell]
  /// Whether curves stand for their concave hulls.
  private let onHull: Bool
  /// Money by channel and tick.
  private(set) var spends: [[Double]]
  private var amounts: [Double]
  private var idle: Double
  private var stocks: [[Double]]
  private var gains: [Double]
  private let cellsOfChannel: [[Int]]
  private let prices: LinearPrices

  init(_ problem: SpendProblem, cells: [SpendProblem.Cell], from totals: [Double], onHull: Bool = true) {
    let ticks = Double(problem.ticks)
    self.init(
      problem, cells: cells, spends: totals.map { [Double](repeating: $0 / ticks, count: problem.ticks) },
      onHull: onHull)
  }

  init(_ problem: SpendProblem, cells: [SpendProblem.Cell], spends: [[Double]], onHull: Bool) {
    self.problem = problem
    self.cells = cells
    self.onHull = onHull
    self.spends = spends
    amounts = cells.map { cell in
      cell.tick.map { spends[cell.channel][$0] } ?? spends[cell.channel].reduce(0, +)
    }
    idle = max(0, problem.budget - amounts.reduce(0, +))
    stocks = problem.channels.indices.map { _ in [] }
    gains = [Double](repeating: 0, count: cells.count)
    var cellsOfChannel = [[Int]](repeating: [], count: problem.channels.count)
    for (index, cell) in cells.enumerated() { cellsOfChannel[cell.channel].append(index) }
    self.cellsOfChannel = cellsOfChannel
    prices = LinearPrices(problem, cells: cells)
    for channel in problem.channels.indices { refresh(channel) }
  }

  /// The objective of the spends, on the hulls or on the curves themselves.
  var objective: Double {
    var sum = 0.0
    for (channel, stocks) in zip(problem.channels, stocks) {
      for (weight, stock) in zip(channel.weights, stocks) {
        sum += weight * (onHull ? channel.curve.hullValue(stock) : channel.curve.value(stock))
      }
    }
    return sum - problem.moneyWeight * amounts.reduce(0, +)
  }

  /// Moves money until the bound is within a share of the objective, or nothing moves any more; returns the bound, which
  /// holds for every split where the exchange is on hulls.
  mutating func run(gap: Double, moves limit: Int = 40_000) -> Double {
    var best = Double.infinity
    for move in 0...limit {
      if move % 128 == 0 {
        best = min(best, certificate())
        if best - objective <= gap * abs(best) { return best }
      }
      guard let (giver, receiver, room) = steepestMove(), exchange(from: giver, to: receiver, upTo: room)
      else {
        break
      }
    }
    return min(best, certificate())
  }

  private func certificate() -> Double {
    let planned = zip(gains, amounts).reduce(0) { $0 + $1.0 * $1.1 }
    return objective + prices.bound(gains: gains) - planned
  }

  /// Brings stocks and marginal returns of a channel up to its spends.
  private mutating func refresh(_ index: Int) {
    let channel = problem.channels[index]
    stocks[index] = channel.adstock.stocks(of: spends[index], after: channel.recent)
    let slopes = channel.adstock.spendSlopes(
      zip(channel.weights, stocks[index]).map { weight, stock in
        weight * (onHull ? channel.curve.hullSlope(stock) : channel.curve.slope(stock))
      })
    for cell in cellsOfChannel[index] {
      gains[cell] =
        (cells[cell].tick.map { slopes[$0] } ?? slopes.reduce(0, +) / Double(problem.ticks))
        - problem.moneyWeight
    }
  }

  /// The move of largest gain: from a cell to another, nil standing for money that is not spent at all.
  private func steepestMove() -> (giver: Int?, receiver: Int?, room: Double)? {
    let totals = spends.map { $0.reduce(0, +) }
    let slack = 1e-12 * problem.budget
    let takes = problem.channels.indices.map { problem.channels[$0].limits.upperBound - totals[$0] }
    let gives = problem.channels.indices.map { totals[$0] - problem.channels[$0].limits.lowerBound }
    let tickRoom = (0..<problem.ticks).map { tick in
      problem.tickCap.map { cap in cap - spends.reduce(0) { $0 + $1[tick] } } ?? .infinity
    }
    /// The best ends of a move, anywhere and within each channel and each tick.
    var free = Ends()
    var inChannel = [Ends](repeating: Ends(), count: problem.channels.count)
    var inTick = [Ends](repeating: Ends(), count: problem.ticks)
    if idle > slack { free.offer(nil, 0) }
    free.take(nil, 0)
    for (index, cell) in cells.enumerated() {
      let tickIsOpen = cell.tick.map { tickRoom[$0] > slack } ?? true
      if amounts[index] < cell.limits.upperBound - slack {
        if takes[cell.channel] > slack, tickIsOpen { free.take(index, gains[index]) }
        if tickIsOpen { inChannel[cell.channel].take(index, gains[index]) }
        if let tick = cell.tick, takes[cell.channel] > slack { inTick[tick].take(index, gains[index]) }
      }
      if amounts[index] > cell.limits.lowerBound + slack {
        if gives[cell.channel] > slack {
          free.offer(index, gains[index])
          if let tick = cell.tick { inTick[tick].offer(index, gains[index]) }
        }
        inChannel[cell.channel].offer(index, gains[index])
      }
    }
    guard let best = ([free] + inChannel + inTick).max(by: { $0.gain < $1.gain }),
      best.gain > 1e-13 * abs(best.receiverGain)
    else { return nil }
    let (giver, receiver) = (best.giver, best.receiver)
    var room = giver.map { amounts[$0] - cells[$0].limits.lowerBound } ?? idle
    if let receiver {
      room = min(room, cells[receiver].limits.upperBound - amounts[receiver])
      let (from, to) = (giver.map { cells[$0] }, cells[receiver])
      if from?.channel != to.channel { room = min(room, takes[to.channel]) }
      if let tick = to.tick, from?.tick != tick { room = min(room, tickRoom[tick]) }
    }
    if let giver, receiver.map({ cells[$0].channel }) != cells[giver].channel {
      room = min(room, gives[cells[giver].channel])
    }
    return (giver, receiver, room)
  }

  /// Moves as much money as gains; false where that is nothing.
  private mutating func exchange(from giver: Int?, to receiver: Int?, upTo room: Double) -> Bool {
    let changes = direction(from: giver, to: receiver)
    let moneyGain = problem.moneyWeight * ((giver == nil ? -1 : 0) + (receiver == nil ? 1 : 0))
    let amount = lineSearch(changes, moneyGain, upTo: room)
    guard amount > 0, onHull || gain(changes, moneyGain, of: amount) > 0 else { return false }
    for (cell, sign) in [(giver, -1.0), (receiver, 1.0)] {
      guard let cell else {
        idle += sign * amount
        continue
      }
      amounts[cell] += sign * amount
      let channel = cells[cell].channel
      if let tick = cells[cell].tick {
        spends[channel][tick] = max(0, spends[channel][tick] + sign * amount)
      } else {
        for tick in 0..<problem.ticks {
          spends[channel][tick] = max(0, amounts[cell] / Double(problem.ticks))
        }
      }
    }
    for channel in Set(changes.map(\.channel)) { refresh(channel) }
    return true
  }

  /// What a unit of money moved does to the stocks of the channels it touches.
  private func direction(from giver: Int?, to receiver: Int?) -> [(channel: Int, stocks: [Double])] {
    var spends: [(channel: Int, spends: [Double])] = []
    for (cell, sign) in [(giver, -1.0), (receiver, 1.0)] {
      guard let cell = cell.map({ cells[$0] }) else { continue }
      if spends.last?.channel != cell.channel {
        spends.append((cell.channel, [Double](repeating: 0, count: problem.ticks)))
      }
      if let tick = cell.tick {
        spends[spends.count - 1].spends[tick] += sign
      } else {
        for tick in 0..<problem.ticks {
          spends[spends.count - 1].spends[tick] += sign / Double(problem.ticks)
        }
      }
    }
    return spends.map { ($0.channel, problem.channels[$0.channel].adstock.stocks(of: $0.spends)) }
  }

  /// What moving an amount gains.
  private func gain(
    _ changes: [(channel: Int, stocks: [Double])], _ moneyGain: Double, of amount: Double
  ) -> Double {
    var sum = moneyGain * amount
    for change in changes {
      let channel = problem.channels[change.channel]
      for (tick, step) in change.stocks.enumerated() where step != 0 {
        let stock = stocks[change.channel][tick]
        sum +=
          channel.weights[tick] * (channel.curve.value(stock + amount * step) - channel.curve.value(stock))
      }
    }
    return sum
  }

  /// The amount at which the gain of moving more ends: false position on the derivative, the Illinois way (Dowell and
  /// Jarratt, 1971).
  private func lineSearch(
    _ changes: [(channel: Int, stocks: [Double])], _ moneyGain: Double, upTo room: Double
  ) -> Double {
    func derivative(_ amount: Double) -> Double {
      var sum = moneyGain
      for change in changes {
        let channel = problem.channels[change.channel]
        for (tick, step) in change.stocks.enumerated() where step != 0 {
          let stock = stocks[change.channel][tick] + amount * step
          let slope = onHull ? channel.curve.hullSlope(stock) : channel.curve.slope(stock)
          sum += channel.weights[tick] * slope * step
        }
      }
      return sum
    }
    var (low, high) = (0.0, room)
    var (atLow, atHigh) = (derivative(0), derivative(room))
    guard atLow > 0 else { return 0 }
    guard atHigh < 0 else { return room }
    let enough = 0.02 * atLow
    for _ in 0..<40 {
      let middle = (low * atHigh - high * atLow) / (atHigh - atLow)
      let value = derivative(middle)
      if abs(value) <= enough { return middle }
      if value > 0 {
        (low, atLow) = (middle, value)
        atHigh *= 0.5
      } else {
        (high, atHigh) = (middle, value)
        atLow *= 0.5
      }
    }
    return low
  }
}

/// The two ends of the best move within a set of cells.
private struct Ends {
  var giver: Int?
  var receiver: Int?
  private var giverGain = Double.infinity
  private(set) var receiverGain = -Double.infinity

  /// What a unit of money moved gains.
  var gain: Double {
    giverGain == .infinity || receiverGain == -.infinity ? -.infinity : receiverGain - giverGain
  }

  mutating func offer(_ cell: Int?, _ gain: Double) {
    if gain < giverGain { (giver, giverGain) = (cell, gain) }
  }

  mutating func take(_ cell: Int?, _ gain: Double) {
    if gain > receiverGain { (receiver, receiverGain) = (cell, gain) }
  }
}
