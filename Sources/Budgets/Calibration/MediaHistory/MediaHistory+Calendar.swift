import Documents

extension MediaHistory {
  /// The rows in the order of time, their days, and how far these lie apart.
  static func calendar(
    _ table: CSVTable, column name: String?, notes: inout [String]
  ) throws(InputError) -> (order: [Int], days: [CalendarDay], spacing: Spacing) {
    let column = try dateColumn(table, name: name)
    let texts = (0..<table.rowCount).map { table.text(row: $0, column: column) }
    var fault: InputError?
    // Where a column reads as days in two ways, the one in which they lie evenly is meant.
    for order in DateOrder.allCases {
      let days = texts.compactMap(order.day)
      if days.count < texts.count {
        if !days.isEmpty, fault == nil, let row = texts.firstIndex(where: { order.day($0) == nil }) {
          fault = table.error(
            row: row, column: column, "is '\(texts[row])', no date like the others", "write it as \(days[0])")
        }
        continue
      }
      switch ordered(days, table, column) {
      case .success(let result):
        if zip(days, days.dropFirst()).contains(where: { $0 > $1 }) {
          notes.append("the rows of \(table.path) are put into the order of their dates")
        }
        if order == .serial { notes.append("\(table.header[column]) is read as Excel's day numbers") }
        return result
      case .failure(let error): fault = error
      }
    }
    throw fault
      ?? table.error(
        row: 0, column: column, "is '\(texts[0])', no date",
        "write dates as 2024-02-29 in a column named by --date")
  }

  private static func dateColumn(_ table: CSVTable, name: String?) throws(InputError) -> Int {
    if let name {
      guard let column = table.column(name) else { throw table.missing(column: name) }
      return column
    }
    let found = table.header.indices.first { column in
      [0, table.rowCount - 1].allSatisfy { row in
        let text = table.text(row: row, column: column)
        return [DateOrder.yearFirst, .monthFirst, .dayFirst].contains { $0.day(text) != nil }
      }
    }
    guard let found else {
      throw InputError(
        .invalid, file: table.path, line: 2, problem: "holds no date such as 2024-02-29 in any column",
        remedy: "name the column of dates by --date")
    }
    return found
  }

  /// Puts days in order and checks that they are all there, once.
  private static func ordered(
    _ days: [CalendarDay], _ table: CSVTable, _ column: Int
  ) -> Result<(order: [Int], days: [CalendarDay], spacing: Spacing), InputError> {
    let order = days.indices.sorted { (days[$0], $0) < (days[$1], $1) }
    let gaps = zip(order, order.dropFirst()).map { days[$1].number - days[$0].number }
    let usual = gaps.sorted()[gaps.count / 2]
    guard let spacing = Spacing(rawValue: usual) else {
      return .failure(
        table.error(
          row: order[min(1, order.count - 1)], column: column,
          "lies \(usual) days after the one before, as most do",
          "give a row per day or per week"))
    }
    for (place, gap) in gaps.enumerated() where gap != usual {
      let (before, row) = (days[order[place]], order[place + 1])
      if gap == 0 {
        return .failure(
          table.error(row: row, column: column, "is \(before) once more", "give each date one row"))
      }
      let missing = CalendarDay(number: before.number + usual)
      return .failure(
        table.error(
          row: row, column: column, "is \(days[row]) after \(before)",
          gap % usual == 0 ? "add the missing row of \(missing)" : "keep to \(usual) days between rows"))
    }
    return .success((order, order.map { days[$0] }, spacing))
  }
}
