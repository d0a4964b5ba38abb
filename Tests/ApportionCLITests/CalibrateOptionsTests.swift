import Documents
import Foundation
import Testing

/// What `calibrate` is told besides the history: knowledge, organic drivers, exposures.
@Suite struct CalibrateOptionsTests {
  private var table: String {
    var letters = 0.0
    let rows = (0..<100).map { week in
      let seen = Double((week * week * 7) % 997)
      let (tv, search) = (seen * 0.02 * Double(1 + week % 3), Double((week * week * 11) % 499))
      letters = 0.3 * letters + Double((week * week * 13) % 61)
      let sales =
        5000 + 900 * seen / (seen + 400) + 700 * search / (search + 200) + 800 * letters / (letters + 40)
      return
        "\(CalendarDay(number: 19_000 + 7 * week)),\(sales),\(tv),\(search),\(seen),\((week * week * 13) % 61)"
    }
    return "week,sales,tv,search,tv_seen,letters\n" + rows.joined(separator: "\n") + "\n"
  }

  private let knowledge = """
    channels:
      search: {return: 1.5, deviation: 0.2, carry_over: [0, 0.3]}
    experiments:
      - {channel: search, from: \(CalendarDay(number: 19_280)), to: \(CalendarDay(number: 19_307)), spend_change: 400, outcome_change: 500, deviation: 80}
    """

  @Test func showsWhatWasKnownBesideWhatIsBelieved() throws {
    try withTemporaryFolder { folder in
      try AtomicFile.write(table, to: folder + "/shop.csv")
      try AtomicFile.write(knowledge, to: folder + "/known.yaml")
      let arguments = [
        "calibrate", "shop.csv", "--outcome", "sales", "--spend", "tv,search", "--organic", "letters",
        "--exposure", "tv=tv_seen", "--knowledge", "known.yaml", "--draws", "40",
      ]
      let result = try CommandLineProgram.run(arguments + ["--json"], in: folder)
      #expect(result.status == 0, "\(result.errors)")
      let document = try result.json
      let channels = try #require(document["channels"]?.array)
      #expect(channels.map { $0["name"]?.string } == ["tv", "search"])
      #expect(channels[0]["prior"] == .null && channels[1]["prior"]?["return"]?.double == 1.5)
      let rows = table.split(separator: "\n").dropFirst().map {
        $0.split(separator: ",").compactMap { Double($0) }
      }
      let cost = rows.reduce(0) { $0 + $1[1] } / rows.reduce(0) { $0 + $1[3] }
      let shownCost = try #require(channels[0]["cost_per_exposure"]?.double)
      #expect(abs(shownCost / cost - 1) < 1e-12)
      #expect(channels[1]["cost_per_exposure"] == .null)
      let letters = try #require(document["organic"]?.array?.first)
      #expect(letters["name"]?.string == "letters" && letters["contribution"]?.double ?? 0 > 0)
      let test = try #require(document["experiments"]?.array?.first)
      #expect(test["channel"]?.string == "search" && test["outcome_change"]?.double == 500)
      let range = (test["estimate_ci90"]?.array ?? []).compactMap(\.double)
      try #require(range.count == 2)
      #expect(range[0] < range[1] && range[0] <= test["estimate"]?.double ?? 0)
      // Neither organic drivers nor exposures are planned.
      let plan = try CommandLineProgram.run(["plan", "shop.yaml", "--horizon", "6", "--json"], in: folder)
      #expect(try plan.json["channels"]?.array?.map { $0["name"]?.string } == ["tv", "search"])
      let shown = try CommandLineProgram.run(arguments, in: folder)
      for part in [
        "return known before", "1.5 ± 0.2", "change measured", "500 ± 80", "tv: an exposure costs", "letters",
      ] {
        #expect(shown.output.contains(part), "\(part)")
      }
    }
  }

  @Test(
    arguments: [
      (["--knowledge", "known.yaml"], "known.yaml:1: channels.tv.return: is 'high', no number", 65),
      (["--knowledge", "none.yaml"], "none.yaml", 66),
      (["--exposure", "tv"], "--exposure takes CHANNEL=COLUMN, not 'tv'", 64),
      (["--exposure", "radio=tv_seen"], "radio: has an exposure but is no column of money", 65),
      (["--organic", "letter"], "letter: is no column; did you mean 'letters'?", 65),
      (["--organic", "tv"], "tv: is money and something else at once", 65),
    ])
  func saysWhatIsWrong(_ options: [String], _ message: String, _ status: Int) throws {
    try withTemporaryFolder { folder in
      try AtomicFile.write(table, to: folder + "/shop.csv")
      try AtomicFile.write("channels: {tv: {return: high, deviation: 1}}\n", to: folder + "/known.yaml")
      let result = try CommandLineProgram.run(
        ["calibrate", "shop.csv", "--outcome", "sales", "--spend", "tv,search"] + options, in: folder)
      #expect(Int(result.status) == status)
      #expect(result.errors.contains(message), "\(result.errors)")
      #expect(!FileManager.default.fileExists(atPath: folder + "/shop.yaml"))
    }
  }
}
