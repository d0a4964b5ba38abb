import Foundation

/// A table of separated values with a header (RFC 4180): quoted cells, either line end, a byte order mark.
///
/// ```swift
/// let table = try CSVTable(contentsOf: "history.csv")
/// let sales = try table.numbers(of: "sales")
/// ```
/// Commas separate the cells; a header without commas but with semicolons or tabs says that those do. The bytes are kept,
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

  private let bytes: [UInt8]
  /// Row-major: where each cell's text begins and ends.
  private let cells: [(start: UInt32, end: UInt32)]
  private let lines: [Int32]

  /// Reads a file.
  ///
  /// - Throws: `MarketError` with the line of the first row that is no row of the table.
  public init(contentsOf path: String) throws(MarketError) {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw MarketError(
        .missingFile, file: path, problem: "cannot be read", remedy: "check the path and the permissions")
    }
    try self.init(bytes: [UInt8](data), path: path)
  }

  /// Reads a table from its bytes; `path` is what errors call it.
  public init(bytes: [UInt8], path: String) throws(MarketError) {
    func malformed(_ problem: String, _ remedy: String, line: Int? = nil) -> MarketError {
      MarketError(.malformed, file: path, line: line, problem: problem, remedy: remedy)
    }
    if bytes.starts(with: Array("PK\u{3}\u{4}".utf8)) {
      throw malformed("is a spreadsheet's own format", "save it as CSV")
    }
    guard bytes.count < Int(UInt32.max) else { throw malformed("is above 4 GB", "split it") }
    guard !bytes.contains(0) else { throw malformed("is no UTF-8 text", "save it as CSV in UTF-8") }
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let start = bytes.starts(with: mark) ? mark.count : 0
    let separator = Self.separator(of: bytes[start...])
    var scan = CellScan(position: start, separator: separator)
    let fault = bytes.withUnsafeBufferPointer { scan.run($0) }
    if let fault { throw malformed(fault.problem, fault.remedy, line: fault.line) }
    guard let width = scan.width else { throw malformed("is empty", "give a header and rows") }
    self.path = path
    self.bytes = bytes
    header = scan.cells[..<width].map { Self.text(bytes, $0) }
    var seen: Set<String> = []
    for name in header where !name.isEmpty && !seen.insert(name).inserted {
      throw malformed("repeats the column '\(name)'", "give every column a name of its own", line: 1)
    }
    cells = Array(scan.cells[width...])
    lines = Array(scan.lines.dropFirst())
    repairs =
      separator == UInt8(ascii: ",")
      ? [] : ["\(path) is separated by \(separator == UInt8(ascii: ";") ? "semicolons" : "tabs")"]
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
    return bytes.withUnsafeBufferPointer { parseNumber($0[Int(start)..<Int(end)]) }
  }

  /// All numbers of a column.
  ///
  /// - Throws: `MarketError` where there is no such column, or with the line of the first cell that is no number.
  public func numbers(of name: String) throws(MarketError) -> [Double] {
    guard let column = column(name) else { throw missing(column: name) }
    var numbers: [Double] = []
    numbers.reserveCapacity(rowCount)
    for row in 0..<rowCount { numbers.append(try requireNumber(row: row, column: column)) }
    return numbers
  }

  /// A cell as a number; throws `MarketError` with its line and column where it is none.
  public func requireNumber(row: Int, column: Int) throws(MarketError) -> Double {
    guard let value = number(row: row, column: column) else {
      let text = text(row: row, column: column)
      throw error(
        row: row, column: column, text.isEmpty ? "is empty" : "is '\(text)', no number",
        "give a finite number")
    }
    return value
  }

  /// An error at a cell.
  func error(row: Int, column: Int, _ problem: String, _ remedy: String) -> MarketError {
    MarketError(
      .malformed, file: path, line: line(ofRow: row), key: header[column], problem: problem, remedy: remedy)
  }

  /// An error that says that there is no such column.
  func missing(column name: String) -> MarketError {
    MarketError(
      .invalid, file: path, line: 1, key: name, problem: "is no column",
      remedy: nearest(to: name, in: header).map { "did you mean '\($0)'?" }
        ?? "there are \(header.prefix(12).joined(separator: ", "))")
  }

  private static func text(_ bytes: [UInt8], _ cell: (start: UInt32, end: UInt32)) -> String {
    let text = String(decoding: bytes[Int(cell.start)..<Int(cell.end)], as: UTF8.self)
    return text.replacingOccurrences(of: "\"\"", with: "\"").trimmingCharacters(in: .whitespaces)
  }

  /// What separates the header's cells: commas unless there are none.
  private static func separator(of bytes: ArraySlice<UInt8>) -> UInt8 {
    let line = bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
    return [UInt8](",;\t".utf8).first { line.contains($0) } ?? UInt8(ascii: ",")
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
