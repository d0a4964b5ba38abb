/// Maximises what a budget brings by moving money from where its marginal return is lowest to where it is highest.
///
/// On concave envelopes of the curves the objective is concave, and the limits (budget, ticks' cap, cells) nest, so that a
/// split from which no move of money between two cells gains anything is the best (Fujishige, 2005, section 8). Moves
/// go on until `NestedLimits` certifies the split: for a concave objective f, f(y) ≤ f(x) + ∇f(x) · (y − x).
struct MoneyExchange {
  private let problem: SpendProblem
  private let cells: [SpendProblem.Cell]
  /// By channel and tick: what stands for the curves; nil where they stand for themselves.
  private let envelopes: [[ConcaveEnvelope]]?
  /// Money by channel and tick.
  private(set) var spends: [[Double]]
  /// Money by cell.
  private(set) var amounts: [Double]
  private var idle: Double
  private(set) var stocks: [[Double]]
  private var gains: [Double]
  private let cellsOfChannel: [[Int]]
  private let limits: NestedLimits

  /// Starts from amounts of the cells that keep to all limits.
  ///
  /// - Parameter envelopes: what stands for the curves; without them moves find a local optimum of the curves themselves.
  init(
    _ problem: SpendProblem, cells: [SpendProblem.Cell], amounts: [Double],
    envelopes: [[ConcaveEnvelope]]? = nil
  ) {
    self.problem = problem
    self.cells = cells
    self.envelopes = envelopes
    self.amounts = amounts
    spends = problem.spends(cells, amounts)
    idle = max(0, problem.budget - amounts.reduce(0, +))
    stocks = problem.channels.indices.map { _ in [] }
    gains = [Double](repeating: 0, count: cells.count)
    var cellsOfChannel = [[Int]](repeating: [], count: problem.channels.count)
    for (index, cell) in cells.enumerated() { cellsOfChannel[cell.channel].append(index) }
    self.cellsOfChannel = cellsOfChannel
    limits = NestedLimits(problem, cells: cells)
    for channel in problem.channels.indices { refresh(channel) }
  }

  /// The objective of the spends, on the envelopes or on the curves themselves.
  var objective: Double {
    var sum = 0.0
    for (channel, (described, stocks)) in zip(problem.channels, stocks).enumerated() {
      for (tick, (weight, stock)) in zip(described.weights, stocks).enumerated() {
        sum += weight * (envelopes?[channel][tick].value(stock) ?? described.curve.value(stock))
      }
    }
    return sum - problem.moneyWeight * amounts.reduce(0, +)
  }

  /// Moves money until the bound is within a share of the objective, or nothing moves any more; returns the bound, which
  /// holds for every split where the exchange is on envelopes.
  mutating func run(gap: Double, moves limit: Int = 40_000) -> Double {
    var best = Double.infinity
    var former = -Double.infinity
    for move in 0...limit {
      if move % 128 == 0 {
        if envelopes != nil {
          best = min(best, certificate())
          if best - objective <= gap * abs(best) { return best }
        }
        // Of many cells, moves that creep along an edge take minutes to gain next to nothing: the bound says what they leave.
        guard cells.count < 150 || move % 512 > 0 || objective - former > 0.05 * gap * abs(objective) else {
          break
        }
        if move % 512 == 0 { former = objective }
      }
      guard let move = steepestMove() ?? steepestSwap(), exchange(move) else { break }
    }
    return envelopes == nil ? .infinity : min(best, certificate())
  }

  private func certificate() -> Double {
    let planned = zip(gains, amounts).reduce(0) { $0 + $1.0 * $1.1 }
    return objective + limits.bound(gains: gains, planned: planned) - planned
  }

  /// Brings stocks and marginal returns of a channel up to its spends.
  private mutating func refresh(_ index: Int) {
    let channel = problem.channels[index]
    stocks[index] = channel.adstock.stocks(of: spends[index], after: channel.recent)
    let slopes = channel.adstock.spendSlopes(
      stocks[index].indices.map { tick in
        let stock = stocks[index][tick]
        return channel.weights[tick] * (envelopes?[index][tick].slope(stock) ?? channel.curve.slope(stock))
      })
    for cell in cellsOfChannel[index] {
      gains[cell] =
        (cells[cell].tick.map { slopes[$0] } ?? slopes.reduce(0, +) / Double(problem.ticks))
        - problem.moneyWeight
    }
  }

  /// Money that moves from some cells to others, pair by pair; nil stands for money that is not spent at all.
  private struct Move {
    var pairs: [(giver: Int?, receiver: Int?)]
    var room: Double
  }

  /// How much more, and how much less, channels, groups and ticks may take.
  private struct Rooms {
    let slack: Double
    var takes: [Double]
    var gives: [Double]
    var groupTakes: [Double]
    var groupGives: [Double]
    var ticks: [Double]

    init(_ problem: SpendProblem, _ spends: [[Double]]) {
      slack = 1e-12 * problem.budget
      let totals = spends.map { $0.reduce(0, +) }
      takes = zip(problem.channels, totals).map { $0.limits.upperBound - $1 }
      gives = zip(problem.channels, totals).map { $1 - $0.limits.lowerBound }
      let groups = problem.groups.map { group in group.members.reduce(0) { $0 + totals[$1] } }
      groupTakes = zip(problem.groups, groups).map { $0.limits.upperBound - $1 }
      groupGives = zip(problem.groups, groups).map { $1 - $0.limits.lowerBound }
      ticks = (0..<problem.ticks).map { tick in
        problem.tickCap.map { cap in cap - spends.reduce(0) { $0 + $1[tick] } } ?? .infinity
      }
    }
  }

  /// The room of the tick of a cell, or of all ticks where its money is spread over them.
  private func tickRoom(_ cell: SpendProblem.Cell, _ rooms: Rooms) -> Double {
    cell.tick.map { rooms.ticks[$0] } ?? (rooms.ticks.min() ?? .infinity) * Double(problem.ticks)
  }

  /// The move of largest gain between two cells.
  private func steepestMove() -> Move? {
    let rooms = Rooms(problem, spends)
    let slack = rooms.slack
    /// The best ends of a move, anywhere and within each group, channel and tick.
    var free = Ends()
    var inGroup = [Ends](repeating: Ends(), count: problem.groups.count)
    var inChannel = [Ends](repeating: Ends(), count: problem.channels.count)
    var inTick = [Ends](repeating: Ends(), count: problem.ticks)
    if idle > slack { free.offer(nil, 0) }
    free.take(nil, 0)
    for (index, cell) in cells.enumerated() {
      let (gain, channel) = (gains[index], cell.channel)
      let group = problem.channels[channel].group
      if amounts[index] < cell.limits.upperBound - slack {
        let tickIsOpen = tickRoom(cell, rooms) > slack
        let channelIsOpen = rooms.takes[channel] > slack
        let isOpen = channelIsOpen && (group.map { rooms.groupTakes[$0] > slack } ?? true)
        if isOpen, tickIsOpen { free.take(index, gain) }
        if let group, channelIsOpen, tickIsOpen { inGroup[group].take(index, gain) }
        if tickIsOpen { inChannel[channel].take(index, gain) }
        if let tick = cell.tick, isOpen { inTick[tick].take(index, gain) }
      }
      if amounts[index] > cell.limits.lowerBound + slack {
        let channelGives = rooms.gives[channel] > slack
        let isOpen = channelGives && (group.map { rooms.groupGives[$0] > slack } ?? true)
        if isOpen {
          free.offer(index, gain)
          if let tick = cell.tick { inTick[tick].offer(index, gain) }
        }
        if let group, channelGives { inGroup[group].offer(index, gain) }
        inChannel[channel].offer(index, gain)
      }
    }
    guard let best = ([free] + inGroup + inChannel + inTick).max(by: { $0.gain < $1.gain }),
      best.gain > 1e-13 * abs(best.receiverGain)
    else { return nil }
    let (giver, receiver) = (best.giver, best.receiver)
    let (from, to) = (giver.map { cells[$0] }, receiver.map { cells[$0] })
    let (fromGroup, toGroup) = (
      from.flatMap { problem.channels[$0.channel].group }, to.flatMap { problem.channels[$0.channel].group }
    )
    var room = giver.map { amounts[$0] - cells[$0].limits.lowerBound } ?? idle
    if let receiver, let to {
      room = min(room, to.limits.upperBound - amounts[receiver])
      if from?.channel != to.channel { room = min(room, rooms.takes[to.channel]) }
      if let toGroup, fromGroup != toGroup { room = min(room, rooms.groupTakes[toGroup]) }
      if to.tick == nil || from?.tick != to.tick { room = min(room, tickRoom(to, rooms)) }
    }
    if let from {
      if to?.channel != from.channel { room = min(room, rooms.gives[from.channel]) }
      if let fromGroup, fromGroup != toGroup { room = min(room, rooms.groupGives[fromGroup]) }
    }
    return Move(pairs: [(giver, receiver)], room: room)
  }

  /// Where caps of ticks cross the limits of channels: the best swap of two ticks between two channels.
  private func steepestSwap() -> Move? {
    guard problem.tickCap != nil else { return nil }
    let slack = 1e-12 * problem.budget
    var best = (gain: 0.0, pairs: [(giver: Int, receiver: Int)]())
    let byTick = cellsOfChannel.map { indices in indices.filter { cells[$0].tick != nil } }
    for first in 0..<problem.ticks {
      for second in first + 1..<max(first + 1, problem.ticks) {
        /// The channel that gains most by moving from one tick to the other.
        func steepest(_ from: Int, _ to: Int) -> (gain: Double, giver: Int, receiver: Int)? {
          var found: (gain: Double, giver: Int, receiver: Int)?
          for indices in byTick where indices.count == problem.ticks {
            let (giver, receiver) = (indices[from], indices[to])
            guard amounts[giver] > cells[giver].limits.lowerBound + slack,
              amounts[receiver] < cells[receiver].limits.upperBound - slack
            else { continue }
            let gain = gains[receiver] - gains[giver]
            if gain > found?.gain ?? -.infinity { found = (gain, giver, receiver) }
          }
          return found
        }
        guard let there = steepest(first, second), let back = steepest(second, first),
          cells[there.giver].channel != cells[back.giver].channel, there.gain + back.gain > best.gain
        else { continue }
        best = (
          there.gain + back.gain, [(there.giver, there.receiver), (back.giver, back.receiver)]
        )
      }
    }
    guard best.pairs.count == 2, best.gain > 1e-11 * abs(gains[best.pairs[0].receiver]) else { return nil }
    let room =
      best.pairs.map { pair in
        min(
          amounts[pair.giver] - cells[pair.giver].limits.lowerBound,
          cells[pair.receiver].limits.upperBound - amounts[pair.receiver])
      }.min() ?? 0
    return Move(pairs: best.pairs.map { ($0.giver, $0.receiver) }, room: room)
  }

  /// Moves as much money as gains; false where that is nothing.
  private mutating func exchange(_ move: Move) -> Bool {
    let changes = direction(move)
    let moneyGain = move.pairs.reduce(0) { sum, pair in
      sum + problem.moneyWeight * ((pair.giver == nil ? -1 : 0) + (pair.receiver == nil ? 1 : 0))
    }
    let amount = lineSearch(changes, moneyGain, upTo: move.room)
    guard amount > 0, envelopes != nil || gain(changes, moneyGain, of: amount) > 0 else { return false }
    for (cell, sign) in move.pairs.flatMap({ [($0.giver, -1.0), ($0.receiver, 1.0)] }) {
      guard let cell else {
        idle += sign * amount
        continue
      }
      amounts[cell] = min(
        max(amounts[cell] + sign * amount, cells[cell].limits.lowerBound), cells[cell].limits.upperBound)
      let channel = cells[cell].channel
      if let tick = cells[cell].tick {
        spends[channel][tick] = amounts[cell]
      } else {
        for tick in 0..<problem.ticks { spends[channel][tick] = amounts[cell] / Double(problem.ticks) }
      }
    }
    for channel in Set(changes.map(\.channel)) { refresh(channel) }
    return true
  }

  /// What a unit of money moved does to the stocks of the channels it touches.
  private func direction(_ move: Move) -> [(channel: Int, stocks: [Double])] {
    var spends: [(channel: Int, spends: [Double])] = []
    for (cell, sign) in move.pairs.flatMap({ [($0.giver, -1.0), ($0.receiver, 1.0)] }) {
      guard let cell = cell.map({ cells[$0] }) else { continue }
      let place: Int
      if let known = spends.firstIndex(where: { $0.channel == cell.channel }) {
        place = known
      } else {
        place = spends.count
        spends.append((cell.channel, [Double](repeating: 0, count: problem.ticks)))
      }
      if let tick = cell.tick {
        spends[place].spends[tick] += sign
      } else {
        for tick in 0..<problem.ticks { spends[place].spends[tick] += sign / Double(problem.ticks) }
      }
    }
    return spends.map { ($0.channel, problem.channels[$0.channel].adstock.stocks(of: $0.spends)) }
  }

  /// What moving an amount gains on the curves themselves.
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
          let slope = envelopes?[change.channel][tick].slope(stock) ?? channel.curve.slope(stock)
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
    if low > 0 { return low }
    // At a stock of 0 a curve may be as good as infinitely steep, and the end lies orders of magnitude below the room.
    for _ in 0..<60 {
      high *= 0.5
      if derivative(high) >= 0 { return high }
    }
    return 0
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
