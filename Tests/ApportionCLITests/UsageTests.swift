import Documents
import Foundation
import PolicyFormats
import Testing

/// Arguments that cannot work, and how the program should leave.
struct BadCall: Sendable, CustomTestStringConvertible {
  let arguments: [String]
  let status: Int32
  /// A part of the line on stderr.
  let message: String

  init(_ arguments: String, _ status: Int32, _ message: String) {
    self.arguments = arguments.split(separator: " ").map(String.init)
    self.status = status
    self.message = message
  }

  var testDescription: String { arguments.joined(separator: " ") }
}

@Suite struct UsageTests {
  /// Files that a description names lie beside it, from wherever the program is run.
  @Test func descriptionsNameFilesBesideThem() throws {
    try withTemporaryFolder { folder in
      let log = (0..<400).map { "\($0 % 9 == 0 ? 1 : 0) \(20 + $0 % 30) 0.0\($0 % 7 + 1)" }
      try AtomicFile.write(log.joined(separator: "\n"), to: folder + "/log.txt")
      try AtomicFile.write(
        "kind: auctions\nname: shoes\nlog: log.txt\nepisode: 100\n", to: folder + "/shoes.yaml")
      for (path, place) in [("shoes.yaml", folder), ("./shoes.yaml", folder), (folder + "/shoes.yaml", "/")] {
        let shown = try CommandLineProgram.run(["markets", path, "--json"], in: place)
        #expect(try shown.json["history"]?.double == 300, "\(shown.errors)")
      }
    }
  }

  @Test(arguments: [
    BadCall("nonsense", 64, "nonsense"),
    BadCall("train --stps 3", 64, "Did you mean '--steps'?"),
    BadCall("train --steps many", 78, "give a whole number of at least 1"),
    BadCall("train --seed -1", 64, "--seed"),
    BadCall("evaluate", 64, "<run>"),
    BadCall("evaluate /tmp --episodes 0", 64, "--episodes takes a number"),
    BadCall("export x --format onnxx", 64, "onnxx"),
    BadCall("benchmark --seconds nan", 64, "--seconds takes a number"),
    BadCall("markets nine-campaign", 66, "nine-campaigns"),
    BadCall("markets /nowhere/market.yaml", 66, "/nowhere/market.yaml"),
    BadCall("train --config /nowhere.yaml", 66, "/nowhere.yaml: there is no such file"),
    BadCall("evaluate /nowhere", 66, "/nowhere/config.yaml: there is no such file"),
    BadCall("export /nowhere", 66, "/nowhere/config.yaml: there is no such file"),
    BadCall("train --market nowhere", 66, "nowhere"),
    BadCall("train --output /dev/null/run", 74, "cannot be created"),
    BadCall("train --steps 0", 78, "give a whole number of at least 1"),
    BadCall("train --seed 18446744073709551615", 78, "'seed' does not take this; give a whole number"),
    BadCall("train --set agent.learning_rte=1", 78, "did you mean 'agent.learning_rate'?"),
    BadCall("train --set agent.learning_rate=nan", 78, "give a number above 0"),
    BadCall("train --env CartPole --algorithm ppo", 66, "did you mean 'CartPole-v1'?"),
    BadCall("train --env CartPole-v1 --algorithm dq", 78, "did you mean 'dqn'?"),
    BadCall("train --env CartPole-v1 --algorithm sarsa", 78, "CartPole-v1 has no such algorithm"),
    BadCall("train --env CartPole-v1 --seed 9223372036854775807 --seeds 2", 78, "must stay below 2^63"),
    BadCall(
      "train --algorithm paired-double-dqn --steps 1e15", 78, "raise 'checkpoint_steps' or lower 'steps'"),
    BadCall("train --steps 1e18", 78, "give a whole number of at least 1"),
    BadCall(
      "train --algorithm paired-double-dqn --set agent.replay_capacity=2147483647", 78, "bytes of memory"),
    BadCall("train --set agent.replayed_passes=10000 --set lanes=65536", 78, "bytes of memory"),
    BadCall("train --set agent.hidden=[65536,65536]", 78, "bytes of memory"),
    BadCall("train --set agent.rollouts=100000000 --set agent.hidden=[4096]", 78, "bytes of memory"),
    BadCall(
      "train --env CartPole-v1 --algorithm ppo --set agent.head=additive", 78, "unknown key 'agent.head'"),
    BadCall("train --env CartPole-v1 --market nine-campaigns", 64, "both name the problem"),
    BadCall(
      "train --algorithm paired-double-dqn --set agent.replay_capacity=9", 78,
      "set it to at least"),
  ])
  func leavesWithOneLine(call: BadCall) throws {
    try withTemporaryFolder { folder in
      let result = try CommandLineProgram.run(call.arguments, in: folder)
      #expect(result.status == call.status)
      #expect(result.output == "")
      #expect(result.errors.hasPrefix("apportion: "))
      #expect(result.errors.split(separator: "\n", omittingEmptySubsequences: false).count == 2)
      #expect(result.errors.contains(call.message))
      let left = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(left == [])
    }
  }

  @Test(arguments: ["", "--help", "--version", "train --help", "help evaluate"])
  func helpsOnStdout(arguments: String) throws {
    let result = try CommandLineProgram.run(arguments.split(separator: " ").map(String.init))
    #expect(result.status == 0)
    #expect(result.errors == "")
    #expect(!result.output.isEmpty)
  }

  @Test(arguments: [
    ("budget: 60", "budget: lots", "market.yaml:3"),
    ("budget: 60", "budget: .nan", "market.yaml:3"),
    ("budget: 60", "bugdet: 60", "budget"),
    ("ticks: 6", "ticks: -6", "market.yaml:2"),
    ("[0, 5, 10, 20]", "[0, 5", "market.yaml"),
  ])
  func saysWhatIsWrongWithAMarket(correct: String, wrong: String, message: String) throws {
    try withTemporaryFolder { folder in
      try AtomicFile.write(tinyMarket.replacing(correct, with: wrong), to: folder + "/market.yaml")
      for arguments in [["markets", "market.yaml"], ["train", "--market", "market.yaml"]] {
        let result = try CommandLineProgram.run(arguments, in: folder)
        #expect(result.status == 65)
        #expect(result.errors.contains(message))
        #expect(result.errors.split(separator: "\n", omittingEmptySubsequences: false).count == 2)
        let left = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(left == ["market.yaml"])
      }
    }
  }

  @Test func listsAndShowsMarkets() throws {
    let list = try CommandLineProgram.run(["markets"])
    #expect(list.status == 0)
    #expect(list.output.contains("nine-campaigns") && list.output.contains("retail-weekly"))
    let document = try CommandLineProgram.run(["markets", "--json"]).json
    let names = document["markets"]?.array?.compactMap { $0["name"]?.string } ?? []
    #expect(Set(names).isSuperset(of: ["nine-campaigns", "retail-weekly", "CartPole-v1", "Taxi-v3"]))
    let shown = try CommandLineProgram.run(["markets", "nine-campaigns", "--json"]).json
    #expect(shown["channels"]?.array?.count == 9)
    #expect(shown["digest"]?.string?.count == 64)
  }
}
