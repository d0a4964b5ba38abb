import Foundation

/// A table of separated values with a header (RFC 4180): quoted cells, either line end, a byte order mark.
///
/// ```swift
/// let table = try CSVTable(contentsOf: "history.csv")
/// let sales = try table.numbers(of: "sales")
/// ```
/// Commas separate the cells; a header without commas but with semicolons, tabs or bars says that those do, and a comma in
/// a number is then its decimal point. The bytes are kept, and a cell is read when it is asked for, so a large file costs
/// its size and eight bytes per cell.
public struct CSVTable: Sendable {
  /// What errors call the table.
  public let path: String
  /// The names of the columns, each once.
  public let header: [String]
  /// The number of rows under the header.
  public var rowCount: Int { lines.count }
  /// What was read otherwise than a comma-separated table is, for people to know.
  public let repairs: [String]

  private let bytes: [UInt8]
  /// Row-major: where each cell's text begins and ends.
  private let cells: [(start: UInt32, end: UInt32)]
  private let lines: [Int32]
  private let separator: UInt8
  /// The line of the file after the last row.
  private let nextLine: Int

  /// Reads a file.
  ///
  /// - Throws: `InputError` with the line of the first row that is no row of the table.
  public init(contentsOf path: String) throws(InputError) {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw InputError(
        .missingFile, file: path, problem: "cannot be read", remedy: "check the path and the permissions")
    }
    try self.init(bytes: [UInt8](data), path: path)
  }

  /// Reads a table from its bytes; `path` is what errors call it.
  public init(bytes: [UInt8], path: String) throws(InputError) {
    if bytes.starts(with: Array("PK\u{3}\u{4}".utf8)) {
      throw InputError(
        .malformed, file: path, problem: "is a spreadsheet's own format", remedy: "save it as CSV")
    }
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let start = bytes.starts(with: mark) ? mark.count : 0
    let separator = Self.separator(of: bytes[start...])
    let scan = try Self.scan(bytes, path: path, CellScan(position: start, separator: separator))
    guard let width = scan.width else {
      throw InputError(.malformed, file: path, problem: "is empty", remedy: "give a header and rows")
    }
    self.path = path
    self.bytes = bytes
    self.separator = separator
    header = scan.cells[..<width].map { Self.text(bytes, $0) }
    var seen: Set<String> = []
    for name in header where !name.isEmpty && !seen.insert(name).inserted {
      throw InputError(
        .malformed, file: path, line: 1, problem: "repeats the column '\(name)'",
        remedy: "give every column a name of its own")
    }
    cells = Array(scan.cells[width...])
    lines = Array(scan.lines.dropFirst())
    nextLine = scan.line
    let names: [Character: String] = [";": "semicolons", "\t": "tabs", "|": "bars"]
    repairs = names[Character(Unicode.Scalar(separator))].map { ["\(path) is separated by \($0)"] } ?? []
  }

  /// Reads rows that follow those of a table in the same file.
  init(bytes: [UInt8], after table: CSVTable) throws(InputError) {
    let start = CellScan(
      position: 0, separator: table.separator, line: table.nextLine, width: table.header.count)
    let scan = try Self.scan(bytes, path: table.path, start)
    path = table.path
    header = table.header
    repairs = table.repairs
    separator = table.separator
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
        .malformed, file: path, problem: "is no UTF-8 text", remedy: "save it as CSV in UTF-8")
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

  /// A cell as a number; nil where it is none or not finite.
  public func number(row: Int, column: Int) -> Double? {
    let (start, end) = cells[row * header.count + column]
    return bytes.withUnsafeBufferPointer { bytes in
      let cell = bytes[Int(start)..<Int(end)]
      if separator != UInt8(ascii: ","), cell.contains(UInt8(ascii: ",")) { return decimalCommaNumber(cell) }
      return parseNumber(cell)
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
    guard let value = number(row: row, column: column) else {
      let text = text(row: row, column: column)
      throw error(
        row: row, column: column, text.isEmpty ? "is empty" : "is '\(text)', no number",
        "give a finite number")
    }
    return value
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
    let isBlank = { (byte: UInt8) in byte == 32 || byte == 9 }
    bytes = bytes.drop(while: isBlank)
    while let last = bytes.last, isBlank(last) { bytes.removeLast() }
    let text = String(decoding: bytes, as: UTF8.self)
    return bytes.contains(34) ? text.replacingOccurrences(of: "\"\"", with: "\"") : text
  }

  /// What separates the header's cells: commas unless there are none.
  private static func separator(of bytes: ArraySlice<UInt8>) -> UInt8 {
    let line = bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
    return [UInt8](",;\t|".utf8).first { line.contains($0) } ?? UInt8(ascii: ",")
  }
}

/// A number whose decimal point is a comma, as in tables separated by semicolons; nil for anything else.
private func decimalCommaNumber(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Double? {
  guard bytes.count(where: { $0 == UInt8(ascii: ",") }) == 1, !bytes.contains(UInt8(ascii: ".")) else {
    return nil
  }
  let text = bytes.map { $0 == UInt8(ascii: ",") ? UInt8(ascii: ".") : $0 } + [UInt8(ascii: " ")]
  return text.withUnsafeBufferPointer { parseNumber($0[0..<$0.count - 1]) }
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
