import Documents

/// Reads columns of a table as series over its ticks.
struct MediaSeries {
  let table: CSVTable
  let calendar: TickCalendar
  let missing: MediaColumns.MissingRows?

  /// The history of a region.
  func part(
    _ names: MediaNames, region: Int, controls: [(name: String, values: [[Double]])], isCounted: [Bool]
  ) throws(InputError) -> MediaHistory {
    var exposures: [MediaHistory.Series?] = []
    for name in names.exposures {
      guard let name else {
        exposures.append(nil)
        continue
      }
      exposures.append(try series(name, region: region, least: "what an audience saw is not below 0"))
    }
    return MediaHistory(
      days: calendar.days, spacing: calendar.spacing, outcome: try series(names.outcome, region: region),
      spends: try names.spends.map { name throws(InputError) in
        try series(name, region: region, least: "money spent is not below 0")
      },
      exposures: exposures,
      organic: try names.organic.map { name throws(InputError) in
        try series(name, region: region, least: "what works as media do is not below 0")
      },
      controls: controls.map { MediaHistory.Series(name: $0.name, values: $0.values[region]) },
      isCounted: isCounted)
  }

  /// The numbers of a column in a region.
  ///
  /// - Parameter least: why numbers below 0 are refused; nil where they are not.
  /// - Throws: `InputError` at the first cell that is no number, or below 0.
  func series(_ name: String, region: Int, least: String? = nil) throws(InputError) -> MediaHistory.Series {
    guard let column = table.column(name) else { throw table.missing(column: name) }
    let values = try calendar.rows.map { rows throws(InputError) -> Double? in
      guard let row = rows[region] else { return nil }
      let value = try table.requireNumber(row: row, column: column)
      if let least, value < 0 { throw table.error(row: row, column: column, "is \(value)", least) }
      return value
    }
    return MediaHistory.Series(name: name, values: filled(values))
  }

  /// A column of numbers as it is, or a column of texts as columns of zeros and ones; by column, values by region and tick.
  ///
  /// One says that the text is not the most frequent one; each further text has one for how it differs from the second most
  /// frequent. A text never seen before is so taken to work like the others: an event, say, like the events known.
  func controls(
    _ name: String, notes: inout [String]
  ) throws(InputError) -> [(name: String, values: [[Double]])] {
    guard let column = table.column(name) else { throw table.missing(column: name) }
    let regions = calendar.rows[0].indices
    if table.holdsNumbers(column: column) {
      let values = try regions.map { region throws(InputError) in try series(name, region: region).values }
      if Set(values.joined()).count > 1 { return [(name, values)] }
      notes.append("\(name) is left out: always the same")
      return []
    }
    let texts = regions.map { region in
      calendar.rows.map { rows in rows[region].map { table.text(row: $0, column: column) } }
    }
    let counts = Dictionary(grouping: texts.joined().compactMap { $0 }) { $0 }.mapValues(\.count)
    guard counts.count > 1, counts.count <= 24 else {
      throw table.error(
        row: calendar.rows.lazy.compactMap { $0.compactMap { $0 }.first }.first ?? 0, column: column,
        "holds \(counts.count) different texts", "give numbers, or 2 to 24 names")
    }
    let ranked = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
    func indicator(_ name: String, _ isOne: (String) -> Bool) -> (name: String, values: [[Double]]) {
      (name, texts.map { filled($0.map { text in text.map { isOne($0) ? 1 : 0 } }) })
    }
    return [indicator("\(name)≠\(ranked[0])") { $0 != ranked[0] }]
      + ranked.dropFirst(2).map { text in indicator("\(name)=\(text)") { $0 == text } }
  }

  /// A series without gaps: zeros, or straight lines between the neighbours.
  private func filled(_ values: [Double?]) -> [Double] {
    var filled = values.map { $0 ?? 0 }
    guard missing != .zero else { return filled }
    let known = values.indices.filter { values[$0] != nil }
    guard let first = known.first, let last = known.last else { return filled }
    for tick in 0..<first { filled[tick] = filled[first] }
    for tick in last..<values.count { filled[tick] = filled[last] }
    for (before, after) in zip(known, known.dropFirst()) where after > before + 1 {
      for tick in before + 1..<after {
        let share = Double(tick - before) / Double(after - before)
        filled[tick] = filled[before] + share * (filled[after] - filled[before])
      }
    }
    return filled
  }
}
