/// How the numbers of one column are written.
struct NumberFormat: Sendable, Equatable {
  /// The decimal sign.
  var decimal = UInt8(ascii: ".")
  /// Whether every number is in plain or scientific notation with a decimal point.
  var isPlain = true
  /// The currency beside its numbers; nil where there is none.
  var currency: String?
  /// Whether the numbers are percentages.
  var isPercent = false
  /// What was read otherwise than it stands: a cell, and as what.
  var example: (text: String, value: Double)?
  /// What settled the decimal sign, where the cells alone did not.
  var reason: String?
  /// Why the column cannot be read as numbers; the row is the one to blame.
  var fault: Fault?

  struct Fault: Sendable, Equatable {
    let row: Int
    let problem: String
    let remedy: String
  }

  static func == (a: NumberFormat, b: NumberFormat) -> Bool {
    a.decimal == b.decimal && a.isPlain == b.isPlain && a.currency == b.currency && a.isPercent == b.isPercent
      && a.example?.text == b.example?.text && a.reason == b.reason && a.fault == b.fault
  }
}

/// What the cells of one column tell about how its numbers are written.
struct NumberEvidence {
  /// Rows whose numbers can be read with one decimal sign only, by sign.
  private(set) var points: Int?
  private(set) var commas: Int?
  /// The first row that two decimal signs read as different numbers.
  private(set) var ambiguous: (row: Int, cell: NumberCell, text: String)?
  private var ambiguousMark: UInt8?
  /// The first row of the other mark, where both are met and neither tells.
  private var otherMark: Int?
  /// Whether numbers below a thousand, and above, stand without any mark.
  private var hasSmall = false
  private var hasLarge = false
  private(set) var numbers = 0
  private(set) var texts = 0
  private var isPlain = true
  private var currencies: [(code: String, row: Int)] = []
  private var percent: (row: Int, text: String)?
  private var unpercented: (row: Int, text: String)?
  private var marked: (cell: NumberCell, text: String)?

  /// Whether most of the column is numbers, so that it tells something about others.
  var isNumeric: Bool { numbers > 9 * texts }

  /// Looks at one more cell.
  mutating func add(_ text: String, row: Int) {
    if addPlain(text.utf8, row: row) { return }
    guard let cell = NumberCell(text) else {
      if !isBlankCell(text) { texts += 1 }
      return
    }
    let (point, comma) = (cell.value(decimal: UInt8(ascii: ".")), cell.value(decimal: UInt8(ascii: ",")))
    guard point != nil || comma != nil else {
      texts += 1
      return
    }
    numbers += 1
    if !cell.isPlain { isPlain = false }
    if !cell.isPlain, marked == nil || (marked?.cell.value(decimal: UInt8(ascii: ".")) == 0) {
      marked = (cell, text)
    }
    if let code = cell.currency, !currencies.contains(where: { $0.code == code }) {
      currencies.append((code, row))
    }
    if cell.isPercent {
      percent = percent ?? (row, text)
    } else if point != 0 {
      unpercented = unpercented ?? (row, text)
    }
    switch (point, comma) {
    case (_, nil): points = points ?? row
    case (nil, _): commas = commas ?? row
    case (let point?, let comma?) where point != comma:
      let mark: UInt8 = text.utf8.contains(UInt8(ascii: ".")) ? UInt8(ascii: ".") : UInt8(ascii: ",")
      if ambiguous == nil { (ambiguous, ambiguousMark) = ((row, cell, text), mark) }
      if mark != ambiguousMark { otherMark = otherMark ?? row }
    default:
      guard !cell.hasMarks, let value = point, value != 0 else { break }
      if cell.leadingDigits < 4 { hasSmall = true } else { hasLarge = true }
    }
  }

  /// Looks at a cell of digits alone, or of digits about a point that is no mark of thousands; false for any other.
  private mutating func addPlain(_ bytes: String.UTF8View, row: Int) -> Bool {
    var (whole, fraction, hasPoint, isZero) = (0, 0, false, true)
    for byte in bytes {
      if byte == UInt8(ascii: "."), !hasPoint {
        hasPoint = true
        continue
      }
      guard (48...57).contains(byte) else { return false }
      if byte != 48 { isZero = false }
      if hasPoint { fraction += 1 } else { whole += 1 }
    }
    guard (1...15).contains(whole), !hasPoint || (fraction > 0 && fraction != 3) else { return false }
    numbers += 1
    if hasPoint {
      points = points ?? row
    } else if !isZero {
      if whole < 4 { hasSmall = true } else { hasLarge = true }
    }
    if !isZero, unpercented == nil { unpercented = (row, String(bytes)) }
    return true
  }

  /// The decimal sign that the column's own cells settle, and how; nil where they do not.
  var ownDecimal: (sign: UInt8, reason: String?)? {
    switch (points, commas) {
    case (_?, nil): return (UInt8(ascii: "."), nil)
    case (nil, _?): return (UInt8(ascii: ","), nil)
    case (_?, _?): return nil
    case (nil, nil): break
    }
    guard let ambiguousMark, otherMark == nil, hasSmall || hasLarge else { return nil }
    let other = ambiguousMark == UInt8(ascii: ".") ? UInt8(ascii: ",") : UInt8(ascii: ".")
    // Who groups thousands groups all of them; who does not writes whole numbers without marks.
    return hasLarge
      ? (ambiguousMark, "larger numbers stand without marks")
      : (other, "numbers below 1,000 stand without marks")
  }

  /// How the column is written, given the decimal sign that other columns or the separator suggest.
  func format(settled: UInt8?, suggested: (sign: UInt8, reason: String)?, text: (Int) -> String)
    -> NumberFormat
  {
    var format = NumberFormat()
    format.isPlain = isPlain
    format.currency = currencies.first?.code
    format.isPercent = percent != nil
    if currencies.count > 1 {
      format.fault = .init(
        row: currencies[1].row,
        problem: "is '\(text(currencies[1].row))' in a column of \(currencies[0].code)",
        remedy: "give one currency per column")
    }
    if let percent, let unpercented {
      format.fault = .init(
        row: unpercented.row,
        problem: "is '\(unpercented.text)' in a column of percentages such as '\(percent.text)'",
        remedy: "write all of them with a percent sign, or none")
    }
    if let settled {
      format.decimal = settled
    } else if let own = ownDecimal {
      (format.decimal, format.reason) = own
    } else if let points, let commas {
      let (first, second) = (min(points, commas), max(points, commas))
      format.fault = .init(
        row: second, problem: "is '\(text(second))' in a column with '\(text(first))'",
        remedy: "write all numbers with the same decimal sign, or name it by --decimal")
    } else if let ambiguous {
      if let suggested, otherMark == nil {
        (format.decimal, format.reason) = suggested
      } else {
        let values = [UInt8(ascii: "."), UInt8(ascii: ",")].map { ambiguous.cell.value(decimal: $0) ?? 0 }
        format.fault = .init(
          row: ambiguous.row,
          problem: "is '\(ambiguous.text)', which may be \(plainText(values[0])) or \(plainText(values[1]))",
          remedy: "name the decimal sign by --decimal . or --decimal ,")
      }
    }
    let shown = (ambiguous.map { ($0.cell, $0.text) }) ?? marked
    if let shown, let value = shown.0.value(decimal: format.decimal),
      !isPlain || format.decimal != UInt8(ascii: ".")
    {
      format.example = (shown.1, value)
    }
    if format.decimal != UInt8(ascii: ".") { format.isPlain = false }
    return format
  }
}

/// A number without a needless fraction.
private func plainText(_ value: Double) -> String {
  value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
}

extension NumberFormat {
  /// The formats of all columns: from each column's own cells, else from the other columns, else from the separator.
  ///
  /// Complexity: one pass over the cells.
  static func formats(
    rows: Int, columns: Int, settled: UInt8?, separator: CellSeparator, text: (Int, Int) -> String
  ) -> [NumberFormat] {
    let evidence = (0..<columns).map { column in
      var evidence = NumberEvidence()
      for row in 0..<rows { evidence.add(text(row, column), row: row) }
      return evidence
    }
    let signs = Set(evidence.filter(\.isNumeric).compactMap { $0.ownDecimal?.sign })
    let usual = separator.usualDecimal.map { (sign: $0, reason: "as is usual between \(separator.name)") }
    let suggested =
      signs.isEmpty
      ? usual
      : signs.count == 1 ? signs.first.map { (sign: $0, reason: "as the other columns are written") } : nil
    return evidence.enumerated().map { column, evidence in
      evidence.format(settled: settled, suggested: suggested) { text($0, column) }
    }
  }

  /// What was read otherwise than it stands, for people; nil where nothing was.
  func note(column: String) -> String? {
    guard let example else { return nil }
    var note = "\(column): '\(example.text)' is read as \(plainText(example.value))"
    if let currency { note += " \(currency)" }
    return note + (reason.map { ", \($0)" } ?? "")
  }
}
