import Documents

extension MediaHistory {
  /// Reads a history from a table.
  ///
  /// Rows may stand in any order. Constant controls and channels without money are left out, with a note.
  /// - Throws: `InputError` with the line and the column of the first mistake: a cell that is no number, money below zero,
  ///   a date that is none, a day that is missing or there twice.
  public init(_ table: CSVTable, columns: MediaColumns) throws(InputError) {
    guard table.rowCount >= 2 else {
      throw InputError(
        .malformed, file: table.path, problem: "has no rows", remedy: "give a row per week or day")
    }
    var notes = table.repairs
    let (order, days, spacing) = try Self.calendar(table, column: columns.date, notes: &notes)
    let spendNames = try Self.names(matching: columns.spends, in: table)
    let controlNames = try Self.names(matching: columns.controls, in: table)
    if let name = spendNames.first(where: { $0 == columns.outcome || controlNames.contains($0) }) {
      throw InputError(
        .invalid, file: table.path, line: 1, key: name, problem: "is money and something else at once",
        remedy: "let the patterns name different columns")
    }
    func series(_ name: String) throws(InputError) -> Series {
      let values = try table.numbers(of: name)
      return Series(name: name, values: order.map { values[$0] })
    }
    let outcome = try series(columns.outcome)
    if outcome.values.allSatisfy({ $0 == outcome.values[0] }) {
      throw InputError(
        .invalid, file: table.path, key: columns.outcome, problem: "is the same in every row",
        remedy: "name the column that is to be explained")
    }
    var spends: [Series] = []
    for name in spendNames {
      let channel = try series(name)
      if let place = order.indices.first(where: { channel.values[$0] < 0 }), let column = table.column(name) {
        throw table.error(
          row: order[place], column: column, "is \(channel.values[place])", "money spent is not below 0")
      }
      let active = channel.values.count { $0 > 0 }
      if active < 4 || Set(channel.values).count == 1 {
        notes.append(
          "\(name) is left out: \(active == 0 ? "no money" : active < 4 ? "money in \(active) ticks only" : "always the same"), so nothing can be told of it"
        )
      } else {
        spends.append(channel)
      }
    }
    guard !spends.isEmpty else {
      throw InputError(
        .invalid, file: table.path, key: columns.spends.joined(separator: ","),
        problem: "leaves no channel with money that varies",
        remedy: "name the columns of money")
    }
    var controls: [Series] = []
    for name in controlNames where name != columns.outcome {
      controls += try Self.controls(table, name: name, order: order, notes: &notes)
    }
    self.init(
      days: days, spacing: spacing, outcome: outcome, spends: spends, controls: controls,
      notes: notes + Self.collinear(spends))
  }

  /// The columns that fit any of the patterns, in the order of the table.
  private static func names(matching patterns: [String], in table: CSVTable) throws(InputError) -> [String] {
    for pattern in patterns where !table.header.contains(where: { fits($0[...], pattern[...]) }) {
      throw table.missing(column: pattern)
    }
    return table.header.filter { name in patterns.contains { fits(name[...], $0[...]) } }
  }

  /// A column of numbers as it is, or a column of texts as columns of zeros and ones.
  ///
  /// One says that the text is not the most frequent one; each further text has one for how it differs from the second most
  /// frequent. A text never seen before is so taken to work like the others: an event, say, like the events known.
  private static func controls(
    _ table: CSVTable, name: String, order: [Int], notes: inout [String]
  ) throws(InputError) -> [Series] {
    guard let column = table.column(name) else { throw table.missing(column: name) }
    if order.contains(where: { table.number(row: $0, column: column) != nil }) {
      let values = try order.map { row throws(InputError) in
        try table.requireNumber(row: row, column: column)
      }
      if Set(values).count > 1 { return [Series(name: name, values: values)] }
      notes.append("\(name) is left out: always the same")
      return []
    }
    let texts = order.map { table.text(row: $0, column: column) }
    let counts = Dictionary(grouping: texts) { $0 }.mapValues(\.count)
    guard counts.count > 1, counts.count <= 24 else {
      throw table.error(
        row: order[0], column: column, "holds \(counts.count) different texts",
        "give numbers, or 2 to 24 names")
    }
    let ranked = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
    return [Series(name: "\(name)≠\(ranked[0])", values: texts.map { $0 != ranked[0] ? 1 : 0 })]
      + ranked.dropFirst(2).map { text in
        Series(name: "\(name)=\(text)", values: texts.map { $0 == text ? 1 : 0 })
      }
  }

  /// Notes on channels that move together, whose returns can hardly be told apart.
  private static func collinear(_ spends: [Series]) -> [String] {
    var notes: [String] = []
    for (index, first) in spends.enumerated() {
      for second in spends.dropFirst(index + 1) {
        let correlation = correlation(first.values, second.values)
        guard correlation > 0.9 else { continue }
        let percent = Int((correlation * 100).rounded())
        notes.append(
          "\(first.name) and \(second.name) move together (correlation \(percent) %): their returns can hardly be told apart"
        )
      }
    }
    return notes
  }
}

/// The correlation of two series of the same length.
private func correlation(_ x: [Double], _ y: [Double]) -> Double {
  let (meanX, meanY) = (x.reduce(0, +) / Double(x.count), y.reduce(0, +) / Double(y.count))
  var (xx, xy, yy) = (0.0, 0.0, 0.0)
  for (a, b) in zip(x, y) {
    xx += (a - meanX) * (a - meanX)
    xy += (a - meanX) * (b - meanY)
    yy += (b - meanY) * (b - meanY)
  }
  return xx > 0 && yy > 0 ? xy / (xx * yy).squareRoot() : 0
}
