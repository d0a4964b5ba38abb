import Budgets
import Documents
import Testing

@Suite struct MediaHistoryTests {
  private func history(_ text: String, controls: [String] = [], date: String? = nil) throws -> MediaHistory {
    try MediaHistory(
      CSVTable(bytes: Array(text.utf8), path: "h.csv"),
      columns: MediaColumns(outcome: "sales", spends: ["sp_*"], date: date, controls: controls))
  }

  /// Weeks with their dates as a function of the week's number.
  private func table(
    weeks: Int = 8, extra: String = "", _ date: (Int) -> String, _ cell: (Int) -> String = { _ in "" }
  )
    -> String
  {
    "sales,sp_a,day\(extra)\n"
      + (0..<weeks).map { "\(100 + $0 * $0),\(5 + $0 % 3),\(date($0))\(cell($0))\n" }.joined()
  }

  private func monday(_ week: Int) -> String { "\(CalendarDay(number: 19_723 + 7 * week))" }

  @Test func findsDatesAndSpacing() throws {
    let weekly = try history(table(monday))
    #expect(weekly.spacing == .weekly && weekly.count == 8)
    #expect(weekly.days[0].description == "2024-01-01")
    #expect(weekly.spends.map(\.name) == ["sp_a"])
    #expect(weekly.notes == [])
    let daily = try history(table { "\($0 + 1)/3/2024" })
    #expect(daily.spacing == .daily)
    #expect(daily.days[7].description == "2024-03-08")
    let excel = try history(table { "\(45292 + 7 * $0)" }, date: "day")
    #expect(excel.spacing == .weekly && excel.days[0].description == "2024-01-01")
    #expect(excel.notes == ["day is read as Excel's day numbers"])
  }

  @Test func ordersRowsByDate() throws {
    let shuffled = try history(table { monday([3, 1, 0, 2, 7, 5, 6, 4][$0]) })
    #expect(shuffled.outcome.values == [104, 101, 109, 100, 149, 125, 136, 116])
    #expect(shuffled.notes == ["the rows of h.csv are put into the order of their dates"])
  }

  @Test func turnsTextsIntoColumns() throws {
    let names = ["none", "sale", "none", "none", "fair", "none", "sale", "none"]
    let history = try history(
      table(extra: ",event,still", monday) { ",\(names[$0]),4" }, controls: ["event", "still"])
    #expect(history.controls.map(\.name) == ["event≠none", "event=fair"])
    #expect(history.controls[0].values == [0, 1, 0, 0, 1, 0, 1, 0])
    #expect(history.controls[1].values == [0, 0, 0, 0, 1, 0, 0, 0])
    #expect(history.notes == ["still is left out: always the same"])
  }

  @Test func leavesOutWhatTellsNothingAndWarns() throws {
    let history = try history(
      table(extra: ",sp_b,sp_none,sp_same", monday) { ",\(50 + 10 * ($0 % 3)),0,7" })
    #expect(history.spends.map(\.name) == ["sp_a", "sp_b"])
    #expect(
      history.notes == [
        "sp_none is left out: no money, so nothing can be told of it",
        "sp_same is left out: always the same, so nothing can be told of it",
        "sp_a and sp_b move together (correlation 100 %): their returns can hardly be told apart",
      ])
  }

  @Test(
    arguments: [
      ("2024-01-29", "2024-01-22", "h.csv:6: day: is 2024-01-22 once more; give each date one row"),
      ("2024-01-29", "x", "h.csv:6: day: is 'x', no date like the others; write it as 2024-01-01"),
      (
        "2024-01-29,", "2024-01-29,4", "h.csv:2: has 3 cells under 3 names"
      ),
      ("104,6,2024-01-15", "?,6,2024-01-15", "h.csv:4: sales: is '?', no number; give a finite number"),
      ("104,7,2024-01-15", "104,,2024-01-15", "h.csv:4: sp_a: is empty; give a finite number"),
      ("104,7,2024-01-15", "104,-7,2024-01-15", "h.csv:4: sp_a: is -7.0; money spent is not below 0"),
      (
        "104,7,2024-01-15\n", "",
        "h.csv:4: day: is 2024-01-22 after 2024-01-08; add the missing row of 2024-01-15"
      ),
      (
        "2024-01-15", "2024-01-16",
        "h.csv:4: day: is 2024-01-16 after 2024-01-08; keep to 7 days between rows"
      ),
    ])
  func saysWhatIsWrong(_ part: String, _ replacement: String, _ message: String) throws {
    var text = table(monday)
    let range = try #require(text.firstRange(of: part))
    text.replaceSubrange(range, with: replacement)
    let error = #expect(throws: InputError.self) { try history(text) }
    #expect(error?.description == message)
  }

  @Test func saysWhatIsMissing() throws {
    func message(_ text: String, outcome: String = "sales", spends: [String] = ["sp_*"]) -> String? {
      #expect(throws: InputError.self) {
        try MediaHistory(
          CSVTable(bytes: Array(text.utf8), path: "h.csv"),
          columns: MediaColumns(outcome: outcome, spends: spends))
      }?.description
    }
    #expect(message(table(monday), outcome: "sale") == "h.csv:1: sale: is no column; did you mean 'sales'?")
    #expect(message(table(monday), spends: ["mdsp*"])?.contains("mdsp*: is no column") == true)
    #expect(message(table(monday), spends: ["s*"])?.contains("money and something else at once") == true)
    #expect(message(table { "\($0)" })?.contains("holds no date") == true)
    #expect(message("sales,sp_a,day\n")?.contains("has no rows") == true)
    let constant = "sales,sp_a,day\n" + (0..<8).map { "5,\($0),\(monday($0))\n" }.joined()
    #expect(
      message(constant) == "h.csv: sales: is the same in every row; name the column that is to be explained")
  }
}
