import Documents
import Foundation
import Testing

@Suite struct TableOrJSONTests {
  private func read(_ text: String) throws -> CSVTable {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try AtomicFile.write(text, to: path)
    return try CSVTable(tableOrJSON: path)
  }

  @Test func readsBoth() throws {
    for text in [
      "name,rate,on\n\"a, b\",0.5,1\nc,,0\n",
      " [{\"name\": \"a, b\", \"rate\": 0.5, \"on\": true}, {\"on\": false, \"name\": \"c\", \"rate\": null}]",
    ] {
      let table = try read(text)
      #expect(table.header == ["name", "rate", "on"] && table.rowCount == 2)
      #expect(table.text(row: 0, column: 0) == "a, b" && table.number(row: 0, column: 1) == 0.5)
      #expect(table.text(row: 1, column: 1).isEmpty && table.number(row: 0, column: 2) == 1)
    }
  }

  @Test(arguments: ["[", "[3]", "[]", "[{\"a\": [1]}]", "[{}]"])
  func saysWhatIsWrong(text: String) throws {
    let error = #expect(throws: InputError.self) { _ = try read(text) }
    #expect(error?.kind == .malformed && error?.description.contains("; ") == true)
  }
}
