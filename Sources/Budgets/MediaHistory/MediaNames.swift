import Documents

/// The columns of a table that a history is read from, by name.
struct MediaNames {
  let outcome: String
  let spends: [String]
  /// By channel: the column of exposures; nil where it has none.
  let exposures: [String?]
  let organic: [String]
  let controls: [String]

  /// Every column of numbers.
  var all: [String] { [outcome] + spends + exposures.compactMap { $0 } + organic + controls }

  /// Finds the columns that patterns name.
  ///
  /// - Throws: `InputError` where a pattern names none, or one column is two things at once.
  init(_ columns: MediaColumns, in table: CSVTable) throws(InputError) {
    outcome = columns.outcome
    guard table.column(outcome) != nil else { throw table.missing(column: outcome) }
    let spends = try Self.names(matching: columns.spends, in: table)
    for channel in columns.exposures.keys.sorted() where !spends.contains(channel) {
      throw InputError(
        .invalid, file: table.path, line: 1, key: channel,
        problem: "has an exposure but is no column of money",
        remedy: "name it by --spend too")
    }
    exposures = try spends.map { channel throws(InputError) in
      guard let name = columns.exposures[channel] else { return nil }
      guard table.column(name) != nil else { throw table.missing(column: name) }
      return name
    }
    self.spends = spends
    organic = try Self.names(matching: columns.organic, in: table)
    controls = try Self.names(matching: columns.controls, in: table).filter { $0 != columns.outcome }
    var seen: Set<String> = [outcome]
    for name in spends + exposures.compactMap({ $0 }) + organic + controls {
      guard seen.insert(name).inserted else {
        throw InputError(
          .invalid, file: table.path, line: 1, key: name,
          problem: spends.contains(name) ? "is money and something else at once" : "is two things at once",
          remedy: "let the patterns name different columns")
      }
    }
  }

  /// The currency of the money: what is asked for, or what the table tells.
  ///
  /// - Throws: `InputError` where the table tells several and none is asked for.
  func currency(
    _ columns: MediaColumns, _ table: CSVTable, notes: inout [String]
  ) throws(InputError) -> String? {
    if let currency = columns.currency { return currency }
    var found: (name: String, code: String)?
    for name in [outcome] + spends {
      guard let column = table.column(name), let code = table.currency(ofColumn: column) else { continue }
      if let found, found.code != code {
        throw InputError(
          .invalid, file: table.path, line: 1, key: name,
          problem: "is in \(code), and \(found.name) in \(found.code)",
          remedy: "bring both to one currency and name it by --currency")
      }
      found = found ?? (name, code)
    }
    if let found { notes.append("money is taken to be \(found.code), as \(found.name) says") }
    return found?.code
  }

  /// The columns that fit any of the patterns, in the order of the table.
  private static func names(matching patterns: [String], in table: CSVTable) throws(InputError) -> [String] {
    for pattern in patterns where !table.header.contains(where: { fits($0[...], pattern[...]) }) {
      throw table.missing(column: pattern)
    }
    return table.header.filter { name in patterns.contains { fits(name[...], $0[...]) } }
  }
}
