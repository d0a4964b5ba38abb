import Documents
import Foundation
import Testing

@Suite struct TableSpellingTests {
  private func table(_ text: String) throws -> CSVTable {
    try CSVTable(bytes: Array(text.utf8), path: "t.csv")
  }

  @Test func takesNoSeparatorFromInsideQuotes() throws {
    let table = try table("\"Umsatz, netto\";tv;search\n1,5;2,5;3\n2,5;3,5;4\n")
    #expect(table.header == ["Umsatz, netto", "tv", "search"])
    #expect(try table.numbers(of: "Umsatz, netto") == [1.5, 2.5])
    // A header of text with commas, unquoted, is still cut where the rows are.
    #expect(try self.table("net, of tax;tv\n1;2\n3;4\n").header == ["net, of tax", "tv"])
  }

  @Test func readsTheLineThatNamesTheSeparator() throws {
    let table = try table("sep=;\na;b\n1;2\n3;x\n")
    #expect(table.header == ["a", "b"])
    let error = #expect(throws: InputError.self) { try table.numbers(of: "b") }
    #expect(error?.line == 4)
  }

  @Test func passesOverBlankRowsAndColumns() throws {
    let table = try table("a,b,,\n1,2,,\n,,,\n3,4,,\n , ,,\n")
    #expect(table.header == ["a", "b"])
    #expect(try table.numbers(of: "b") == [2, 4])
    #expect(
      table.repairs == [
        "t.csv: 2 rows of blank cells are passed over, from line 3 on",
        "t.csv: blank cells behind the last column are passed over, as in line 1",
      ])
    let error = #expect(throws: InputError.self) { try self.table("a,b\n1,2,,\n1,2,,3\n") }
    #expect(error?.description == "t.csv:3: has 4 cells under 2 names; give one cell per column")
  }

  /// Whatever bytes hold the text, the table is the same.
  @Test func readsEveryEncoding() throws {
    let text = "Woche;Umsatz €;Übersicht\n1;1,5;ä\n2;2,5;–\n"
    let plain = try table(text)
    for encoding in [String.Encoding.windowsCP1252, .utf16, .utf16LittleEndian, .utf16BigEndian] {
      let table = try CSVTable(bytes: Array(#require(text.data(using: encoding))), path: "t.csv")
      #expect(table.header == plain.header, "\(encoding)")
      #expect(try table.numbers(of: "Umsatz €") == [1.5, 2.5])
      #expect(table.text(row: 1, column: 2) == "–")
      #expect(table.repairs[0].contains(encoding == .windowsCP1252 ? "Windows-1252" : "UTF-16"))
    }
  }

  @Test func readsEncodingsInPieces() throws {
    let rows = (0..<300).map { "\($0);Zürich \($0)\n" }.joined()
    for encoding in [String.Encoding.windowsCP1252, .utf16, .utf8] {
      let path = FileManager.default.temporaryDirectory.appending(path: "pieces-\(UUID()).csv").path()
      defer { try? FileManager.default.removeItem(atPath: path) }
      try #require(("n;name\n" + rows).data(using: encoding)).write(to: URL(filePath: path))
      let pieces = try CSVPieces(contentsOf: path, pieceSize: 101)
      var count = 0
      while let piece = try pieces.next() {
        for row in 0..<piece.rowCount {
          #expect(piece.text(row: row, column: 1) == "Zürich \(count)")
          count += 1
        }
      }
      #expect(count == 300, "\(encoding)")
    }
  }
}
