/// The bound of a response channel whose adstock is geometric or absent.
///
/// The state is the stock carried into a tick, z; spending s makes the stock b = z + s, earns weight_t · H(b), and carries
/// retention · b on. The recursion is deterministic but for the noise of the outcome, whose factor has mean 1. The value
/// is known at the nodes of a grid and read between them along chords, plus what a chord may miss (`HillCurve`).
///
/// Where money runs out, a channel spends a share of its level after the fact. Without a tick cap that happens once: what is
/// left then is next to nothing, so the channel may stop in any tick with any last spend and earns from what it carries,
/// as though `leftover` were always added to its stock. With a cap it may happen in any tick: every spend up to the
/// highest level is allowed then.
final class StockBound: ChannelBound {
  /// How often the money can stop a tick.
  enum Stops {
    case once(leftover: Double)
    case often(cap: Double)
  }

  let highestMultiplier: Double
  private let curve: HillCurve
  private let retention: Double
  private let weights: [Double]
  private let bends: [Double]
  private let highestSpend: Double
  private let spends: [Double]
  private let stops: Stops
  private let coarse: Tables
  private let fine: Tables

  init(_ curve: HillCurve, retention: Double, spends: [Double], weights: [Double], stops: Stops) {
    self.curve = curve
    self.retention = retention
    self.weights = weights
    self.stops = stops
    let highest: Double
    var leftover = 0.0
    switch stops {
    case .once(let amount):
      leftover = amount
      highest = spends[spends.count - 1]
      self.spends = spends
    case .often(let cap):
      highest = min(cap, spends[spends.count - 1])
      self.spends = (0...64).map { highest * Double($0 * $0) / 4096 }
    }
    highestSpend = highest
    let discount = curve.discount(retention: retention)
    var bend = 0.0
    bends = weights.reversed().map { weight in
      bend = weight + discount * bend
      return bend
    }.reversed()
    let tables = { [spends = self.spends] (count: Int) in
      Tables(
        curve, retention: retention, spends: spends, highestSpend: highest, leftover: leftover, count: count)
    }
    coarse = tables(32)
    fine = tables(128)
    let returns = spends.dropFirst().flatMap { [$0 / 8, $0] }.reduce(0) { max($0, curve($1) / $1) }
    highestMultiplier = returns * (weights.max() ?? 0) / (1 - retention)
  }

  func value(price: Double, resolution: Resolution) -> Double {
    guard highestSpend > 0 else { return 0 }
    let tables = resolution == .coarse ? coarse : fine
    let count = tables.grid.nodes.count
    return withUnsafeTemporaryAllocation(of: Double.self, capacity: 5 * count) { memory in
      guard let next = memory.baseAddress else { return .infinity }
      memory.initialize(repeating: 0)
      let (value, idle, rest, cells) = (next + count, next + 2 * count, next + 3 * count, next + 4 * count)
      for tick in stride(from: weights.count - 1, through: 0, by: -1) {
        let later = tick + 1 < weights.count ? bends[tick + 1] : 0
        next.update(from: value, count: count)
        tables.backUp(
          weight: weights[tick], price: price, bend: bends[tick], laterBend: later, next: next, value: value,
          stopsOften: isStoppedOften)
        guard !isStoppedOften else { continue }
        rest.update(from: idle, count: count)
        tables.stop(
          weight: weights[tick], price: price, bend: bends[tick], laterBend: later, rest: rest, idle: idle,
          cells: cells, value: value)
      }
      return value[0]
    }
  }

  private var isStoppedOften: Bool {
    if case .often = stops { true } else { false }
  }
}

/// What depends neither on the path nor on the price of money.
private struct Tables {
  let grid: StockGrid
  /// How many nodes can be carried into a tick.
  private let carried: Int
  private let spends: [Double]
  private let highestSpend: Double
  /// Nodes × spends: outcome at weight 1, how to read the tick after, and what a cell between two spends may miss.
  private let outcomes: [Double]
  private let readings: [StockReading]
  private let missedBetween: [Double]
  /// Nodes: outcome and next reading where nothing more is spent but the leftover, and the bend of each cell.
  private let idleOutcomes: [Double]
  private let idleReadings: [StockReading]
  private let missedInCell: [Double]

  init(
    _ curve: HillCurve, retention: Double, spends: [Double], highestSpend: Double, leftover: Double,
    count: Int
  ) {
    let grid = StockGrid(highest: highestSpend / (1 - retention), count: count)
    self.grid = grid
    self.spends = spends
    self.highestSpend = highestSpend
    carried = retention > 0 ? min(count, grid.cell(of: retention * grid.highest) + 2) : 1
    let pairs = grid.nodes[0..<carried].flatMap { node in spends.map { (node, $0) } }
    outcomes = pairs.map { curve($0 + $1) }
    readings = pairs.map { grid.reading(at: retention * ($0 + $1), curve: curve) }
    missedBetween = grid.nodes[0..<carried].flatMap { node in
      spends.indices.map { index in
        guard index + 1 < spends.count else { return 0 }
        let width = spends[index + 1] - spends[index]
        return curve.missedByChord(from: node + spends[index], width: width)
      }
    }
    idleOutcomes = grid.nodes.map { curve($0 + leftover) }
    idleReadings = grid.nodes.map { grid.reading(at: retention * $0, curve: curve) }
    missedInCell = (0..<count - 1).map { cell in
      curve.missedByChord(from: grid.nodes[cell], width: grid.nodes[cell + 1] - grid.nodes[cell])
    }
  }

  /// Writes the value of every node that can be carried: the best spend, on the ladder or between its rungs.
  func backUp(
    weight: Double, price: Double, bend: Double, laterBend: Double, next: UnsafePointer<Double>,
    value: UnsafeMutablePointer<Double>, stopsOften: Bool
  ) {
    let count = spends.count
    spends.withUnsafeBufferPointer { spends in
      outcomes.withUnsafeBufferPointer { outcomes in
        readings.withUnsafeBufferPointer { readings in
          for node in 0..<carried {
            var best = -Double.infinity
            var missedBelow = 0.0
            for index in 0..<count {
              let entry = node * count + index
              let reading = readings[entry]
              let low = next[reading.cell]
              var total = weight * outcomes[entry] - price * spends[index]
              total += low + reading.fraction * (next[reading.cell + 1] - low) + laterBend * reading.missed
              if stopsOften {
                let width = index + 1 < count ? spends[index + 1] - spends[index] : 0
                let missedAbove = min(bend * missedBetween[entry], price * width)
                total += max(missedBelow, missedAbove)
                missedBelow = missedAbove
              }
              best = max(best, total)
            }
            value[node] = best
          }
        }
      }
    }
  }

  /// Raises the values to those of stopping in this tick with a last spend of any size up to the highest.
  func stop(
    weight: Double, price: Double, bend: Double, laterBend: Double, rest: UnsafePointer<Double>,
    idle: UnsafeMutablePointer<Double>, cells: UnsafeMutablePointer<Double>,
    value: UnsafeMutablePointer<Double>
  ) {
    let nodes = grid.nodes
    for node in nodes.indices {
      let reading = idleReadings[node]
      let low = rest[reading.cell]
      idle[node] =
        weight * idleOutcomes[node] + low + reading.fraction * (rest[reading.cell + 1] - low)
        + laterBend * reading.missed
    }
    for cell in 0..<nodes.count - 1 {
      let missed = min(bend * missedInCell[cell], price * (nodes[cell + 1] - nodes[cell]))
      cells[cell] = max(idle[cell] - price * nodes[cell], idle[cell + 1] - price * nodes[cell + 1]) + missed
    }
    raiseToWindowMaxima(of: cells, price: price, value: value)
  }

  /// Raises the value of each node to the largest of the cells between it and the highest spend beyond it, plus what its
  /// stock is worth at the price: a sliding window, its candidates kept in falling order (Lemire, 2006).
  private func raiseToWindowMaxima(
    of cells: UnsafePointer<Double>, price: Double, value: UnsafeMutablePointer<Double>
  ) {
    let nodes = grid.nodes
    withUnsafeTemporaryAllocation(of: Int.self, capacity: nodes.count) { candidates in
      var (head, tail, entered) = (0, 0, 0)
      for node in 0..<carried {
        while entered < nodes.count - 1, nodes[entered] <= nodes[node] + highestSpend {
          while tail > head, cells[candidates[tail - 1]] <= cells[entered] { tail -= 1 }
          candidates[tail] = entered
          tail += 1
          entered += 1
        }
        while tail - head > 1, candidates[head] < node { head += 1 }
        value[node] = max(value[node], cells[candidates[head]] + price * nodes[node])
      }
    }
  }
}
