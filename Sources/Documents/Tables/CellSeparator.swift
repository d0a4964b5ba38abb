/// What separates the cells of a table, and where its header begins.
struct CellSeparator: Sendable, Equatable {
  let byte: UInt8
  /// Where the header begins, behind a byte order mark and a line such as `sep=;`.
  let start: Int
  /// Whether the table names its separator itself, in a first line `sep=;`.
  let isNamed: Bool

  private static let candidates = [UInt8](",;\t|".utf8)

  /// Finds the separator of a text in UTF-8: the one that its first line names, or else the one that cuts most rows into as
  /// many cells as the header, of several the one that makes most cells.
  init(of bytes: [UInt8]) {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    var start = bytes.starts(with: mark) ? mark.count : 0
    let first = bytes[start...].prefix { !Self.isLineEnd($0) }
    if first.count == 5, first.starts(with: Array("sep=".utf8)), let byte = first.last {
      start = first.endIndex
      while start < bytes.count, Self.isLineEnd(bytes[start]) { start += 1 }
      (self.byte, self.start, isNamed) = (byte, start, true)
      return
    }
    let rows = Self.counts(bytes[start...], rows: 50)
    /// The share of rows that a separator cuts like the header, and into how many cells.
    func merit(_ index: Int) -> (Double, Int) {
      guard let header = rows.first?[index], header > 0 else { return (0, 0) }
      let below = rows.dropFirst()
      return (Double(1 + below.count { $0[index] == header }) / Double(1 + below.count), header)
    }
    let best = Self.candidates.indices.max { (merit($0), -$0) < (merit($1), -$1) } ?? 0
    (byte, self.start, isNamed) = (Self.candidates[best], start, false)
  }

  /// What tables call it.
  var name: String {
    switch byte {
    case UInt8(ascii: ","): "commas"
    case UInt8(ascii: ";"): "semicolons"
    case UInt8(ascii: "\t"): "tabs"
    case UInt8(ascii: "|"): "bars"
    default: "'\(Character(Unicode.Scalar(byte)))'"
    }
  }

  /// The decimal sign of those who separate cells by it: who writes decimal commas needs another separator than commas.
  var usualDecimal: UInt8? {
    switch byte {
    case UInt8(ascii: ","): UInt8(ascii: ".")
    case UInt8(ascii: ";"): UInt8(ascii: ",")
    default: nil
    }
  }

  /// By row, how often each candidate stands outside quotes.
  private static func counts(_ bytes: ArraySlice<UInt8>, rows limit: Int) -> [[Int]] {
    var rows: [[Int]] = []
    var (row, isEmpty, isQuoted) = ([Int](repeating: 0, count: candidates.count), true, false)
    for byte in bytes {
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      if isLineEnd(byte), !isQuoted {
        if !isEmpty { rows.append(row) }
        guard rows.count < limit else { return rows }
        (row, isEmpty) = ([Int](repeating: 0, count: candidates.count), true)
        continue
      }
      isEmpty = false
      if !isQuoted, let candidate = candidates.firstIndex(of: byte) { row[candidate] += 1 }
    }
    return isEmpty ? rows : rows + [row]
  }

  private static func isLineEnd(_ byte: UInt8) -> Bool { byte == 10 || byte == 13 }
}

/// Merits in order: first the shares, then the cells, then the place.
private func < (a: ((Double, Int), Int), b: ((Double, Int), Int)) -> Bool {
  (a.0.0, a.0.1, a.1) < (b.0.0, b.0.1, b.1)
}
