/// A market for one budget: its channels, its time, and how uncertain they are.
///
/// ```swift
/// let market = try Market.bundled("nine-campaigns")
/// print(market.channels.map(\.name), market.digest)
/// ```
/// The value describes; `BudgetAllocation` plays it. Amounts of money are in the market's currency.
public struct Market: Sendable, Equatable {
  /// A short name, as in `nine-campaigns`.
  public var name: String
  /// What the market models, and where its numbers come from.
  public var summary: String
  /// The currency of every amount of money, as in `CNY`.
  public var currency: String
  /// The number of decisions in an episode.
  public var ticks: Int
  /// When the ticks are; nil where that is open.
  public var calendar: MarketCalendar?
  /// One relative traffic weight per tick, of mean 1.
  public var season: [Double]
  /// The money that one episode may spend.
  public var budget: Double
  /// The money that one tick may spend; nil where only the budget limits it.
  public var tickCap: Double?
  /// What is to be maximised.
  public var objective: Objective
  /// A constraint on efficiency over the whole episode.
  public var target: Target?
  /// How factors wander within an episode.
  public var drift: Drift
  /// How episodes differ from each other.
  public var randomization: Randomization
  /// Where the money can go.
  public var channels: [MediaChannel]

  /// Creates a market.
  ///
  /// - Parameter season: relative weights, one per tick, scaled here to mean 1; nil is a flat season.
  public init(
    name: String, summary: String = "", currency: String = "USD", ticks: Int, season: [Double]? = nil,
    budget: Double, tickCap: Double? = nil, objective: Objective = .conversions, target: Target? = nil,
    drift: Drift = Drift(), randomization: Randomization = Randomization(), calendar: MarketCalendar? = nil,
    channels: [MediaChannel]
  ) {
    self.name = name
    self.summary = summary
    self.currency = currency
    self.ticks = ticks
    self.calendar = calendar
    self.season = season.map(Self.normalized) ?? [Double](repeating: 1, count: max(0, ticks))
    self.budget = budget
    self.tickCap = tickCap
    self.objective = objective
    self.target = target
    self.drift = drift
    self.randomization = randomization
    self.channels = channels
  }

  /// The weights scaled to mean 1; left alone where they already are, or where they cannot be.
  static func normalized(_ weights: [Double]) -> [Double] {
    let mean = weights.reduce(0, +) / Double(max(1, weights.count))
    guard mean > 0, mean.isFinite, abs(mean - 1) > 1e-9 else { return weights }
    return weights.map { $0 / mean }
  }
}
