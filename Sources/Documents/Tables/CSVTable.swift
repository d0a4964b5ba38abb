import Foundation

/// A table of separated values with a header (RFC 4180): quoted cells, either line end, UTF-8, UTF-16 or Windows-1252.
///
/// ```swift
/// let table = try CSVTable(contentsOf: "history.csv")
/// let sales = try table.numbers(of: "sales")
/// ```
/// What separates the cells, and how each column writes its numbers, is found from all of them (`CellSeparator`,
/// `NumberFormat`); what was read otherwise than it stands is told by `repairs` and `notes(ofColumns:)`. The bytes are kept,
/// and a cell is read when it is asked for, so a large file costs its size and eight bytes per cell.
public struct CSVTable: Sendable {
  /// What errors call the table.
  public let path: String
  /// The names of the columns, each once.
  public let header: [String]
  /// The number of rows under the header.
  public var rowCount: Int { lines.count }
  /// What was read otherwise than a comma-separated table is, for people to know.
  public let repairs: [String]
  /// How its owner says that it is to be read.
  let reading: TableReading

  private let bytes: [UInt8]
  /// Row-major: where each cell's text begins and ends.
  private let cells: [(start: UInt32, end: UInt32)]
  private let lines: [Int32]
  private let separator: CellSeparator
  /// By column: how its numbers are written.
  private let formats: [NumberFormat]
  /// The line of the file after the last row.
  private let nextLine: Int

  /// Reads a file.
  ///
  /// - Throws: `InputError` with the line of the first row that is no row of the table.
  public init(contentsOf path: String, reading: TableReading = TableReading()) throws(InputError) {
    try self.init(bytes: try readBytes(path), path: path, reading: reading)
  }

  /// Reads a table from its bytes; `path` is what errors call it.
  public init(bytes: [UInt8], path: String, reading: TableReading = TableReading()) throws(InputError) {
    if bytes.starts(with: Array("PK\u{3}\u{4}".utf8)) {
      throw InputError(
        .malformed, file: path, problem: "is a spreadsheet's own format", remedy: "save it as CSV")
    }
    let encoding = TextEncoding(of: bytes)
    var bytes = encoding.decoded(bytes)
    var repairs = encoding == .bytes ? [] : ["\(path) is read as UTF-16"]
    if let text = windows1252(bytes) {
      bytes = text
      repairs.append("\(path) is read as Windows-1252")
    }
    let separator = CellSeparator(of: bytes)
    let start = CellScan(
      position: separator.start, separator: separator.byte, line: separator.isNamed ? 2 : 1)
    let scan = try Self.scan(bytes, path: path, start)
    guard let width = scan.width else {
      throw InputError(.malformed, file: path, problem: "is empty", remedy: "give a header and rows")
    }
    self.path = path
    self.bytes = bytes
    self.separator = separator
    self.reading = reading
    let header = scan.cells[..<width].map { Self.text(bytes, $0) }
    self.header = header
    var seen: Set<String> = []
    for name in header where !name.isEmpty && !seen.insert(name).inserted {
      throw InputError(
        .malformed, file: path, line: Int(scan.lines[0]), problem: "repeats the column '\(name)'",
        remedy: "give every column a name of its own")
    }
    let cells = Array(scan.cells[width...])
    self.cells = cells
    lines = Array(scan.lines.dropFirst())
    nextLine = scan.line
    if separator.byte != UInt8(ascii: ",") { repairs.append("\(path) is separated by \(separator.name)") }
    repairs += scan.repairs.map { "\(path): \($0)" }
    self.repairs = repairs
    formats = NumberFormat.formats(
      rows: scan.lines.count - 1, columns: width, settled: reading.settledDecimal, separator: separator
    ) { row, column in Self.text(bytes, cells[row * width + column]) }
  }

  /// Reads rows that follow those of a table in the same file; numbers are written as there.
  init(bytes: [UInt8], after table: CSVTable) throws(InputError) {
    let bytes = windows1252(bytes) ?? bytes
    let start = CellScan(
      position: 0, separator: table.separator.byte, line: table.nextLine, width: table.header.count)
    let scan = try Self.scan(bytes, path: table.path, start)
    path = table.path
    header = table.header
    repairs = table.repairs
    reading = table.reading
    separator = table.separator
    formats = table.formats
    self.bytes = bytes
    cells = scan.cells
    lines = scan.lines
    nextLine = scan.line
  }

  /// Finds the cells of all rows.
  private static func scan(
    _ bytes: [UInt8], path: String, _ start: CellScan
  ) throws(InputError) -> CellScan {
    guard bytes.count < Int(UInt32.max) else {
      throw InputError(.malformed, file: path, problem: "is above 4 GB", remedy: "split it")
    }
    guard !bytes.contains(0) else {
      throw InputError(
        .malformed, file: path, problem: "is no text", remedy: "save it as CSV in UTF-8")
    }
    var scan = start
    if let fault = bytes.withUnsafeBufferPointer({ scan.run($0) }) {
      throw InputError(
        .malformed, file: path, line: fault.line, problem: fault.problem, remedy: fault.remedy)
    }
    return scan
  }

  /// The line of the file, from 1, on which a row begins.
  public func line(ofRow row: Int) -> Int { Int(lines[row]) }

  /// The place of a column; nil where there is none of that name.
  public func column(_ name: String) -> Int? { header.firstIndex(of: name) }

  /// A cell as text, without quotes and without blanks around it.
  public func text(row: Int, column: Int) -> String { Self.text(bytes, cells[row * header.count + column]) }

  /// A cell as a number, read as its column is written; nil where it is none or not finite.
  public func number(row: Int, column: Int) -> Double? {
    let format = formats[column]
    guard format.fault == nil else { return nil }
    if format.isPlain, let value = plainNumber(row: row, column: column) { return value }
    let text = text(row: row, column: column)
    if isBlankCell(text) { return reading.blank }
    return NumberCell(text)?.value(decimal: format.decimal)
  }

  private func plainNumber(row: Int, column: Int) -> Double? {
    let (start, end) = cells[row * header.count + column]
    return bytes.withUnsafeBufferPointer { parseNumber($0[Int(start)..<Int(end)]) }
  }

  /// Whether any cell of a column is a number, however it is written.
  package func holdsNumbers(column: Int) -> Bool {
    (0..<rowCount).contains { NumberCell(text(row: $0, column: column)) != nil }
  }

  /// The currency that a column's name or cells tell, as a code of ISO 4217; nil where they tell none.
  public func currency(ofColumn column: Int) -> String? {
    formats[column].currency ?? Currency.code(inName: header[column])
  }

  /// What was read otherwise than it stands in some columns, for people to know.
  public func notes(ofColumns names: [String]) -> [String] {
    names.compactMap { column($0) }.flatMap { column in
      var notes = formats[column].note(column: header[column]).map { [$0] } ?? []
      if let blank = reading.blank {
        let count = (0..<rowCount).count { isBlankCell(text(row: $0, column: column)) }
        if count > 0 {
          notes.append("\(header[column]): \(count) cells without content are read as \(blank)")
        }
      }
      return notes
    }
  }

  /// All numbers of a column.
  ///
  /// - Throws: `InputError` where there is no such column, or with the line of the first cell that is no number.
  public func numbers(of name: String) throws(InputError) -> [Double] {
    guard let column = column(name) else { throw missing(column: name) }
    var numbers: [Double] = []
    numbers.reserveCapacity(rowCount)
    for row in 0..<rowCount { numbers.append(try requireNumber(row: row, column: column)) }
    return numbers
  }

  /// A cell as a number; throws `InputError` with its line and column where it is none.
  public func requireNumber(row: Int, column: Int) throws(InputError) -> Double {
    if let value = number(row: row, column: column) { return value }
    if let fault = formats[column].fault {
      throw error(row: fault.row, column: column, fault.problem, fault.remedy)
    }
    let text = text(row: row, column: column)
    if isBlankCell(text) {
      throw error(
        row: row, column: column, text.isEmpty ? "is empty" : "is '\(text)'",
        reading.offersBlank ? "give a number, or say what such cells mean by --blank 0" : "give a number")
    }
    let isComma = formats[column].decimal == UInt8(ascii: ",")
    throw error(
      row: row, column: column, "is '\(text)', no number" + (isComma ? " with a decimal comma" : ""),
      "give a finite number")
  }

  /// An error at a cell.
  package func error(row: Int, column: Int, _ problem: String, _ remedy: String) -> InputError {
    InputError(
      .malformed, file: path, line: line(ofRow: row), key: header[column], problem: problem, remedy: remedy)
  }

  /// An error that says that there is no such column.
  package func missing(column name: String) -> InputError {
    InputError(
      .invalid, file: path, line: 1, key: name, problem: "is no column",
      remedy: nearest(to: name, in: header).map { "did you mean '\($0)'?" }
        ?? "there are \(header.prefix(12).joined(separator: ", "))")
  }

  private static func text(_ bytes: [UInt8], _ cell: (start: UInt32, end: UInt32)) -> String {
    var bytes = bytes[Int(cell.start)..<Int(cell.end)]
    while let length = blankLength(at: bytes) { bytes = bytes.dropFirst(length) }
    while let length = blankLength(endOf: bytes) { bytes = bytes.dropLast(length) }
    let text = String(decoding: bytes, as: UTF8.self)
    return bytes.contains(34) ? text.replacingOccurrences(of: "\"\"", with: "\"") : text
  }

  private static let wideBlanks: [[UInt8]] = [[0xC2, 0xA0], [0xE2, 0x80, 0xAF], [0xEF, 0xBB, 0xBF]]

  private static func blankLength(at bytes: ArraySlice<UInt8>) -> Int? {
    guard let first = bytes.first else { return nil }
    if first < 0x80 { return first == 32 || first == 9 ? 1 : nil }
    return wideBlanks.first { bytes.starts(with: $0) }?.count
  }

  private static func blankLength(endOf bytes: ArraySlice<UInt8>) -> Int? {
    guard let last = bytes.last else { return nil }
    if last < 0x80 { return last == 32 || last == 9 ? 1 : nil }
    return wideBlanks.first { bytes.suffix($0.count).elementsEqual($0) }?.count
  }
}

/// A number in plain or scientific notation with blanks around it; nil for anything else.
private func parseNumber(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Double? {
  let text = bytes.drop { $0 == 32 }
  // Neither hexadecimal numbers nor names of infinity, which strtod would take.
  guard let first = text.first, first >= 43, first <= 57, !text.contains(where: { $0 | 32 == 120 }) else {
    return nil
  }
  // strtod reads on until the separator or the line's end stops it; the last cell may end the buffer.
  guard text.endIndex < bytes.base.count, let base = bytes.base.baseAddress else {
    return Double(String(decoding: text, as: UTF8.self).trimmingCharacters(in: .whitespaces))
  }
  let start = UnsafeRawPointer(base + text.startIndex).assumingMemoryBound(to: CChar.self)
  var stop: UnsafeMutablePointer<CChar>?
  let value = strtod(start, &stop)
  guard let stop, value.isFinite else { return nil }
  let read = text.startIndex + (UnsafePointer(stop) - start)
  return read <= text.endIndex && text[read...].allSatisfy { $0 == 32 } ? value : nil
}
