import Documents

/// Which columns of a table are what.
public struct MediaColumns: Sendable, Equatable {
  /// The column of the outcome.
  public var outcome: String
  /// Patterns of the columns of money; `*` stands for any letters, `?` for one.
  public var spends: [String]
  /// The column of dates; nil for the first column that holds nothing else.
  public var date: String?
  /// Patterns of the columns of controls and holidays; texts become one column of zeros and ones per text.
  public var controls: [String]
  /// Patterns of the columns that work as media do but cost no money.
  public var organic: [String] = []
  /// By channel: the column of what its audience saw.
  public var exposures: [String: String] = [:]
  /// The column of regions; nil where each date has one row.
  public var panel: String?
  /// What rows that the table lacks mean; nil where they are mistakes.
  public var missing: MissingRows?
  /// Days whose outcomes are not to be explained.
  public var excluded: [ClosedRange<CalendarDay>] = []
  /// The currency of the money; nil leaves it to the table.
  public var currency: String?

  /// What rows that a table lacks mean.
  public enum MissingRows: String, Sendable, CaseIterable {
    /// Nothing was spent and nothing came of it.
    case zero
    /// Their outcomes are not known; what was spent is taken to lie between the neighbours.
    case skip
    /// Every number lies on the straight line between those of the neighbours.
    case interpolate
  }

  /// Names columns.
  public init(outcome: String, spends: [String], date: String? = nil, controls: [String] = []) {
    self.outcome = outcome
    self.spends = spends
    self.date = date
    self.controls = controls
  }
}

/// Whether a name fits a pattern in which `*` stands for any letters and `?` for one.
func fits(_ name: Substring, _ pattern: Substring) -> Bool {
  guard let first = pattern.first else { return name.isEmpty }
  if first == "*" {
    return fits(name, pattern.dropFirst()) || (!name.isEmpty && fits(name.dropFirst(), pattern))
  }
  guard let letter = name.first, first == "?" || first == letter else { return false }
  return fits(name.dropFirst(), pattern.dropFirst())
}
