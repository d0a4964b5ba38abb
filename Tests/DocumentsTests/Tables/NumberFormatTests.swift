import Documents
import Testing

@Suite struct NumberFormatTests {
  private func table(
    _ columns: [[String]], separator: String = ";", reading: TableReading = TableReading()
  ) throws -> CSVTable {
    let names = (columns.indices.map { ["a", "b", "c", "d"][$0] } + ["text"]).joined(separator: separator)
    let rows = columns[0].indices.map { row in (columns.map { $0[row] } + ["x"]).joined(separator: separator)
    }
    return try CSVTable(
      bytes: Array(([names] + rows).joined(separator: "\n").utf8), path: "t.csv", reading: reading)
  }

  /// Cells of one column, and what they are: the whole column decides.
  @Test(
    arguments: [
      // Two marks in one cell; then the same marks alone.
      (["1.234,5", "7.000", "12"], [1234.5, 7000, 12]), (["1,234.5", "7,000", "12"], [1234.5, 7000, 12]),
      // Numbers below a thousand stand without marks where thousands are grouped.
      (["1.234", "56", "7.890"], [1234, 56, 7890]), (["1,234", "56", "7,890"], [1234, 56, 7890]),
      // Larger ones do where they are not.
      (["1.234", "5600", "7.890"], [1.234, 5600, 7.89]), (["1,234", "5600"], [1.234, 5600]),
      // Groups that are not three digits, leading zeros, repeated marks, lakhs.
      (["1.234", "5.5"], [1.234, 5.5]), (["1,234", "5,5"], [1.234, 5.5]),
      (["0.123", "1.234"], [0.123, 1.234]),
      (["1.234.567", "7.890"], [1_234_567, 7890]), (["12,34,567.5", "1,234"], [1_234_567.5, 1234]),
      (["1 234,5", "7 890"], [1234.5, 7890]), (["1'234.5", "7’890"], [1234.5, 7890]),
      (["1\u{A0}234,5", "1\u{202F}234"], [1234.5, 1234]),
      // Signs, parentheses, percent, currencies.
      (["-1,5", "+2,5", "−3,5", "4,5-"], [-1.5, 2.5, -3.5, -4.5]), (["(1,234.5)", "2.5"], [-1234.5, 2.5]),
      (["3%", "12.5 %", "0"], [0.03, 0.125, 0]), (["€1.234,50", "7,25 €", "EUR 3"], [1234.5, 7.25, 3]),
      (["$1,234.50", "($2.25)", "-$3"], [1234.5, -2.25, -3]), (["1e3", "2.5E-1"], [1000, 0.25]),
      (["R$ 1.234,5", "2"], [1234.5, 2]), (["CHF 1'234.50", "100 Fr."], [1234.5, 100]),
    ])
  func readsColumns(_ cells: [String], _ numbers: [Double]) throws {
    #expect(try table([cells], separator: "\t").numbers(of: "a") == numbers)
    let quoted = cells.map { "\"\($0)\"" }
    #expect(try table([quoted], separator: ",").numbers(of: "a") == numbers)
  }

  @Test func asksTheOtherColumnsAndThenTheSeparator() throws {
    let silent = ["1.234", "5.678"]
    #expect(try table([silent, ["1,5", "2,5"]]).numbers(of: "a") == [1234, 5678])
    #expect(try table([silent, ["1.5", "2.5"]]).numbers(of: "a") == [1.234, 5.678])
    #expect(try table([silent], separator: ";").numbers(of: "a") == [1234, 5678])
    #expect(try table([silent, silent], separator: ",").numbers(of: "a") == [1.234, 5.678])
  }

  /// Where all of it is silent and the readings differ, both are shown and the option that settles them is named.
  @Test func asksWhereNothingTells() throws {
    let silent = ["1.234", "5.678"]
    let error = #expect(throws: InputError.self) { try table([silent], separator: "|").numbers(of: "a") }
    #expect(
      error?.description
        == "t.csv:2: a: is '1.234', which may be 1.234 or 1234; name the decimal sign by --decimal . or --decimal ,"
    )
    for (reading, first) in [
      (TableReading(decimal: "."), 1.234), (TableReading(decimal: ","), 1234),
      (TableReading(thousands: "."), 1234),
      (TableReading(thousands: ","), 1.234),
    ] {
      #expect(try table([silent], separator: "|", reading: reading).numbers(of: "a")[0] == first)
    }
    // Readings that agree need no answer.
    #expect(try table([["12", "345"]], separator: "|").numbers(of: "a") == [12, 345])
  }

  @Test(
    arguments: [
      (["1.5", "2,5"], "t.csv:3: a: is '2,5' in a column with '1.5'"),
      (["3%", "0.05"], "t.csv:3: a: is '0.05' in a column of percentages such as '3%'"),
      (["$3", "€4"], "t.csv:3: a: is '€4' in a column of USD"),
      (["1", "2x"], "t.csv:3: a: is '2x', no number"), (["1", "(2"], "t.csv:3: a: is '(2', no number"),
      (["1", "2 3"], "t.csv:3: a: is '2 3', no number"), (["1", "--2"], "t.csv:3: a: is '--2', no number"),
      (["1", "1.2.34"], "t.csv:3: a: is '1.2.34', no number"), (["1", "-"], "t.csv:3: a: is '-'; give"),
    ])
  func refusesWhatContradictsItself(_ cells: [String], _ message: String) throws {
    let table = try table([cells], separator: "\t")
    let error = #expect(throws: InputError.self) { try table.numbers(of: "a") }
    #expect(error?.description.hasPrefix(message) == true, "\(error?.description ?? "")")
  }

  @Test func tellsWhatItRepaired() throws {
    let table = try table([["1.234", "56"], ["3%", "4%"], ["1", "2"], ["€5", "€6"]])
    #expect(
      table.notes(ofColumns: ["a", "b", "c", "d"]) == [
        "a: '1.234' is read as 1234, numbers below 1,000 stand without marks", "b: '3%' is read as 0.03",
        "d: '€5' is read as 5 EUR",
      ])
    #expect(table.currency(ofColumn: 3) == "EUR" && table.currency(ofColumn: 0) == nil)
    let blank = try self.table(
      [["1", "-", "n/a", ""], ["1", "1", "1", "1"]], reading: TableReading(blank: 0))
    #expect(try blank.numbers(of: "a") == [1, 0, 0, 0])
    #expect(blank.notes(ofColumns: ["a"]) == ["a: 3 cells without content are read as 0.0"])
  }

  @Test(
    arguments: [
      ("spend (EUR)", "EUR"), ("tv_usd", "USD"), ("Umsatz €", "EUR"), ("US$ spend", "USD"),
      ("cost [GBP]", "GBP"),
      ("A$", "AUD"), ("try", nil), ("spend", nil), ("search_clicks", nil),
    ] as [(String, String?)])
  func findsCurrenciesInNames(_ name: String, _ code: String?) throws {
    let table = try CSVTable(bytes: Array("\(name),x\n1,2\n".utf8), path: "t.csv")
    #expect(table.currency(ofColumn: 0) == code)
  }

  /// Numbers written in any of twelve styles come back, whatever their size.
  @Test func readsBackEveryStyle() throws {
    let values = [0.5, 12, 999.25, 1000, 1234.75, 98_765.5, 1_234_567.125, 12_345_678]
    for grouping in ["", ".", ",", " ", "'"] {
      for decimal in [".", ","] where decimal != grouping {
        let cells = values.map { Self.written($0, grouping: grouping, decimal: decimal) }
        #expect(try table([cells], separator: "\t").numbers(of: "a") == values, "\(cells)")
      }
    }
  }

  private static func written(_ value: Double, grouping: String, decimal: String) -> String {
    let parts =
      "\(value)".contains("e") ? ["\(Int(value))", "0"] : "\(value)".split(separator: ".").map(String.init)
    var whole = ""
    for (place, digit) in parts[0].reversed().enumerated() {
      if place > 0, place % 3 == 0 { whole = grouping + whole }
      whole = "\(digit)" + whole
    }
    return parts[1] == "0" ? whole : whole + decimal + parts[1]
  }
}
