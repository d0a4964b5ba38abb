/// One pass over the bytes of a table that finds where its cells begin and end.
struct CellScan {
  /// What stops the pass, and on which line.
  struct Fault {
    let line: Int
    let problem: String
    let remedy: String
  }

  /// Where the text of each cell lies, row after row, the header first.
  private(set) var cells: [(start: UInt32, end: UInt32)] = []
  /// The line on which each row begins.
  private(set) var lines: [Int32] = []
  /// The number of cells in the header; nil before it is read.
  private(set) var width: Int?
  /// The line after the last row.
  private(set) var line: Int
  private var blankRow: Int?
  private var blankRows = 0
  private var trailingRow: Int?
  private var position: Int
  private let separator: UInt8

  /// Starts at a position, which is on some line of the file.
  ///
  /// - Parameter width: the number of cells in the header, where that was read before.
  init(position: Int, separator: UInt8, line: Int = 1, width: Int? = nil) {
    self.position = position
    self.separator = separator
    self.line = line
    self.width = width
  }

  /// What was passed over: rows of blank cells, blank cells behind the last column.
  var repairs: [String] {
    var repairs: [String] = []
    if let blankRow {
      repairs.append("\(blankRows) rows of blank cells are passed over, from line \(blankRow) on")
    }
    if let trailingRow {
      repairs.append("blank cells behind the last column are passed over, as in line \(trailingRow)")
    }
    return repairs
  }

  /// Finds all cells; rows that hold nothing are passed over.
  mutating func run(_ bytes: UnsafeBufferPointer<UInt8>) -> Fault? {
    while position < bytes.count {
      let (first, firstLine) = (cells.count, line)
      if let fault = scanRow(bytes) { return fault }
      guard let content = cells[first...].lastIndex(where: { !isBlank($0, bytes) }) else {
        if cells.count - first > 1 {
          blankRow = blankRow ?? firstLine
          blankRows += 1
        }
        cells.removeSubrange(first...)
        continue
      }
      lines.append(Int32(firstLine))
      let count = cells.count - first
      guard let width else {
        // Unnamed columns behind the last name hold nothing that could be asked for.
        width = content + 1 - first
        cells.removeSubrange((content + 1)...)
        if content + 1 - first < count { trailingRow = firstLine }
        continue
      }
      if count > width, content < first + width {
        cells.removeSubrange((first + width)...)
        trailingRow = trailingRow ?? firstLine
      } else if count != width {
        return Fault(
          line: firstLine, problem: "has \(count) cells under \(width) names",
          remedy: "give one cell per column")
      }
    }
    return nil
  }

  private func isBlank(_ cell: (start: UInt32, end: UInt32), _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    bytes[Int(cell.start)..<Int(cell.end)].allSatisfy { $0 == 32 || $0 == 9 }
  }

  /// Finds the cells up to the end of a line.
  private mutating func scanRow(_ bytes: UnsafeBufferPointer<UInt8>) -> Fault? {
    while true {
      if position < bytes.count, bytes[position] == UInt8(ascii: "\"") {
        if let fault = scanQuoted(bytes) { return fault }
      } else {
        let start = position
        while position < bytes.count, bytes[position] != separator, !isLineEnd(bytes[position]) {
          position += 1
        }
        cells.append((UInt32(start), UInt32(position)))
      }
      guard position < bytes.count else { return nil }
      if bytes[position] == separator {
        position += 1
        continue
      }
      passLineEnd(bytes)
      return nil
    }
  }

  /// Finds a cell in quotes, which may hold separators, line ends and doubled quotes.
  private mutating func scanQuoted(_ bytes: UnsafeBufferPointer<UInt8>) -> Fault? {
    let quote = UInt8(ascii: "\"")
    let (start, startLine) = (position + 1, line)
    position = start
    while position < bytes.count {
      if bytes[position] == UInt8(ascii: "\n") { line += 1 }
      if bytes[position] == quote {
        guard position + 1 < bytes.count, bytes[position + 1] == quote else { break }
        position += 1
      }
      position += 1
    }
    guard position < bytes.count else {
      return Fault(line: startLine, problem: "opens a quote that never ends", remedy: "close the quote")
    }
    cells.append((UInt32(start), UInt32(position)))
    position += 1
    guard position == bytes.count || bytes[position] == separator || isLineEnd(bytes[position]) else {
      return Fault(
        line: line, problem: "goes on after a closing quote", remedy: "double the quotes within a cell")
    }
    return nil
  }

  private mutating func passLineEnd(_ bytes: UnsafeBufferPointer<UInt8>) {
    if bytes[position] == UInt8(ascii: "\r"), position + 1 < bytes.count,
      bytes[position + 1] == UInt8(ascii: "\n")
    {
      position += 1
    }
    position += 1
    line += 1
  }

  private func isLineEnd(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }
}
