import Documents

/// When the ticks of a market are.
public struct MarketCalendar: Sendable, Equatable {
  /// The day of the first tick.
  public var start: CalendarDay
  /// How far ticks lie apart.
  public var spacing: MediaHistory.Spacing

  /// Places ticks in time.
  public init(start: CalendarDay, spacing: MediaHistory.Spacing) {
    self.start = start
    self.spacing = spacing
  }

  /// The days of the first ticks.
  public func days(count: Int) -> [CalendarDay] {
    var days = [start]
    while days.count < count { days.append(spacing.following(days[days.count - 1])) }
    return Array(days.prefix(max(0, count)))
  }
}
