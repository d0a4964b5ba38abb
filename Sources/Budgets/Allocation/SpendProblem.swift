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
    /// Money per tick.
    let tickLimits: ClosedRange<Double>
    /// Money over the plan.
    let limits: ClosedRange<Double>
  }

  /// A variable of the problem.
  struct Cell: Sendable {
    let channel: Int
    /// nil where the money is spread over all ticks.
    let tick: Int?
    let limits: ClosedRange<Double>
  }

  let channels: [Channel]
  let ticks: Int
  let budget: Double
  let tickCap: Double?
  /// What a unit of money spent takes from the objective: 1 where profit is to be maximised.
  let moneyWeight: Double

  /// One cell per channel and tick.
  var tickCells: [Cell] {
    channels.indices.flatMap { channel in
      (0..<ticks).map { Cell(channel: channel, tick: $0, limits: channels[channel].tickLimits) }
    }
  }

  /// One cell per channel.
  var steadyCells: [Cell] {
    channels.indices.map { Cell(channel: $0, tick: nil, limits: channels[$0].limits) }
  }

  /// The value of a channel's money by tick.
  func value(channel index: Int, spends: [Double]) -> Double {
    let channel = channels[index]
    let stocks = channel.adstock.stocks(of: spends, after: channel.recent)
    return zip(channel.weights, stocks).reduce(0) { $0 + $1.0 * channel.curve.value($1.1) }
  }

  /// What a unit of money more in each tick of a channel adds to its value.
  func slopes(channel index: Int, spends: [Double]) -> [Double] {
    let channel = channels[index]
    let stocks = channel.adstock.stocks(of: spends, after: channel.recent)
    return channel.adstock.spendSlopes(zip(channel.weights, stocks).map { $0 * channel.curve.slope($1) })
  }

  /// Money by channel that keeps to all limits, between the lowest and the highest of each in equal proportion.
  func startingSpends() -> [Double] {
    let least = channels.reduce(0) { $0 + $1.limits.lowerBound }
    let most = channels.reduce(0) { $0 + $1.limits.upperBound }
    let wanted = min(budget, most, tickCap.map { $0 * Double(ticks) } ?? .infinity)
    let share = most > least ? min(max((wanted - least) / (most - least), 0), 1) : 0
    return channels.map {
      $0.limits.lowerBound + share * ($0.limits.upperBound - $0.limits.lowerBound)
    }
  }
}
