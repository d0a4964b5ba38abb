import Documents

/// What was spent and what came of it, tick by tick: the data of a media mix model.
public struct MediaHistory: Sendable, Equatable {
  /// How far the ticks lie apart.
  public enum Spacing: String, Sendable, Equatable, CaseIterable {
    /// One day.
    case daily
    /// Seven days.
    case weekly
    /// A month of the calendar.
    case monthly

    /// Ticks in a year.
    package var ticksPerYear: Double {
      switch self {
      case .daily: 365.25
      case .weekly: 365.25 / 7
      case .monthly: 12
      }
    }
    /// Ticks in a week.
    package var ticksPerWeek: Double { ticksPerYear * 7 / 365.25 }
    /// Whole ticks in a plan of a year, or of a quarter where ticks are days.
    package var planTicks: Int {
      switch self {
      case .daily: 91
      case .weekly: 52
      case .monthly: 12
      }
    }
    /// The distance between two ticks, for people.
    public var description: String {
      switch self {
      case .daily: "1 day"
      case .weekly: "7 days"
      case .monthly: "a month"
      }
    }

    /// The day of the next tick.
    package func following(_ day: CalendarDay) -> CalendarDay {
      switch self {
      case .daily: return CalendarDay(number: day.number + 1)
      case .weekly: return CalendarDay(number: day.number + 7)
      case .monthly:
        // The same day of the next month; the last of a month is followed by the last of the next.
        let (next, after) = (CalendarDay(month: day.month + 1), CalendarDay(month: day.month + 2))
        let offset = day.number - CalendarDay(month: day.month).number
        let isLast = next.number == day.number + 1
        let length = after.number - next.number
        return CalendarDay(number: next.number + (isLast ? length - 1 : min(offset, length - 1)))
      }
    }

    /// How many ticks one day lies behind another; nil where it lies between two.
    func ticks(from first: CalendarDay, to second: CalendarDay) -> Int? {
      let days = second.number - first.number
      switch self {
      case .daily: return days
      case .weekly: return days % 7 == 0 ? days / 7 : nil
      // Months are as long as they are: any day of a month is its tick.
      case .monthly: return second.month - first.month
      }
    }
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

  /// One region of a panel.
  public struct Region: Sendable, Equatable {
    /// Its name in the table.
    public let name: String
    /// What happened there; the ticks and columns are those of the whole.
    public let history: MediaHistory
  }

  /// The day of each tick.
  public let days: [CalendarDay]
  /// How far the ticks lie apart.
  package let spacing: Spacing
  /// What is to be explained.
  public let outcome: Series
  /// Money by channel and tick.
  public let spends: [Series]
  /// By channel: what the audience saw, which drives the response in place of money; nil where money does.
  package let exposures: [Series?]
  /// What works as media do and costs no money that could be planned: newsletters, events.
  package let organic: [Series]
  /// What else may explain the outcome: prices, holidays, events.
  package let controls: [Series]
  /// By tick: whether its outcome is to be explained. What was spent in the others still carries over.
  package let isCounted: [Bool]
  /// The parts of a panel, whose sums this history is; empty where there is one part only.
  package let regions: [Region]
  /// The currency of the money as a code; nil where the table does not tell.
  package let currency: String?
  /// What was done to the data, and what to beware of.
  package let notes: [String]

  /// Gathers a history; every series has a number for each day.
  public init(
    days: [CalendarDay], spacing: Spacing, outcome: Series, spends: [Series], exposures: [Series?]? = nil,
    organic: [Series] = [], controls: [Series] = [], isCounted: [Bool]? = nil, regions: [Region] = [],
    currency: String? = nil, notes: [String] = []
  ) {
    let exposures = exposures ?? [Series?](repeating: nil, count: spends.count)
    precondition(
      ([outcome] + spends + exposures.compactMap { $0 } + organic + controls).allSatisfy {
        $0.values.count == days.count
      } && isCounted?.count ?? days.count == days.count,
      "Every series of a history needs a number for each of its days.")
    precondition(exposures.count == spends.count, "Each channel has exposures or none.")
    self.days = days
    self.spacing = spacing
    self.outcome = outcome
    self.spends = spends
    self.exposures = exposures
    self.organic = organic
    self.controls = controls
    self.isCounted = isCounted ?? [Bool](repeating: true, count: days.count)
    self.regions = regions
    self.currency = currency
    self.notes = notes
  }

  /// The number of ticks.
  public var count: Int { days.count }

  /// Money per unit of a channel's exposures; nil where money itself drives the response.
  package func costPerExposure(channel: Int) -> Double? {
    exposures[channel].map { exposure in
      spends[channel].values.reduce(0, +) / max(exposure.values.reduce(0, +), .leastNormalMagnitude)
    }
  }

  /// What drives responses: each channel's money, or its exposures at what one costs on the whole, then the organic drivers.
  var drivers: [Series] {
    spends.indices.map { channel in
      guard let exposure = exposures[channel], let cost = costPerExposure(channel: channel) else {
        return spends[channel]
      }
      return Series(name: spends[channel].name, values: exposure.values.map { $0 * cost })
    } + organic
  }
}
