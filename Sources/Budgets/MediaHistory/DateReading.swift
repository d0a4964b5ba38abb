import Documents

/// A column of a table read as days, all of it in one format.
struct DateReading {
  /// By row; nil where the row is no tick but a sum of others.
  let days: [CalendarDay?]
  /// How far most days lie apart; nil where that is no day, week or month.
  let spacing: MediaHistory.Spacing?
  /// In days.
  let usualGap: Int

  private static let sums: Set<String> = [
    "total", "totals", "grand total", "sum", "sums", "subtotal", "all", "average", "mean", "summe", "gesamt",
    "gesamtsumme", "gesamtergebnis", "insgesamt", "durchschnitt", "totale", "totaal", "somme",
    "total général",
    "total general", "suma", "soma", "σ", "∑",
  ]

  /// Whether a text names a sum of rows.
  static func isSum(_ text: String) -> Bool {
    sums.contains(text.lowercased().filter { !":.".contains($0) })
  }

  /// Reads a column in the format in which most of its cells are days, of several the one in which they lie most evenly.
  ///
  /// - Throws: `InputError` at the first cell that is no day in it.
  init(_ table: CSVTable, column: Int, notes: inout [String]) throws(InputError) {
    let texts = (0..<table.rowCount).map { table.text(row: $0, column: column) }
    let readings = DateFormat.allCases.map { format in (format, days: texts.map(format.day)) }
    let most = readings.map { $0.days.count { $0 != nil } }.max() ?? 0
    guard 2 * most > texts.count else {
      throw table.error(
        row: 0, column: column, texts.first?.isEmpty ?? true ? "is empty" : "is '\(texts[0])', no date",
        "write dates as 2024-02-29 in a column named by --date")
    }
    let tied = readings.filter { $0.days.count { $0 != nil } == most }.map { reading in
      (reading, Self.spacing(of: reading.days.compactMap { $0 }))
    }
    // Days that lie a month apart may as well be the first days of months, read the wrong way round.
    func merit(_ place: Int) -> (Double, Int) {
      (tied[place].1.share - (tied[place].1.spacing == .monthly ? 1e-9 : 0), -place)
    }
    let best = tied.indices.max { merit($0) < merit($1) } ?? 0
    let ((format, days), spacing) = tied[best]
    for (row, text) in texts.enumerated() where days[row] == nil {
      guard Self.isSum(text) else {
        let other = days.compactMap { $0 }.first.map { "\($0)" } ?? "2024-02-29"
        throw table.error(
          row: row, column: column, text.isEmpty ? "is empty" : "is '\(text)', no date like the others",
          "write it as \(other)" + (format == .yearFirst ? "" : " or as \(format.rawValue)"))
      }
      notes.append("line \(table.line(ofRow: row)) ('\(text)') is left out: a sum of other rows")
    }
    let isTold = tied.count > 1 && [.monthFirst, .dayFirst, .shortYearFirst].contains(format)
    if isTold || [.serial, .isoWeek, .compactWeek].contains(format) {
      notes.append("\(table.header[column]) is read as \(format.rawValue)")
    }
    self.days = days
    self.spacing = spacing.spacing
    usualGap = spacing.gap
  }

  /// How far most days lie apart, and the share of those that do.
  static func spacing(
    of days: [CalendarDay]
  ) -> (spacing: MediaHistory.Spacing?, gap: Int, share: Double) {
    let days = Set(days).sorted()
    let gaps = zip(days, days.dropFirst()).map { $1.number - $0.number }
    guard !gaps.isEmpty else { return (nil, 0, 0) }
    let usual = gaps.sorted()[gaps.count / 2]
    let spacing: MediaHistory.Spacing? =
      switch usual {
      case 1: .daily
      case 7: .weekly
      case 28...31:
        zip(days, days.dropFirst()).count { $1.month - $0.month == 1 } * 10 > 8 * gaps.count ? .monthly : nil
      default: nil
      }
    let even = zip(days, days.dropFirst()).count { spacing?.following($0) == $1 }
    return (spacing, usual, Double(even) / Double(gaps.count))
  }
}
