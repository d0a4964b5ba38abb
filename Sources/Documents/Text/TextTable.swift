/// Rows of cells: as aligned text, words to the left and numbers to the right, or for a page.
public struct TextTable: Sendable {
  private var rows: [[String]]

  /// Begins with the names of the columns.
  public init(_ header: [String]) { rows = [header] }

  /// Adds a row; rows may be shorter than the header.
  public mutating func append(_ row: [String]) { rows.append(row) }

  /// The table, a line per row, each with a line's end.
  public var text: String {
    let columns = rows[0].count
    let widths = (0..<columns).map { column in
      rows.map { $0.count > column ? $0[column].count : 0 }.max() ?? 0
    }
    let isNumeric = (0..<columns).map { column in
      rows.dropFirst().allSatisfy { row in
        guard row.count > column, let first = row[column].first else { return true }
        return first.isNumber || "–-+<>".contains(first)
      }
    }
    return rows.map { row in
      let cells = zip(row.indices, row).map { column, cell in
        let gap = String(repeating: " ", count: max(0, widths[column] - cell.count))
        return isNumeric[column] ? gap + cell : cell + gap
      }
      var line = cells.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return line + "\n"
    }.joined()
  }

  /// The table for a page; cells that hold markup stand there as text.
  package var html: String {
    "<div class=\"wide\"><table>\(Self.row(rows[0], "th"))"
      + rows.dropFirst().map { Self.row($0) }.joined() + "</table></div>"
  }

  /// A row of a table of a page.
  package static func row(_ cells: [String], _ tag: String = "td") -> String {
    "<tr>" + cells.map { "<\(tag)>\(escaped($0))</\(tag)>" }.joined() + "</tr>"
  }
}
