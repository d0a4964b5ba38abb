import Documents
import PolicyFormats
import Testing

@Suite struct PlanTests {
  @Test func plansAMarket() throws {
    try withTemporaryFolder { folder in
      try AtomicFile.write(tinyMarket, to: folder + "/tiny.yaml")
      let result = try CommandLineProgram.run(
        [
          "plan", "tiny.yaml", "--budget", "50", "--cap", "12", "--limit", "second=10..20", "--what-if",
          "--json",
          "--output", "plan.csv",
        ], in: folder)
      #expect(result.status == 0)
      let document = try result.json
      #expect(document["budget"]?.double == 50)
      #expect(document["outcome"]?.double ?? 0 > 0)
      #expect(document["current_outcome"] == .null)
      #expect(document["certified_gap"]?.double ?? 1 < 0.05)
      #expect(document["violations"]?.int == 0)
      #expect(document["milliseconds"]?.double ?? 0 > 0)
      let channels = try #require(document["channels"]?.array)
      #expect(channels.map { $0["name"]?.string } == ["first", "second"])
      #expect((9.99...20.01).contains(channels[1]["spend"]?.double ?? 0))
      for key in ["outcome", "marginal_return"] { #expect(channels[0][key]?.double != nil) }
      #expect(document["what_if"]?.array?.isEmpty == false)
      let lines = String(decoding: try AtomicFile.read(folder + "/plan.csv"), as: UTF8.self).split(
        separator: "\n")
      #expect(lines.count == 7 && lines[0] == "tick,first,second")
    }
  }

  @Test func plansCurves() throws {
    try withTemporaryFolder { folder in
      let table = "channel,spend,outcome\na,0,0\na,10,30\na,20,40\nb,0,0\nb,10,20\nb,20,35\n"
      try AtomicFile.write(table, to: folder + "/curves.csv")
      let result = try CommandLineProgram.run(["plan", "curves.csv", "--budget", "30", "--json"], in: folder)
      #expect(try result.json["outcome"]?.double == 65)
      let lacking = try CommandLineProgram.run(["plan", "curves.csv"], in: folder)
      #expect(lacking.status == 78)
      #expect(lacking.errors.contains("give --budget"))
    }
  }

  @Test(arguments: [
    (["plan", "nine-campaigns"], 65), (["plan", "retail-weekly", "--limit", "search=5"], 64),
    (["plan", "retail-weekly", "--limit", "serach=5..6"], 65), (["plan", "nothing.csv"], 66),
    (["plan", "retail-weekly", "--target-cpa", "1", "--target-roas", "1"], 64),
  ])
  func saysWhatIsWrong(_ arguments: [String], _ status: Int) throws {
    let result = try CommandLineProgram.run(arguments)
    #expect(Int(result.status) == status)
    #expect(result.output == "")
    #expect(result.errors.split(separator: "\n").count == 1)
  }
}
