import Documents
import Foundation
import Testing

@Suite struct DecideTests {
  /// A campaign of the tiny market by hand: what evaluation recorded, fed to `decide` tick after tick, leads to the bids that
  /// evaluation played.
  @Test func decidesTickAfterTick() throws {
    try withTemporaryFolder { folder in
      try AtomicFile.write(tinyMarket, to: folder + "/tiny.yaml")
      _ = try CommandLineProgram.run(["train", "--quiet", "--output", "run"] + tinySettings, in: folder)
      let evaluated = try CommandLineProgram.run(
        ["evaluate", "run", "--episodes", "2", "--quiet", "--record", "consoles.csv"], in: folder)
      #expect(evaluated.status == 0, "\(evaluated.errors)")
      let lines = String(decoding: try AtomicFile.read(folder + "/consoles.csv"), as: UTF8.self)
        .split(separator: "\n")
      #expect(lines.count == 1 + 2 * 6 * 2)
      // The second episode's rows: episode, tick, channel, level, ….
      let rows = lines.filter { $0.hasPrefix("1,") }.map {
        $0.split(separator: ",", omittingEmptySubsequences: false)
      }
      for tick in [0, 1, 5] {
        let past = rows.filter { (Int($0[1]) ?? 9) < tick }.map { $0.joined(separator: ",") }
        try AtomicFile.write(
          ([String(lines[0])] + past).joined(separator: "\n") + "\n", to: folder + "/past.csv")
        let decided = try CommandLineProgram.run(
          ["decide", "run", "--history", "past.csv", "--output", "bids.csv", "--json"], in: folder)
        #expect(decided.status == 0, "\(decided.errors)")
        let document = try decided.json
        #expect(document["tick"]?.int == tick && document["flags"] == [])
        let levels = document["channels"]?.array?.compactMap { $0["level"]?.int }
        #expect(levels == rows.filter { Int($0[1]) == tick }.compactMap { Int($0[3]) })
        #expect((document["money_price"]?.double ?? -1) >= 0)
        let table = String(decoding: try AtomicFile.read(folder + "/bids.csv"), as: UTF8.self)
        #expect(table.split(separator: "\n").count == 3)
      }
      let all = rows.map { $0.joined(separator: ",") }
      try AtomicFile.write(([String(lines[0])] + all).joined(separator: "\n") + "\n", to: folder + "/all.csv")
      let over = try CommandLineProgram.run(["decide", "run", "--history", "all.csv", "--json"], in: folder)
      #expect(try over.json["tick"]?.int == -1)
      let said = try CommandLineProgram.run(["decide", "run", "--history", "all.csv"], in: folder)
      #expect(said.output.hasPrefix("The campaign is over: "))
    }
  }

  @Test func readsTimesAndSaysWhatIsWrong() throws {
    try withTemporaryFolder { folder in
      try AtomicFile.write(tinyMarket, to: folder + "/tiny.yaml")
      _ = try CommandLineProgram.run(["train", "--quiet", "--output", "run"] + tinySettings, in: folder)
      try AtomicFile.write(
        "time,channel,spend,conversions\n2026-11-27 00:10,first,5,3.5\n2026-11-27 00:10,second,4,2\n",
        to: folder + "/today.csv")
      let calendar = ["--start", "2026-11-27 00:00", "--time-zone", "Europe/Berlin", "--tick-length", "1h"]
      let decided = try CommandLineProgram.run(
        ["decide", "run", "--history", "today.csv", "--budget", "50", "--pause", "second", "--json"]
          + calendar,
        in: folder)
      #expect(decided.status == 0, "\(decided.errors)")
      let document = try decided.json
      #expect(document["tick"]?.int == 1 && document["time"]?.string == "2026-11-27 01:00")
      #expect(document["budget_left"]?.double == 41 && document["flags"]?.array?.contains("paused") == true)
      #expect(document["channels"]?.array?.last?["bid"]?.double == 0)

      func status(_ arguments: [String], _ words: String) throws -> Int32 {
        let result = try CommandLineProgram.run(["decide", "run"] + arguments, in: folder)
        #expect(result.errors.contains(words), "\(result.errors)")
        return result.status
      }
      #expect(try status(["--history", "today.csv"], "tick: is no column") == 65)
      #expect(try status(["--history", "none.csv"], "none.csv: cannot be read") == 66)
      #expect(try status(["--pause", "third"], "'third' is no channel") == 65)
      #expect(try status(["--budget", "0"], "--budget") == 64)
      #expect(try status(["--tick-length", "soon"], "--tick-length") == 64)
      #expect(try status(["--start", "soon"], "'soon' is no moment") == 65)
    }
  }
}
