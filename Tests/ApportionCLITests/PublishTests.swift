import Documents
import Foundation
import Learning
import PolicyFormats
import Runs
import Testing

@Suite struct PublishTests {
  /// A run of a policy with random weights for the tiny market.
  private func withRun(_ body: (String) throws -> Void) throws {
    try withTemporaryFolder { folder in
      try AtomicFile.write(tinyMarket, to: folder + "/tiny.yaml")
      let result = try CommandLineProgram.run(
        ["train", "--quiet", "--output", "run"] + tinySettings, in: folder)
      #expect(result.status == 0)
      try body(folder)
    }
  }

  @Test func publishesAndRollsBack() throws {
    try withRun { folder in
      func publish(_ arguments: String...) throws -> CommandLineProgram.Result {
        try CommandLineProgram.run(
          ["publish", "--repository", "models", "--name", "bids", "--json"] + arguments, in: folder)
      }
      for version in 1...3 { #expect(try publish("run", "--keep", "2").json["stable"]?.int == version) }
      var document = try publish("run", "--label", "canary").json
      #expect(document["canary"]?.int == 4 && document["stable"]?.int == 3)
      #expect(document["versions"] == [2, 3, 4])
      document = try publish("--rollback").json
      #expect(document["stable"]?.int == 2)
      document = try publish("--version", "4").json
      #expect(document["stable"]?.int == 4)
      #expect(try publish("--version", "7").status == 66)
      #expect(try publish("run", "--rollback").status == 64)
      #expect(try publish().status == 64)
      let policy = try ModelRepository(folder + "/models").load("bids", version: 4).policy.network
      #expect(try policy == Policy(contentsOf: folder + "/run/policy.safetensors"))
    }
  }

  /// Publishing is killed at any moment, 200 times; whatever stands in the repository then always loads.
  @Test func survivesKills() throws {
    try withRun { folder in
      let repository = ModelRepository(folder + "/models")
      try repository.publish(Policy(contentsOf: folder + "/run/policy.safetensors"), name: "bids")
      var killed = 0
      // Microseconds up to which kills come: however loaded the machine, about half of them come in time.
      var latest = 40_000.0
      for round in 0..<200 {
        let running = try CommandLineProgram.start(
          ["publish", "run", "--repository", "models", "--name", "bids", "--keep", "3", "--quiet"], in: folder
        )
        usleep(UInt32(latest * Double(round % 40) / 40))
        kill(running.process.processIdentifier, SIGKILL)
        let wasKilled = try running.finish().status == SIGKILL
        killed += wasKilled ? 1 : 0
        latest *= wasKilled ? 1.05 : 0.95
        let versions = repository.versions(of: "bids")
        let stable = try #require(try repository.labels(of: "bids")[.stable])
        #expect(versions.contains(stable))
        for version in versions.suffix(2) + [stable] { _ = try repository.load("bids", version: version) }
      }
      #expect(killed > 50)
      #expect(repository.versions(of: "bids").last ?? 0 > 5)
    }
  }

  @Test func importsAndTrainsOn() throws {
    try withRun { folder in
      let exported = try CommandLineProgram.run(
        ["export", "run", "--output", "policy.safetensors", "--quiet"], in: folder)
      #expect(exported.status == 0)
      let imported = try CommandLineProgram.run(
        ["import", "policy.safetensors", "--market", "tiny.yaml", "--output", "again", "--json"], in: folder)
      #expect(try imported.json["hidden"] == [16])
      let original = try Policy(contentsOf: folder + "/run/policy.safetensors")
      #expect(try Policy(contentsOf: folder + "/again/policy.safetensors") == original)
      let evaluation = try CommandLineProgram.run(
        ["evaluate", "again", "--episodes", "10", "--json"], in: folder)
      #expect(evaluation.status == 0)
      for source in ["again", "policy.safetensors"] {
        let further = try CommandLineProgram.run(
          ["train", "--from", source, "--quiet", "--output", "further-\(source)"]
            + tinySettings + ["--set", "agent.hidden=[9]"], in: folder)
        #expect(further.status == 0, "\(further.errors)")
        let policy = try Policy(contentsOf: folder + "/further-\(source)/policy.safetensors")
        #expect(policy.shape == original.shape)
        #expect(policy.normalizer == original.normalizer)
      }
      let other = try CommandLineProgram.run(
        ["import", "policy.safetensors", "--output", "other"], in: folder)
      #expect(other.status == 65)
      #expect(!FileManager.default.fileExists(atPath: folder + "/other"))
    }
  }
}
