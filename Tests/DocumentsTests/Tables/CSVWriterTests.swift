import Documents
import Testing

struct CSVWriterTests {
  @Test func readsBackWhatItWrote() throws {
    let header = ["plain", "with, comma", "with \"quotes\"", "größe"]
    let rows = [["1", "", "a\nb", "\""], ["\r\n", ",", "\"\"", "x y"], ["", "2.5", "-", "ende"]]
    var writer = CSVWriter(header)
    for row in rows { writer.append(row) }
    let table = try CSVTable(bytes: Array(writer.text.utf8), path: "written")
    #expect(table.header == header)
    #expect(table.rowCount == rows.count)
    for (row, cells) in rows.enumerated() {
      #expect(header.indices.map { table.text(row: row, column: $0) } == cells)
    }
  }

  @Test func quotesOnlyWhatNeedsIt() {
    #expect(CSVWriter.line(["a b", "c;d", "1,5", "\""]) == "a b,c;d,\"1,5\",\"\"\"\"\n")
  }
}
