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
