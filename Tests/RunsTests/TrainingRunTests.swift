import Budgets
import Documents
import Environments
import Foundation
import Learning
import NeuralNetworks
import PolicyFormats
import Runs
import Testing

@Suite struct TrainingRunTests {
  /// A run of CartPole that takes a fraction of a second.
  private static var configuration: TrainingConfiguration {
    var configuration = TrainingConfiguration()
    configuration.steps = 4000
    configuration.lanes = 16
    configuration.seed = 5
    configuration.checkpointSteps = 1500
    configuration.agent.hidden = [16]
    configuration.agent.batchSize = 32
    configuration.agent.warmupSteps = 500
    configuration.agent.replayCapacity = 5000
    return configuration
  }

  @Test func aDivergedRunKeepsTheLastGoodPolicy() throws {
    var configuration = Self.configuration
    configuration.agent.rewardScale = .constant(1e30)
    try withTemporaryFolder { parent in
      let folder = try RunFolder(creating: parent + "/run")
      let run = try TrainingRun(configuration: configuration, folder: folder)
      #expect(throws: TrainingError.self) { try run.train(CartPole()) }
      // Reading a policy refuses numbers that are not finite.
      try Policy(contentsOf: folder.policy).check(matches: CartPole())
    }
  }

  @Test func leavesAWholeRun() throws {
    try withTemporaryFolder { parent in
      let folder = try RunFolder(creating: parent + "/deep/run")
      let run = try TrainingRun(configuration: Self.configuration, folder: folder)
      let report = try run.train(CartPole())
      #expect(report.steps == 4000)
      #expect(report.exitStatus == nil)
      #expect(report.json["run"]?.string == folder.path)
      #expect(report.json["steps_per_second"]?.double ?? 0 > 0)

      let resolved = try TrainingConfiguration(file: folder.configuration)
      #expect(resolved.yaml == Self.configuration.yaml)
      let policy = try Policy(contentsOf: folder.policy)
      #expect(policy.trainingSteps == 4000)
      #expect(policy.trainingSeed == 5)
      try policy.check(matches: CartPole())
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder.checkpoints).sorted() == [
          "policy-000000001504.safetensors", "policy-000000003008.safetensors",
          "policy-000000004000.safetensors",
        ])
      #expect(try AtomicFile.read(folder.checkpoint(step: 4000)) == AtomicFile.read(folder.policy))

      let lines = String(decoding: try AtomicFile.read(folder.metrics), as: UTF8.self).split(separator: "\n")
      #expect(
        lines[0].hasPrefix(
          "time/total_timesteps,eval/mean_reward,time/time_elapsed,time/fps,time/episodes,rollout/ep_rew_mean"
        ))
      #expect(lines.last?.hasPrefix("4000,") == true)
      #expect(Set(lines.map { $0.split(separator: ",", omittingEmptySubsequences: false).count }) == [12])
      #expect(throws: FileError.self) { try RunFolder(creating: folder.path) }
    }
  }

  @Test func keepsTheBestCheckpoint() throws {
    try withTemporaryFolder { parent in
      let folder = try RunFolder(creating: parent + "/run")
      // Scores of the untrained policy and of three checkpoints: the second checkpoint is the best.
      let scores = [1.0, 0.5, 3, 2]
      var asked = 0
      let report = try TrainingRun(configuration: Self.configuration, folder: folder).train(CartPole()) { _ in
        defer { asked += 1 }
        return scores[asked]
      }
      #expect(asked == 4)
      #expect(report.returnMean == 3)
      #expect(report.keptStep == 3008)
      #expect(try AtomicFile.read(folder.policy) == AtomicFile.read(folder.checkpoint(step: 3008)))
      let lines = String(decoding: try AtomicFile.read(folder.metrics), as: UTF8.self).split(separator: "\n")
      let logged = lines.dropFirst().map { $0.split(separator: ",", omittingEmptySubsequences: false)[1] }
      #expect(logged.first == "1" && logged.last == "2")
    }
  }

  @Test func checkpointsChangeNothing() throws {
    try withTemporaryFolder { parent in
      var weights: [[Float]] = []
      for (index, interval) in [nil, 1500, 300].enumerated() {
        var configuration = Self.configuration
        configuration.checkpointSteps = interval
        let folder = try RunFolder(creating: "\(parent)/\(index)")
        _ = try TrainingRun(configuration: configuration, folder: folder).train(CartPole())
        weights.append(try Policy(contentsOf: folder.policy).weights)
      }
      #expect(weights[0] == weights[1])
      #expect(weights[0] == weights[2])
    }
  }

  @Test func exportsExactly() throws {
    try withTemporaryFolder { parent in
      let folder = try RunFolder(creating: parent + "/run")
      _ = try TrainingRun(configuration: Self.configuration, folder: folder).train(CartPole())
      let policy = try Policy(contentsOf: folder.policy)
      let export = try PolicyExport(policy, format: .safetensors, to: parent + "/exported.safetensors")
      #expect(export.maximumDifference == 0)
      #expect(export.digest == sha256(of: try AtomicFile.read(parent + "/exported.safetensors")))
      #expect(export.json["format"]?.string == "safetensors")
    }
  }

  @Test(arguments: [
    (Aggregation.joint, false, ObservationKind.advertiser, "A joint head has an output for each combination"),
    (.joint, false, .planner, "A joint head"), (.branching, true, .plannerCosts, "A spend cap weighs values"),
    (.additive, true, .planner, "A spend cap needs observations that name costs"),
  ])
  func refusesWhatDoesNotFitTheMarketBeforeAnythingIsWritten(
    head: Aggregation, spendCap: Bool, observation: ObservationKind, message: String
  ) throws {
    try withTemporaryFolder { parent in
      var configuration = TrainingConfiguration()
      configuration.counterfactual = false
      configuration.observation = observation
      configuration.agent.head = head
      configuration.agent.spendCap = spendCap
      let error = #expect(throws: ConfigurationError.self) {
        try trainPolicy(configuration, folder: parent + "/run")
      }
      #expect(error?.description.hasPrefix("configuration: \(message)") == true)
      #expect(!FileManager.default.fileExists(atPath: parent + "/run"))
    }
  }

  @Test func refusesSettingsThatDoNotGoTogether() throws {
    var configuration = Self.configuration
    configuration.agent.replayCapacity = 100
    configuration.counterfactual = false
    configuration.agent.nStep = 3
    let error = #expect(throws: ConfigurationError.self) { try configuration.validate() }
    #expect(
      error?.description
        == "configuration: 'agent.replay_capacity' should be at least 320 for 16 lanes and 3-step targets.")
    configuration = Self.configuration
    configuration.counterfactual = true
    configuration.observation = .advertiser
    let unplanned = #expect(throws: ConfigurationError.self) { try configuration.validate() }
    #expect(unplanned?.description.hasPrefix("configuration: 'counterfactual: true' needs") == true)
  }
}
