import Documents
import Foundation
import Testing

@Suite struct CSVPiecesTests {
  /// Rows with quoted line ends and commas, in pieces of any size, are those of the table read at once.
  @Test(arguments: [1, 7, 64, 1000, 1 << 20])
  func readsWhatTheTableReads(_ size: Int) throws {
    let text =
      "\u{FEFF}name,value\r\n"
      + (0..<200).map { "\"row \($0),\nof \"\"many\"\"\",\($0)\r\n" }.joined() + "last,200"
    let path = FileManager.default.temporaryDirectory.appending(path: "pieces-\(UUID()).csv").path()
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(text.utf8).write(to: URL(filePath: path))
    let whole = try CSVTable(contentsOf: path)
    let pieces = try CSVPieces(contentsOf: path, pieceSize: size)
    var row = 0
    while let piece = try pieces.next() {
      #expect(piece.header == whole.header)
      for place in 0..<piece.rowCount {
        #expect(piece.text(row: place, column: 0) == whole.text(row: row, column: 0))
        #expect(piece.number(row: place, column: 1) == Double(row))
        #expect(piece.line(ofRow: place) == whole.line(ofRow: row))
        row += 1
      }
    }
    #expect(row == 201 && whole.rowCount == 201)
    #expect(pieces.position == pieces.size)
  }

  @Test func saysWhatIsMissing() {
    let error = #expect(throws: InputError.self) { try CSVPieces(contentsOf: "/nowhere.csv") }
    #expect(error?.kind == .missing)
  }
}
