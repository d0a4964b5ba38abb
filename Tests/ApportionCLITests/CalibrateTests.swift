import Foundation
import Markets
import ModelFormats
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
      #expect(FileManager.default.fileExists(atPath: folder + "/history.plausible.csv"))
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
}
