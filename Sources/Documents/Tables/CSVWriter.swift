/// Writes a table of comma-separated values (RFC 4180), a row at a time.
///
///     var table = CSVWriter(["tick", "search, brand"])
///     table.append(["1", "20.5"])
///     table.text    // tick,"search, brand"⏎1,20.5⏎
///
/// A cell with a comma, a quote or a line end stands in quotes; lines end in a line feed.
package struct CSVWriter: Sendable {
  /// The rows so far.
  package private(set) var text = ""

  /// Begins with the names of the columns.
  package init(_ header: [String]) { append(header) }

  /// Appends a row.
  package mutating func append(_ cells: some Sequence<String>) { text += Self.line(cells) }

  /// One row with its line end.
  package static func line(_ cells: some Sequence<String>) -> String {
    cells.map(quoted).joined(separator: ",") + "\n"
  }

  private static func quoted(_ cell: String) -> String {
    guard cell.utf8.contains(where: { ",\"\r\n".utf8.contains($0) }) else { return cell }
    return "\"" + cell.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
      + "\""
  }
}
