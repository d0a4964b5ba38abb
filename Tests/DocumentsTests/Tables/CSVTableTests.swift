import Documents
import Testing

@Suite struct CSVTableTests {
  private func table(_ text: String) throws -> CSVTable {
    try CSVTable(bytes: Array(text.utf8), path: "t.csv")
  }

  @Test(
    arguments: [
      "a,b\n1,2\n3,4\n", "a,b\r\n1,2\r\n3,4", "\u{FEFF}a,b\n1,2\n\n3,4\n", "\"a\",\"b\"\r1,\"2\"\r\"3\",4\r",
      "a;b\n1;2\n3;4\n", "a|b\n1|2\n3|4\n", "a\tb\n1\t2\n3\t4\n", "a,b\n 1 ,2\n+3,4.0e0",
    ])
  func readsEverySpelling(_ text: String) throws {
    let table = try table(text)
    #expect(table.header == ["a", "b"])
    #expect(try table.numbers(of: "a") == [1, 3])
    #expect(try table.numbers(of: "b") == [2, 4])
    #expect(table.repairs.isEmpty == text.contains(","))
  }

  @Test func readsQuotedCells() throws {
    let table = try table("name,n\n\"Smith, \"\"Jo\"\"\nand sons\",1\nplain,2\n")
    #expect(table.text(row: 0, column: 0) == "Smith, \"Jo\"\nand sons")
    #expect(table.line(ofRow: 1) == 4)
  }

  @Test(
    arguments: [
      ("", "t.csv: is empty; give a header and rows"),
      ("a,b\n1,2\n1,2,3\n", "t.csv:3: has 3 cells under 2 names; give one cell per column"),
      ("a,b\n1,\"2\n", "t.csv:2: opens a quote that never ends; close the quote"),
      ("a,b\n1,\"2\"3\n", "t.csv:2: goes on after a closing quote; double the quotes within a cell"),
      ("a,a\n1,2\n", "t.csv:1: repeats the column 'a'; give every column a name of its own"),
      ("PK\u{3}\u{4}", "t.csv: is a spreadsheet's own format; save it as CSV"),
      ("a\0bcdef,g\n", "t.csv: is no text; save it as CSV in UTF-8"),
    ])
  func saysWhatIsWrong(_ text: String, _ message: String) {
    let error = #expect(throws: InputError.self) { try table(text) }
    #expect(error?.description == message)
  }

  @Test(arguments: ["", "x", "1,5,22", "0x10", "inf", "nan", "1 2", "--1", "1e999"])
  func refusesWhatIsNoNumber(_ cell: String) throws {
    let table = try table("a;b\n1;2\n\(cell);4\n")
    let error = #expect(throws: InputError.self) { try table.numbers(of: "a") }
    #expect(error?.line == 3 && error?.key == "a")
    #expect(table.number(row: 1, column: 0) == nil)
  }

  @Test func namesTheNearestColumn() throws {
    let error = #expect(throws: InputError.self) { try table("sales,date\n1,2\n").numbers(of: "slaes") }
    #expect(error?.description == "t.csv:1: slaes: is no column; did you mean 'sales'?")
  }
}
