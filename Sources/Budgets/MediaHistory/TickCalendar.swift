import Documents

/// The ticks of a table, in the order of time: their days, how far these lie apart, and the rows that stand for them.
struct TickCalendar {
  let spacing: MediaHistory.Spacing
  let days: [CalendarDay]
  /// By tick and then by region (one where the table has none): the row; nil where the table lacks it.
  let rows: [[Int?]]

  /// Finds the ticks.
  ///
  /// - Parameters:
  ///   - regions: by row, which region it belongs to; nil for rows that belong to none.
  ///   - fillsGaps: whether rows may be missing.
  /// - Throws: `InputError` at the first date that is none, is there twice, or does not lie as the others do.
  init(
    _ table: CSVTable, column name: String?, regions: [Int?], regionCount: Int, fillsGaps: Bool,
    notes: inout [String]
  ) throws(InputError) {
    let column = try dateColumn(table, name: name)
    let dates = try DateReading(table, column: column, notes: &notes)
    let places = dates.days.indices.filter { dates.days[$0] != nil && regions[$0] != nil }
    func day(_ row: Int) -> CalendarDay { dates.days[row] ?? CalendarDay(number: 0) }
    let order = places.sorted { (day($0), $0) < (day($1), $1) }
    guard order.count >= 2 else {
      throw InputError(
        .malformed, file: table.path, problem: "has no rows", remedy: "give a row per month, week or day")
    }
    guard let spacing = dates.spacing else {
      throw table.error(
        row: order[1], column: column, "lies \(dates.usualGap) days after the one before, as most do",
        "give a row per day, week or month")
    }
    if zip(places, places.dropFirst()).contains(where: { day($0) > day($1) }) {
      notes.append("the rows of \(table.path) are put into the order of their dates")
    }
    var days = [day(order[0])]
    var rows: [[Int?]] = [[Int?](repeating: nil, count: regionCount)]
    for row in order {
      let last = days[days.count - 1]
      if day(row) > last {
        var next = spacing.following(last)
        if spacing.ticks(from: last, to: day(row)) == nil || (next != day(row) && !fillsGaps) {
          if let misplaced = misplaced(places, spacing, day) {
            throw table.error(
              row: misplaced.row, column: column,
              "is \(day(misplaced.row)) between \(misplaced.before) and the row after it",
              "write \(spacing.following(misplaced.before))")
          }
          throw table.error(
            row: row, column: column, "is \(day(row)) after \(last)",
            spacing.ticks(from: last, to: day(row)) == nil
              ? "keep to \(spacing.description) between rows"
              : "add the missing row of \(next), or say what missing rows mean by --missing zero, skip or interpolate"
          )
        }
        while next < day(row), spacing.ticks(from: next, to: day(row)) != 0 {
          days.append(next)
          rows.append([Int?](repeating: nil, count: regionCount))
          next = spacing.following(next)
        }
        days.append(day(row))
        rows.append([Int?](repeating: nil, count: regionCount))
      }
      let region = regions[row] ?? 0
      guard rows[rows.count - 1][region] == nil else {
        throw table.error(
          row: row, column: column, "is \(day(row)) once more",
          regionCount > 1
            ? "give each date one row per region"
            : "give each date one row, or name the column of regions by --panel")
      }
      rows[rows.count - 1][region] = row
    }
    let lacking = rows.reduce(0) { $0 + $1.count { $0 == nil } }
    guard lacking == 0 || fillsGaps else {
      let tick = rows.firstIndex { $0.contains(nil) } ?? 0
      let row = rows[tick].compactMap { $0 }.first ?? 0
      throw table.error(
        row: row, column: column, "is \(days[tick]), a date that not every region has",
        "add the missing rows, or say what they mean by --missing zero, skip or interpolate")
    }
    guard 2 * lacking < days.count * regionCount else {
      throw table.error(
        row: order[0], column: column, "begins \(days.count) ticks of which \(lacking) rows are missing",
        "give a row per day, week or month")
    }
    if lacking > 0 {
      notes.append(
        "\(lacking == 1 ? "1 row is" : "\(lacking) rows are") missing between \(days[0]) and \(days[days.count - 1])"
      )
    }
    self.spacing = spacing
    self.days = days
    self.rows = rows
  }
}

/// A row whose neighbours in the table lie two ticks apart, while it does not lie between them: a mistyped date.
private func misplaced(
  _ places: [Int], _ spacing: MediaHistory.Spacing, _ day: (Int) -> CalendarDay
) -> (row: Int, before: CalendarDay)? {
  for (before, (row, after)) in zip(places, zip(places.dropFirst(), places.dropFirst(2))) {
    let next = spacing.following(day(before))
    if day(row) != next, spacing.following(next) == day(after) { return (row, day(before)) }
  }
  return nil
}

/// The column of a name, or the first that holds dates.
private func dateColumn(_ table: CSVTable, name: String?) throws(InputError) -> Int {
  if let name {
    guard let column = table.column(name) else { throw table.missing(column: name) }
    return column
  }
  let found = table.header.indices.first { column in
    let texts = (0..<table.rowCount).map { table.text(row: $0, column: column) }
    return DateFormat.allCases.contains { format in
      guard format != .serial else { return false }
      let days = texts.compactMap(format.day)
      guard 5 * days.count >= 4 * texts.count, !days.isEmpty else { return false }
      // Numbers such as 20240229 are dates where they lie evenly.
      return format.isUnmistakable || DateReading.spacing(of: days).share > 0.8
    }
  }
  guard let found else {
    throw InputError(
      .invalid, file: table.path, line: 2, problem: "holds no date such as 2024-02-29 in any column",
      remedy: "name the column of dates by --date")
  }
  return found
}
