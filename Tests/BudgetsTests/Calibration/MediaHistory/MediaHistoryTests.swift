import Budgets
import Documents
import Foundation
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
      (
        "2024-01-29", "2024-01-22",
        "h.csv:6: day: is 2024-01-22 once more; give each date one row, or name the column of regions by --panel"
      ),
      ("2024-01-29", "x", "h.csv:6: day: is 'x', no date like the others; write it as 2024-01-01"),
      (
        "2024-01-29\n", "2024-01-29,4\n", "h.csv:6: has 4 cells under 3 names; give one cell per column"
      ),
      ("104,7,2024-01-15", "?,7,2024-01-15", "h.csv:4: sales: is '?', no number; give a finite number"),
      (
        "104,7,2024-01-15", "104,,2024-01-15",
        "h.csv:4: sp_a: is empty; give a number, or say what such cells mean by --blank 0"
      ),
      ("104,7,2024-01-15", "104,-7,2024-01-15", "h.csv:4: sp_a: is -7.0; money spent is not below 0"),
      (
        "104,7,2024-01-15\n", "",
        "h.csv:4: day: is 2024-01-22 after 2024-01-08; add the missing row of 2024-01-15, or say what missing rows mean by --missing zero, skip or interpolate"
      ),
      (
        "2024-01-15", "2024-01-16",
        "h.csv:4: day: is 2024-01-16 between 2024-01-08 and the row after it; write 2024-01-15"
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

  /// However dates are written, the ticks are the same.
  @Test func readsEverySpellingOfDates() throws {
    let plain = try history(table(monday))
    func parts(_ week: Int) -> [Int] { monday(week).split(separator: "-").compactMap { Int($0) } }
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let spellings: [(Int) -> String] = [
      { "\(two(parts($0)[2]))-\(["Jan", "Feb"][parts($0)[1] - 1])-24" },
      { "\(two(parts($0)[1]))/\(two(parts($0)[2]))/24" },
      { "\(parts($0)[0])\(two(parts($0)[1]))\(two(parts($0)[2]))" },
      { "2024-W0\($0 + 1)" }, { "20240\($0 + 1)" },
    ]
    for spelling in spellings { #expect(try history(table(spelling)).days == plain.days, "\(spelling(0))") }
  }

  @Test func readsMonths() throws {
    func month(_ place: Int) -> String {
      "\(2021 + place / 12)-\(place % 12 < 9 ? "0" : "")\(place % 12 + 1)"
    }
    for text in [table(weeks: 30, month), table(weeks: 30) { month($0) + "-01" }] {
      let history = try history(text)
      #expect(history.spacing == .monthly && history.count == 30)
      #expect(history.days[29].description == "2023-06-01")
    }
    let ends = [
      "2023-10-31", "2023-11-30", "2023-12-31", "2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30",
    ]
    #expect(try history(table(weeks: 7) { ends[$0] }).spacing == .monthly)
  }

  /// A sum is no tick; an impossible date and one out of place are blamed themselves.
  @Test func blamesTheRightLine() throws {
    let sum = try history(table(monday) + "900,40,Total\n")
    #expect(sum.count == 8 && sum.notes == ["line 10 ('Total') is left out: a sum of other rows"])
    func european(_ week: Int) -> String {
      let parts = monday(week).split(separator: "-")
      return "\(parts[2])/\(parts[1])/\(parts[0])"
    }
    let impossible = #expect(throws: InputError.self) {
      try history(table(weeks: 12) { $0 == 6 ? "31/02/2024" : european($0) })
    }
    #expect(impossible?.line == 8)
    let misplaced = #expect(throws: InputError.self) {
      try history(table { $0 == 4 ? "2014-01-29" : monday($0) })
    }
    #expect(misplaced?.line == 6 && misplaced?.remedy == "write 2024-01-29")
  }

  private func history(
    _ text: String, reading: TableReading = TableReading(), _ change: (inout MediaColumns) -> Void
  ) throws -> MediaHistory {
    var columns = MediaColumns(outcome: "sales", spends: ["sp_*"])
    change(&columns)
    return try MediaHistory(
      CSVTable(bytes: Array(text.utf8), path: "h.csv", reading: reading), columns: columns)
  }

  @Test func fillsMissingRows() throws {
    let text = table(monday).replacingOccurrences(of: "109,5,2024-01-22\n", with: "")
    let zero = try history(text) { $0.missing = .zero }
    #expect(zero.outcome.values[2...4] == [104, 0, 116] && zero.spends[0].values[3] == 0)
    let line = try history(text) { $0.missing = .interpolate }
    #expect(line.outcome.values[3] == 110 && line.isCounted.allSatisfy { $0 })
    let skipped = try history(text) { $0.missing = .skip }
    #expect(skipped.isCounted.indices.filter { !skipped.isCounted[$0] } == [3] && skipped.count == 8)
    #expect(skipped.notes.contains("1 row is missing between 2024-01-01 and 2024-02-19"))
  }

  @Test func leavesOutDates() throws {
    let start = try #require(DateFormat.yearFirst.day("2024-01-09"))
    let history = try history(table(monday)) {
      $0.excluded = [start...CalendarDay(number: start.number + 20)]
    }
    #expect(history.isCounted == [true, true, false, false, false, true, true, true])
  }

  @Test func readsBlanksAsAskedFor() throws {
    let text = table(monday).replacingOccurrences(of: "104,7,", with: "104,,")
    #expect(try history(text, reading: TableReading(blank: 0)) { _ in }.spends[0].values[2] == 0)
  }

  @Test func addsUpRegions() throws {
    var text = "sales,sp_a,day,geo,price\n"
    for week in 0..<8 {
      for (region, share) in [("north", 2), ("south", 1), ("Total", 3)] {
        text +=
          "\(share * (100 + week * week)),\(share * (5 + week % 3)),\(monday(week)),\(region),\(share + week)\n"
      }
    }
    let panel = try history(text) {
      $0.panel = "geo"
      $0.controls = ["price"]
    }
    #expect(panel.outcome.values[1] == 303 && panel.spends[0].values[1] == 18)
    #expect(panel.regions.map(\.name) == ["north", "south"])
    #expect(panel.regions[1].history.outcome.values[1] == 101)
    #expect(panel.controls[0].values[1] == 2.5)
    let error = #expect(throws: InputError.self) { try history(text) { _ in } }
    #expect(error?.remedy.contains("--panel") == true)
  }
}
