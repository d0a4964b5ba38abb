/// What is to be planned: channels whose spends add up to stock and stock to outcome, and the limits of their money.
///
/// The money is cut into cells, one per channel and tick, or, for a steady plan, one per channel whose money is spread
/// evenly over the ticks.
struct SpendProblem: Sendable {
  struct Channel: Sendable {
    let name: String
    let curve: SaturationCurve
    let adstock: Adstock
    /// By tick: what a unit of the curve's value is worth, season included.
    let weights: [Double]
    /// Money in the ticks before the plan, the newest last.
    let recent: [Double]
    /// By tick: money.
    let tickLimits: [ClosedRange<Double>]
    /// Money over the plan.
    let limits: ClosedRange<Double>
    /// The group whose limits the channel shares; nil where there is none.
    let group: Int?
    /// Whether every tick's money is given.
    var isFrozen: Bool { tickLimits.allSatisfy { $0.lowerBound == $0.upperBound } }
  }

  /// Channels whose money is limited together.
  struct Group: Sendable {
    let members: [Int]
    let limits: ClosedRange<Double>
  }

  /// A variable of the problem.
  struct Cell: Sendable {
    let channel: Int
    /// nil where the money is spread over all ticks.
    let tick: Int?
    var limits: ClosedRange<Double>
  }

  let channels: [Channel]
  let groups: [Group]
  let ticks: Int
  let budget: Double
  let tickCap: Double?
  /// What a unit of money spent takes from the objective: 1 where profit is to be maximised.
  let moneyWeight: Double

  /// One cell per channel and tick.
  var tickCells: [Cell] { channels.indices.flatMap { tickCells($0) } }

  /// One cell per channel, but for frozen ones.
  var steadyCells: [Cell] {
    channels.indices.flatMap { index -> [Cell] in
      let channel = channels[index]
      guard !channel.isFrozen else { return tickCells(index) }
      let least = Double(ticks) * (channel.tickLimits.map(\.lowerBound).max() ?? 0)
      let most = Double(ticks) * (channel.tickLimits.map(\.upperBound).min() ?? 0)
      let low = min(max(least, channel.limits.lowerBound), channel.limits.upperBound)
      return [Cell(channel: index, tick: nil, limits: low...max(low, min(most, channel.limits.upperBound)))]
    }
  }

  private func tickCells(_ index: Int) -> [Cell] {
    (0..<ticks).map { Cell(channel: index, tick: $0, limits: channels[index].tickLimits[$0]) }
  }

  /// The least that may be spent.
  var leastSpend: Double {
    let grouped = groups.reduce(0) { sum, group in
      sum + max(group.limits.lowerBound, group.members.reduce(0) { $0 + channels[$1].limits.lowerBound })
    }
    return grouped + channels.reduce(0) { $0 + ($1.group == nil ? $1.limits.lowerBound : 0) }
  }

  /// The same problem with another budget.
  func with(budget: Double) -> SpendProblem {
    SpendProblem(
      channels: channels, groups: groups, ticks: ticks, budget: budget, tickCap: tickCap,
      moneyWeight: moneyWeight)
  }

  /// The value of a channel's money by tick.
  func value(channel index: Int, spends: [Double]) -> Double {
    let channel = channels[index]
    let stocks = channel.adstock.stocks(of: spends, after: channel.recent)
    return zip(channel.weights, stocks).reduce(0) { $0 + $1.0 * channel.curve.value($1.1) }
  }

  /// The objective of the money by channel and tick.
  func objective(_ spends: [[Double]]) -> Double {
    channels.indices.reduce(0) { $0 + value(channel: $1, spends: spends[$1]) }
      - moneyWeight * spends.reduce(0) { $0 + $1.reduce(0, +) }
  }

  /// What a unit of money more in each tick of a channel adds to its value.
  func slopes(channel index: Int, spends: [Double]) -> [Double] {
    let channel = channels[index]
    let stocks = channel.adstock.stocks(of: spends, after: channel.recent)
    return channel.adstock.spendSlopes(zip(channel.weights, stocks).map { $0 * channel.curve.slope($1) })
  }

  /// By channel and tick: the envelopes of the curves over the stocks that cells within their limits can make.
  func envelopes(_ cells: [Cell]) -> [[ConcaveEnvelope]] {
    var (least, most) = (zeroSpends, zeroSpends)
    for cell in cells {
      if let tick = cell.tick {
        least[cell.channel][tick] = cell.limits.lowerBound
        most[cell.channel][tick] = cell.limits.upperBound
      } else {
        for tick in 0..<ticks {
          least[cell.channel][tick] = cell.limits.lowerBound / Double(ticks)
          most[cell.channel][tick] = cell.limits.upperBound / Double(ticks)
        }
      }
    }
    return channels.enumerated().map { index, channel in
      zip(
        channel.adstock.stocks(of: least[index], after: channel.recent),
        channel.adstock.stocks(of: most[index], after: channel.recent)
      ).map { ConcaveEnvelope(channel.curve, over: $0...max($0, $1)) }
    }
  }

  private var zeroSpends: [[Double]] {
    [[Double]](repeating: [Double](repeating: 0, count: ticks), count: channels.count)
  }

  /// Money by cell, near some, that keeps to all limits; nil where none is found.
  ///
  /// Limits that nest are met exactly; a cap of ticks that crosses them is met by taking turns.
  func feasible(_ cells: [Cell], near wanted: [Double]) -> [Double]? {
    var amounts = zip(cells, wanted).map { min(max($1, $0.limits.lowerBound), $0.limits.upperBound) }
    /// What limits may be missed by at most, and where taking turns ends.
    let (slack, enough) = (
      1e-9 * max(budget, .leastNormalMagnitude), 1e-13 * max(budget, .leastNormalMagnitude)
    )
    /// Brings the sum of some cells into limits, in proportion to what each may still give or take.
    func bring(_ members: [Int], into limits: ClosedRange<Double>) {
      let sum = members.reduce(0) { $0 + amounts[$1] }
      let missing = min(max(sum, limits.lowerBound), limits.upperBound) - sum
      guard missing != 0 else { return }
      let rooms = members.map {
        missing > 0 ? cells[$0].limits.upperBound - amounts[$0] : amounts[$0] - cells[$0].limits.lowerBound
      }
      let room = rooms.reduce(0, +)
      guard room > 0 else { return }
      let share = min(1, abs(missing) / room)
      for (member, room) in zip(members, rooms) { amounts[member] += (missing > 0 ? share : -share) * room }
    }
    var byChannel = [[Int]](repeating: [], count: channels.count)
    for (index, cell) in cells.enumerated() { byChannel[cell.channel].append(index) }
    let nested: [([Int], ClosedRange<Double>)] =
      zip(byChannel, channels).map { ($0, $1.limits) }
      + groups.map { group in (group.members.flatMap { byChannel[$0] }, group.limits) }
    func spend(_ tick: Int) -> Double {
      zip(cells, amounts).reduce(0) { sum, pair in
        sum + (pair.0.tick.map { $0 == tick ? pair.1 : 0 } ?? pair.1 / Double(ticks))
      }
    }
    /// Whether all limits are met but for an amount.
    func isFeasible(but slack: Double) -> Bool {
      nested.allSatisfy { members, limits in
        let sum = members.reduce(0) { $0 + amounts[$1] }
        return sum >= limits.lowerBound - slack && sum <= limits.upperBound + slack
      } && amounts.reduce(0, +) <= budget + slack
        && (tickCap.map { cap in (0..<ticks).allSatisfy { spend($0) <= cap + slack } } ?? true)
    }
    for _ in 0..<200 {
      for (members, limits) in nested { bring(members, into: limits) }
      bring(Array(cells.indices), into: 0...budget)
      if let tickCap {
        for tick in 0..<ticks {
          let fixed =
            spend(tick) - cells.indices.reduce(0) { $0 + (cells[$1].tick == tick ? amounts[$1] : 0) }
          bring(cells.indices.filter { cells[$0].tick == tick }, into: 0...max(0, tickCap - fixed))
        }
      }
      if isFeasible(but: enough) { return amounts }
    }
    return isFeasible(but: slack) ? amounts : nil
  }

  /// Whether the lower limits of some cells alone exceed what they lie in, or their upper limits fall short of it.
  func isEmpty(_ cells: [Cell]) -> Bool {
    var (least, most) = (
      [Double](repeating: 0, count: channels.count), [Double](repeating: 0, count: channels.count)
    )
    var ofTick = [Double](repeating: 0, count: ticks)
    for cell in cells {
      least[cell.channel] += cell.limits.lowerBound
      most[cell.channel] += cell.limits.upperBound
      if let tick = cell.tick {
        ofTick[tick] += cell.limits.lowerBound
      } else {
        for tick in 0..<ticks { ofTick[tick] += cell.limits.lowerBound / Double(ticks) }
      }
    }
    let slack = 1e-9 * max(budget, .leastNormalMagnitude)
    func contradicts(_ low: Double, _ high: Double, _ limits: ClosedRange<Double>) -> Bool {
      low > limits.upperBound + slack || high < limits.lowerBound - slack
    }
    return least.reduce(0, +) > budget + slack
      || channels.indices.contains { contradicts(least[$0], most[$0], channels[$0].limits) }
      || groups.contains { group in
        contradicts(
          group.members.reduce(0) { $0 + least[$1] }, group.members.reduce(0) { $0 + most[$1] }, group.limits)
      } || (tickCap.map { cap in ofTick.contains { $0 > cap + slack } } ?? false)
  }

  /// Money by channel and tick from money by cell.
  func spends(_ cells: [Cell], _ amounts: [Double]) -> [[Double]] {
    var spends = zeroSpends
    for (cell, amount) in zip(cells, amounts) {
      if let tick = cell.tick {
        spends[cell.channel][tick] = amount
      } else {
        spends[cell.channel] = [Double](repeating: amount / Double(ticks), count: ticks)
      }
    }
    return spends
  }
}
