import Documents
import Foundation
import Learning
import PolicyFormats
import Runs
import Testing

@Suite struct RunTests {
  /// Trains a tiny run in a folder and hands the folder on; the run is `run` in it.
  private func withRun(_ body: (String) throws -> Void) throws {
    try withTemporaryFolder { folder in
      try AtomicFile.write(tinyMarket, to: folder + "/tiny.yaml")
      let result = try CommandLineProgram.run(
        ["train", "--quiet", "--json", "--output", "run"] + tinySettings, in: folder)
      #expect(result.status == 0)
      #expect(result.errors == "")
      let document = try result.json
      #expect(document["run"]?.string == "run")
      #expect(document["steps"]?.int == 3008)
      #expect(document["seconds"]?.double ?? 0 > 0)
      #expect(document["steps_per_second"]?.double ?? 0 > 0)
      #expect(document["return_mean"]?.double ?? 0 > 0)
      try body(folder)
    }
  }

  /// Training plays in every other posterior draw, evaluation in the rest, from the run's own copy of the table.
  @Test func trainsOnPosteriorDraws() throws {
    try withTemporaryFolder { folder in
      try AtomicFile.write(tinyMarket, to: folder + "/tiny.yaml")
      var table =
        "draw,channel,maximum,half_saturation,slope,retention,weibull_shape,weibull_scale,weibull_length\n"
      for draw in 0..<5 {
        table +=
          "\(draw),first,\(20 + 5 * draw),12,1.2,0.\(draw),,,\n\(draw),second,12,\(4 + draw),2,,2,2,4\n"
      }
      try AtomicFile.write(table, to: folder + "/tiny.posterior.csv")
      let trained = try CommandLineProgram.run(
        ["train", "--quiet", "--output", "run", "--posterior", "tiny.posterior.csv"] + tinySettings,
        in: folder)
      #expect(trained.status == 0, "\(trained.errors)")
      for file in ["/tiny.posterior.csv", "/tiny.yaml"] {
        try FileManager.default.removeItem(atPath: folder + file)
      }
      let evaluation = try CommandLineProgram.run(
        ["evaluate", "run", "--episodes", "40", "--json"], in: folder)
      #expect(try evaluation.json["plausible_markets"]?.int == 2)
      #expect(try evaluation.json["share_of_bound"]?.double ?? 2 <= 1)
      let alone = try CommandLineProgram.run(
        ["evaluate", "run", "--episodes", "40", "--market", "run/market.yaml", "--json"], in: folder)
      #expect(try alone.json["plausible_markets"] == .null)
      let missing = try CommandLineProgram.run(
        ["train", "--output", "other", "--posterior", "none.csv"] + tinySettings, in: folder)
      #expect(missing.status == 66)
    }
  }

  @Test func trainsEvaluatesAndExports() throws {
    try withRun { folder in
      // The run is whole: it can be taken elsewhere, without the market file it was trained with.
      try FileManager.default.moveItem(atPath: folder + "/run", toPath: folder + "/moved")
      try FileManager.default.removeItem(atPath: folder + "/tiny.yaml")
      let evaluation = try CommandLineProgram.run(
        ["evaluate", "moved", "--episodes", "40", "--json"], in: folder)
      #expect(evaluation.status == 0)
      let document = try evaluation.json
      #expect(document["episodes"]?.int == 40)
      for key in ["mean", "average_reward", "cumulative_reward", "success_rate", "budget_used"] {
        #expect(document["policy"]?[key]?.double != nil, "\(key)")
      }
      #expect(document["policy"]?["ci95"]?.array?.count == 2)
      for name in ["uniform", "equal-split", "static", "pacing", "replan"] {
        #expect(document["baselines"]?[name]?["mean"]?.double != nil, "\(name)")
        #expect(document["baselines"]?[name]?["ci95"]?.array?.count == 2, "\(name)")
      }
      #expect(document["bound"]?["mean"]?.double != nil)
      let share = try #require(document["share_of_bound"]?.double)
      #expect(share > 0 && share <= 1)
      #expect(document["violations"]?.int == 0)
      #expect(try AtomicFile.read(folder + "/moved/evaluation.json") == Array(evaluation.output.utf8))
      #expect(
        try CommandLineProgram.run(["evaluate", "moved", "--episodes", "40", "--json"], in: folder).output
          == evaluation.output)

      let export = try CommandLineProgram.run(
        ["export", "moved", "--format", "safetensors", "--output", "p.safetensors", "--json"], in: folder
      ).json
      #expect(export["file"]?.string == "p.safetensors")
      #expect(export["format"]?.string == "safetensors")
      #expect(export["max_difference"]?.double == 0)
      #expect(export["sha256"]?.string == sha256(of: try AtomicFile.read(folder + "/p.safetensors")))
    }
  }

  @Test func speaksToPeople() throws {
    try withRun { folder in
      let result = try CommandLineProgram.run(["train", "--output", "again"] + tinySettings, in: folder)
      #expect(result.output.contains("The run is in again"))
      #expect(result.errors.contains("3,008 / 3,000 steps (100 %)"))
      #expect(!result.errors.contains("\u{1B}"))
      let policies = try ["run", "again"].map { try Policy(contentsOf: "\(folder)/\($0)/policy.safetensors") }
      #expect(policies[0] == policies[1])
      let evaluation = try CommandLineProgram.run(["evaluate", "run", "--episodes", "20"], in: folder)
      #expect(evaluation.output.contains("certified bound"))
      #expect(evaluation.output.contains("no rule was broken"))
      let second = try CommandLineProgram.run(["train", "--output", "run"] + tinySettings, in: folder)
      #expect(second.status == 74)
      #expect(second.errors.contains("already holds a run"))
    }
  }

  @Test func refusesBadPolicies() throws {
    try withRun { folder in
      let other = try CommandLineProgram.run(["evaluate", "run", "--market", "nine-campaigns"], in: folder)
      #expect(other.status == 65)
      #expect(other.errors.contains("trained for market 'tiny'"))
      let path = folder + "/run/policy.safetensors"
      let bytes = try AtomicFile.read(path)
      for length in [0, 7, 100, bytes.count - 1] {
        try AtomicFile.write(Array(bytes[..<length]), to: path)
        for command in ["evaluate", "export"] {
          let result = try CommandLineProgram.run([command, "run"], in: folder)
          #expect(result.status == 65)
          #expect(result.output == "")
          #expect(result.errors.split(separator: "\n", omittingEmptySubsequences: false).count == 2)
        }
      }
      #expect(!FileManager.default.fileExists(atPath: folder + "/run/evaluation.json"))
      #expect(!FileManager.default.fileExists(atPath: folder + "/run/exported.safetensors"))
      try FileManager.default.removeItem(atPath: path)
      #expect(try CommandLineProgram.run(["evaluate", "run"], in: folder).status == 66)
    }
  }

  @Test(arguments: [SIGINT, SIGTERM]) func stopsCleanly(signal: Int32) throws {
    try withTemporaryFolder { folder in
      try AtomicFile.write(tinyMarket, to: folder + "/tiny.yaml")
      let running = try CommandLineProgram.start(
        ["train", "--quiet", "--json", "--output", "run"] + endlessSettings, in: folder)
      // The first row of metrics says that training is under way.
      let metrics = folder + "/run/metrics.csv"
      for _ in 0..<600 where (try? AtomicFile.read(metrics))?.isEmpty ?? true { usleep(50_000) }
      kill(running.process.processIdentifier, signal)
      let result = try running.finish()
      #expect(result.status == 128 + signal)
      let steps = try #require(try result.json["steps"]?.int)
      #expect(steps > 0 && steps < 2_000_000_000)
      #expect(try result.json["stopped_early"] == .boolean(true))
      // The policy kept is the best checkpoint so far, or the untrained one.
      #expect(try Policy(contentsOf: folder + "/run/policy.safetensors").trainingSteps <= steps)
      let evaluation = try CommandLineProgram.run(
        ["evaluate", "run", "--episodes", "10", "--json"], in: folder)
      #expect(evaluation.status == 0)
    }
  }

  /// What an algorithm's run leaves when it is stopped is a run like any other.
  @Test func anAlgorithmOnAMarketStopsCleanlyToo() throws {
    try withTemporaryFolder { folder in
      try AtomicFile.write(tinyMarket, to: folder + "/tiny.yaml")
      let running = try CommandLineProgram.start(
        [
          "train", "--market", "tiny.yaml", "--algorithm", "a2c", "--steps", "2000000000", "--quiet",
          "--output", "run",
        ],
        in: folder)
      for _ in 0..<600 where !FileManager.default.fileExists(atPath: folder + "/run/config.yaml") {
        usleep(50_000)
      }
      usleep(300_000)
      kill(running.process.processIdentifier, SIGINT)
      #expect(try running.finish().status == 128 + SIGINT)
      let result = try JSONValue(parsing: try AtomicFile.read(folder + "/run/result.json"))
      #expect(result["stopped_early"] == .boolean(true))
      let last = try #require(
        try FileManager.default.contentsOfDirectory(atPath: folder + "/run/checkpoints").sorted().last)
      #expect(
        try AtomicFile.read(folder + "/run/policy.safetensors")
          == AtomicFile.read(folder + "/run/checkpoints/" + last))
      let evaluation = try CommandLineProgram.run(
        ["evaluate", "run", "--episodes", "10", "--json"], in: folder)
      #expect(evaluation.status == 0)
    }
  }

  @Test func measures() throws {
    let document = try CommandLineProgram.run(["benchmark", "--seconds", "0.01", "--json", "--quiet"]).json
    #expect(document["sgemm"]?["gflops_one_thread"]?.double ?? 0 > 0)
    #expect(document["sgemm"]?["gflops_all_threads"]?.double ?? 0 > 0)
    #expect(document["updates"]?.array?.compactMap { $0["batch"]?.int } == [32, 256, 1024])
    for update in document["updates"]?.array ?? [] {
      #expect(update["head"]?.string == "branching")
      for key in ["microseconds", "gflops", "share_of_peak", "scaling"] {
        #expect(update[key]?.double ?? 0 > 0, "\(key)")
      }
    }
    let environments = try #require(document["environments"]?.array)
    #expect(environments.contains { $0["name"]?.string == "nine-campaigns" })
    #expect(environments.allSatisfy { $0["lanes"]?.int != nil && $0["steps_per_second"]?.double ?? 0 > 0 })
    #expect(document["training"]?["steps_per_second"]?.double ?? 0 > 0)
    #expect(document["inference"]?.array?.allSatisfy { $0["p50_us"]?.double ?? 0 > 0 } == true)
    #expect(document["peak_memory_mb"]?.double ?? 0 > 0)
  }
}
