/// What was spent and what came of it, tick by tick: the data of a media mix model.
public struct MediaHistory: Sendable, Equatable {
  /// How far the ticks lie apart.
  public enum Spacing: Int, Sendable, Equatable {
    /// One day.
    case daily = 1
    /// Seven days.
    case weekly = 7

    /// Ticks in a year.
    public var ticksPerYear: Double { 365.25 / Double(rawValue) }
    /// Whole ticks in a plan of a year, or of a quarter where ticks are days.
    public var planTicks: Int { self == .weekly ? 52 : 91 }
  }

  /// A named series of numbers.
  public struct Series: Sendable, Equatable {
    /// Its column's name.
    public let name: String
    /// One number per tick.
    public let values: [Double]

    /// Names a series.
    public init(name: String, values: [Double]) {
      self.name = name
      self.values = values
    }
  }

  /// The day of each tick.
  public let days: [CalendarDay]
  /// How far the ticks lie apart.
  public let spacing: Spacing
  /// What is to be explained.
  public let outcome: Series
  /// Money by channel and tick.
  public let spends: [Series]
  /// What else may explain the outcome: prices, holidays, events.
  public let controls: [Series]
  /// What was done to the data, and what to beware of.
  public let notes: [String]

  /// Gathers a history; every series has a number for each day.
  public init(
    days: [CalendarDay], spacing: Spacing, outcome: Series, spends: [Series], controls: [Series] = [],
    notes: [String] = []
  ) {
    precondition(
      ([outcome] + spends + controls).allSatisfy { $0.values.count == days.count },
      "Every series of a history needs a number for each of its days.")
    self.days = days
    self.spacing = spacing
    self.outcome = outcome
    self.spends = spends
    self.controls = controls
    self.notes = notes
  }

  /// The number of ticks.
  public var count: Int { days.count }
}
