import Budgets
import Documents
import Foundation
import PolicyFormats
import Testing

@Suite struct CalibrateTests {
  private func table(weeks: Int) -> String {
    "date,sales,sp_a,sp_b\n"
      + (0..<weeks).map { week in
        let (first, second) = (100 + 60 * sin(Double(week * week)), 80 + 50 * cos(Double(3 * week * week)))
        let sales =
          5000 + 600 * first / (first + 120) + 900 * second / (second + 90) + 20 * sin(Double(7 * week))
        return "\(CalendarDay(number: 19_000 + 7 * week)),\(sales),\(first),\(second)\n"
      }.joined()
  }

  @Test func calibratesThenPlans() throws {
    try withTemporaryFolder { folder in
      try AtomicFile.write(table(weeks: 110), to: folder + "/history.csv")
      let result = try CommandLineProgram.run(
        ["calibrate", "history.csv", "--outcome", "sales", "--spend", "sp_*", "--draws", "20", "--json"],
        in: folder)
      #expect(result.status == 0)
      let document = try result.json
      #expect(document["market"]?.string == "history.yaml")
      for key in ["nrmse", "mape", "ridge_mape", "seasonal_naive_mape"] {
        #expect(document["holdout"]?[key]?.double != nil, "\(key)")
      }
      let channels = try #require(document["channels"]?.array)
      #expect(channels.map { $0["name"]?.string } == ["sp_a", "sp_b"])
      #expect(channels.allSatisfy { $0["roas"]?.double != nil && $0["roas_ci90"]?.array?.count == 2 })
      #expect(document["seconds"]?.double ?? 0 > 0)
      let plan = try CommandLineProgram.run(["plan", "history.yaml", "--json"], in: folder)
      #expect(plan.status == 0)
      #expect(try plan.json["current_outcome"]?.double ?? 0 > 0)
      #expect(FileManager.default.fileExists(atPath: folder + "/history.posterior.csv"))
    }
  }

  @Test func writesNothingWhereDataAreBad() throws {
    try withTemporaryFolder { folder in
      let text = table(weeks: 60).replacingOccurrences(of: "\n2022-03-0", with: "\n2022-13-0")
      try AtomicFile.write(text, to: folder + "/history.csv")
      let result = try CommandLineProgram.run(
        ["calibrate", "history.csv", "--outcome", "sales", "--spend", "sp_*"], in: folder)
      #expect(result.status == 65)
      #expect(result.errors.contains("history.csv:") && result.errors.contains("no date like the others"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["history.csv"])
    }
  }

  /// However a spreadsheet spells a table, the calibration is the same.
  @Test func readsEverySpellingAlike() throws {
    try withTemporaryFolder { folder in
      let plain = table(weeks: 60)
      let rows = plain.split(separator: "\n").map(String.init)
      func dates(_ spelling: (CalendarDay) -> String) -> String {
        ([rows[0]]
          + rows.dropFirst().enumerated().map { week, row in
            spelling(CalendarDay(number: 19_000 + 7 * week)) + row.drop { $0 != "," }
          }).joined(separator: "\n") + "\n"
      }
      func parts(_ day: CalendarDay) -> [Int] { "\(day)".split(separator: "-").compactMap { Int($0) } }
      let spellings = [
        "plain": plain,
        "mark": "\u{FEFF}" + plain.replacingOccurrences(of: "\n", with: "\r\n"),
        "german": plain.replacingOccurrences(of: ",", with: ";").replacingOccurrences(of: ".", with: ","),
        "quoted": plain.replacingOccurrences(of: "sales", with: "\"sales\"").replacingOccurrences(
          of: "\n", with: ",\"a, \"\"b\"\"\"\n"),
        "american": dates { "\(parts($0)[1])/\(parts($0)[2])/\(parts($0)[0])" },
        "backwards": ([rows[0]] + rows.dropFirst().reversed()).joined(separator: "\n") + "\n",
      ]
      var found: [String: JSONValue] = [:]
      for (name, text) in spellings {
        try AtomicFile.write(text, to: folder + "/\(name).csv")
        let result = try CommandLineProgram.run(
          [
            "calibrate", "\(name).csv", "--outcome", "sales", "--spend", "sp_*", "--draws", "8", "--json",
            "--output", "market.yaml",
          ], in: folder)
        #expect(result.status == 0, "\(name): \(result.errors)")
        found[name] = try result.json["channels"]
      }
      for (name, channels) in found { #expect(channels == found["plain"], "\(name)") }
    }
  }

  @Test func calibratesALogThenTrains() throws {
    try withTemporaryFolder { folder in
      var text = "timestamp,channel,price,click,conversion\n"
      for index in 0..<6000 {
        let second = index * 86
        let clock = [second % 86_400 / 3600, second / 60 % 60, second % 60].map {
          $0 < 10 ? "0\($0)" : "\($0)"
        }
        let day = CalendarDay(number: 19_800 + second / 86_400)
        let isClicked = index % 7 == 0
        text +=
          "\(day) \(clock.joined(separator: ":")),\(index % 3 == 0 ? "web" : "app"),\(10 + index * 37 % 90),"
          + "\(isClicked ? 1 : 0),\(isClicked && index % 5 == 0 ? 1 : 0)\n"
      }
      try AtomicFile.write(text, to: folder + "/auctions.csv")
      let result = try CommandLineProgram.run(
        ["calibrate", "auctions.csv", "--ticks", "12", "--price-unit", "0.001", "--json"], in: folder)
      #expect(result.status == 0, "\(result.errors)")
      let document = try result.json
      #expect(document["market"]?.string == "auctions.yaml" && document["days"]?.double == 6)
      #expect(document["channels"]?.array?.map { $0["auctions"]?.double } == [4000, 2000])
      let shown = try CommandLineProgram.run(["markets", "auctions.yaml", "--json"], in: folder)
      #expect(shown.status == 0, "\(shown.errors)")
      let trained = try CommandLineProgram.run(
        [
          "train", "--market", "auctions.yaml", "--algorithm", "paired-double-dqn", "--output", "run",
          "--quiet",
          "--steps", "2000",
        ]
          + endlessSettings.dropFirst(4),
        in: folder)
      #expect(trained.status == 0, "\(trained.errors)")
      let judged = try CommandLineProgram.run(
        ["evaluate", "run", "--auctions", "auctions.csv", "--price-unit", "0.001", "--json"], in: folder)
      #expect(judged.status == 0, "\(judged.errors)")
      let log = try #require(try judged.json["log"])
      #expect(log["requests"]?.int == 6000 && log["days"]?.int == 6)
      #expect(log["from"]?.string == "2024-03-18" && log["to"]?.string == "2024-03-23")
      let bound = try #require(try judged.json["bound"]?["mean"]?.double)
      for strategy in ["static", "replan", "pacing"] {
        let mean = try #require(try judged.json["baselines"]?[strategy]?["mean"]?.double)
        #expect(mean >= 0 && mean <= bound)
      }
      // Six equal days tell of nothing that varies between episodes, so knowing it beforehand costs nothing.
      let charged = try CommandLineProgram.run(
        ["evaluate", "run", "--episodes", "16", "--bound", "penalized", "--json"], in: folder)
      #expect(charged.status == 0, "\(charged.errors)")
      let tight = try charged.json
      let clairvoyant = try #require(tight["clairvoyant"]?["mean"]?.double)
      let tightened = try #require(tight["bound"]?["mean"]?.double)
      #expect(abs(tightened / clairvoyant - 1) < 1e-9 && clairvoyant > 0)
      let asUsual = try judged.json
      #expect(asUsual["clairvoyant"] == .null)
      let misread = try CommandLineProgram.run(["evaluate", "run", "--price-unit", "0.001"], in: folder)
      #expect(misread.status == 64 && misread.errors.contains("--auctions"))
    }
  }

  @Test func saysWhatIsWrongWithALog() throws {
    try withTemporaryFolder { folder in
      try AtomicFile.write(
        "time,channel,price,click\n2024-01-01 00:00:00,a,1,0\n2024-01-01,a,x,0\n", to: folder + "/l.csv")
      let result = try CommandLineProgram.run(["calibrate", "l.csv"], in: folder)
      #expect(result.status == 65)
      #expect(result.errors.hasSuffix("l.csv:3: price: is 'x', no number; give a finite number\n"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["l.csv"])
      #expect(try CommandLineProgram.run(["calibrate", "l.csv", "--outcome", "x"], in: folder).status == 64)
      #expect(try CommandLineProgram.run(["calibrate", "none.csv"], in: folder).status == 66)
    }
  }
}
