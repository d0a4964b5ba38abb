import Documents

extension MediaHistory {
  /// Reads a history from a table.
  ///
  /// Rows may stand in any order. Constant controls and channels without money are left out, with a note; of a panel, the
  /// regions' sums are the history (`regions` holds the parts).
  /// - Throws: `InputError` with the line and the column of the first mistake: a cell that is no number, money below zero,
  ///   a date that is none, a day that is missing or there twice.
  public init(_ table: CSVTable, columns: MediaColumns) throws(InputError) {
    guard table.rowCount >= 2 else {
      throw InputError(
        .malformed, file: table.path, problem: "has no rows", remedy: "give a row per month, week or day")
    }
    var notes = table.repairs
    let names = try MediaNames(columns, in: table)
    let regions = try Self.regions(table, column: columns.panel, notes: &notes)
    let calendar = try TickCalendar(
      table, column: columns.date, regions: regions.byRow, regionCount: regions.names.count,
      fillsGaps: columns.missing != nil, notes: &notes)
    notes += table.notes(ofColumns: names.all)
    let isCounted = try Self.counted(calendar, columns, table, notes: &notes)
    let reader = MediaSeries(table: table, calendar: calendar, missing: columns.missing)

    var controls: [(name: String, values: [[Double]])] = []
    for name in names.controls { controls += try reader.controls(name, notes: &notes) }
    var parts: [MediaHistory] = []
    for region in regions.names.indices {
      parts.append(try reader.part(names, region: region, controls: controls, isCounted: isCounted[region]))
    }
    let whole = MediaHistory(sumOf: parts)
    if whole.outcome.values.allSatisfy({ $0 == whole.outcome.values[0] }) {
      throw InputError(
        .invalid, file: table.path, key: columns.outcome, problem: "is the same in every row",
        remedy: "name the column that is to be explained")
    }
    let isKept = try whole.toldChannels(notes: &notes)
    guard isKept.contains(true) else {
      throw InputError(
        .invalid, file: table.path, key: columns.spends.joined(separator: ","),
        problem: "leaves no channel with money that varies",
        remedy: "name the columns of money")
    }
    let kept = whole.keeping(isKept)
    let isPanel = columns.panel != nil && parts.count > 1
    if isPanel { notes.append("the \(parts.count) regions are added up") }
    self.init(
      days: kept.days, spacing: kept.spacing, outcome: kept.outcome, spends: kept.spends,
      exposures: kept.exposures,
      organic: kept.organic, controls: kept.controls, isCounted: kept.isCounted,
      regions: isPanel
        ? zip(regions.names, parts).map { Region(name: $0, history: $1.keeping(isKept)) } : [],
      currency: try names.currency(columns, table, notes: &notes), notes: notes + Self.collinear(kept.spends))
  }

  /// The regions by name, and which of them each row belongs to; sums of regions belong to none.
  private static func regions(
    _ table: CSVTable, column name: String?, notes: inout [String]
  ) throws(InputError) -> (names: [String], byRow: [Int?]) {
    guard let name else { return ([""], [Int?](repeating: 0, count: table.rowCount)) }
    guard let column = table.column(name) else { throw table.missing(column: name) }
    var names: [String] = []
    var sums: Set<String> = []
    var byRow: [Int?] = []
    for row in 0..<table.rowCount {
      let text = table.text(row: row, column: column)
      guard !DateReading.isSum(text) else {
        if sums.insert(text).inserted {
          notes.append("\(name) '\(text)' is left out: a sum of other regions")
        }
        byRow.append(nil)
        continue
      }
      guard !text.isEmpty else { throw table.error(row: row, column: column, "is empty", "name the region") }
      if !names.contains(text) { names.append(text) }
      byRow.append(names.firstIndex(of: text))
    }
    guard (1...200).contains(names.count) else {
      throw InputError(
        .invalid, file: table.path, key: name, problem: "names \(names.count) regions",
        remedy: "name a column of 1 to 200 regions")
    }
    return (names, byRow)
  }

  /// By region and tick: whether the outcome counts.
  private static func counted(
    _ calendar: TickCalendar, _ columns: MediaColumns, _ table: CSVTable, notes: inout [String]
  ) throws(InputError) -> [[Bool]] {
    for range in columns.excluded {
      let count = calendar.days.count { range.contains($0) }
      guard count > 0 else {
        throw InputError(
          .invalid, file: table.path, key: "exclude",
          problem: "names \(range.lowerBound)..\(range.upperBound), where the table has no ticks",
          remedy: "name days from \(calendar.days[0]) to \(calendar.days[calendar.days.count - 1])")
      }
      notes.append(
        "the outcomes of \(count) ticks from \(range.lowerBound) to \(range.upperBound) are not explained; money spent then carries over"
      )
    }
    return (0..<(calendar.rows.first?.count ?? 1)).map { region in
      zip(calendar.days, calendar.rows).map { day, rows in
        !columns.excluded.contains { $0.contains(day) } && (columns.missing != .skip || rows[region] != nil)
      }
    }
  }

  /// The sums of the parts of a panel; controls are means.
  private init(sumOf parts: [MediaHistory]) {
    let first = parts[0]
    func sum(_ series: (MediaHistory) -> Series) -> Series {
      Series(
        name: series(first).name,
        values: first.days.indices.map { tick in parts.reduce(0) { $0 + series($1).values[tick] } })
    }
    self.init(
      days: first.days, spacing: first.spacing, outcome: sum(\.outcome),
      spends: first.spends.indices.map { place in sum { $0.spends[place] } },
      exposures: first.exposures.indices.map { place in
        first.exposures[place].map { exposure in sum { $0.exposures[place] ?? exposure } }
      },
      organic: first.organic.indices.map { place in sum { $0.organic[place] } },
      controls: first.controls.indices.map { place in
        let total = sum { $0.controls[place] }
        return Series(name: total.name, values: total.values.map { $0 / Double(parts.count) })
      },
      isCounted: first.days.indices.map { tick in parts.allSatisfy { $0.isCounted[tick] } })
  }

  /// By channel: whether anything can be told of it.
  private func toldChannels(notes: inout [String]) throws(InputError) -> [Bool] {
    spends.enumerated().map { place, channel in
      let active = channel.values.count { $0 > 0 }
      let isConstant = Set(channel.values).count == 1 && exposures[place] == nil
      guard active < 4 || isConstant else { return true }
      notes.append(
        "\(channel.name) is left out: \(active == 0 ? "no money" : active < 4 ? "money in \(active) ticks only" : "always the same"), so nothing can be told of it"
      )
      return false
    }
  }

  private func keeping(_ isKept: [Bool]) -> MediaHistory {
    let places = spends.indices.filter { isKept[$0] }
    return MediaHistory(
      days: days, spacing: spacing, outcome: outcome, spends: places.map { spends[$0] },
      exposures: places.map { exposures[$0] }, organic: organic, controls: controls, isCounted: isCounted)
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
