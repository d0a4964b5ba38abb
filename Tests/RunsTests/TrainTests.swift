import Applications
import Budgets
import Documents
import Environments
import Foundation
import Learning
import PolicyFormats
import Runs
import Testing

@Suite struct TrainTests {
  private func train(
    _ problem: String, _ algorithm: String, _ overrides: [String], in folder: String? = nil
  ) throws -> TrainingReport {
    let folder = folder ?? FileManager.default.temporaryDirectory.appending(path: "run-\(UUID())").path()
    return try decide(TrainingRequest(problem: problem, algorithm: algorithm, overrides: overrides)).train(
      from: nil, folder: folder, style: .silent, stop: nil)
  }

  /// A run of CartPole that takes a fraction of a second, with three checkpoints.
  private let short = [
    "steps=4000", "lanes=16", "seed=5", "checkpoint_steps=1500", "validation_episodes=0",
    "evaluation_episodes=4",
    "agent.hidden=[16]", "agent.batch_size=32", "agent.warmup_steps=500", "agent.replay_capacity=5000",
  ]

  @Test func seedsTrainSideBySideAndLeaveCurvesAndWholeRuns() throws {
    let reports = try [1, 3].map { threads in
      try train(
        "Identity-2x2", "ppo",
        [
          "steps=4096", "seed=5", "seeds=3", "evaluations=2", "evaluation_episodes=10", "agent.discount=0",
          "threads=\(threads)",
        ])
    }
    #expect(reports[0].curves == reports[1].curves)
    let report = reports[0]
    #expect(report.curves?.steps == [2048, 4096] && report.scores.count == 3)
    // Guessing earns 50 of 100.
    #expect(report.scores.allSatisfy { $0 > 80 } && report.best == .optimum(100))
    let table = try String(contentsOfFile: report.run + "/curves.csv", encoding: .utf8).split(separator: "\n")
    #expect(table.count == 3 && table[0] == "steps,iqm,low,high,seed_5,seed_6,seed_7")
    #expect(try String(contentsOfFile: report.run + "/curves.svg", encoding: .utf8).hasSuffix("</svg>\n"))
    let folder = try RunFolder(opening: report.run)
    #expect(try AtomicFile.read(folder.policy) == AtomicFile.read(folder.seed(5).policy))
    for seed in UInt64(5)...7 {
      let own = try RunFolder(opening: folder.seed(seed).path)
      #expect(try Policy(contentsOf: own.policy).trainingSeed == seed)
      #expect(try AtomicFile.read(own.metrics).count > 100)
      // A seed alone is the same as among others.
      #expect(try String(contentsOfFile: own.configuration, encoding: .utf8).contains("\nseeds: 1 "))
    }
    let replayed = evaluate(
      try Policy(contentsOf: folder.seed(6).policy), in: IdentityTask(branchSizes: [2, 2]), episodes: 10,
      seed: 6)
    #expect(replayed.mean == report.scores[1])
    // The file that a run leaves names the same run.
    let again = try decide(TrainingRequest(file: folder.configuration))
    #expect(try Array(again.yaml.utf8) == AtomicFile.read(folder.configuration))
  }

  @Test(arguments: ["dqn", "ppo"]) func leavesAWholeRun(algorithm: String) throws {
    try withTemporaryFolder { parent in
      let settings = algorithm == "dqn" ? short : ["steps=4096", "evaluations=2", "evaluation_episodes=4"]
      let report = try train("CartPole-v1", algorithm, settings, in: parent + "/deep/run")
      let folder = try RunFolder(opening: parent + "/deep/run")
      #expect(report.exitStatus == nil && report.json["run"]?.string == folder.path)
      let policy = try Policy(contentsOf: folder.policy)
      #expect(policy.trainingSteps == report.steps)
      try folder.problem().check(policy)
      let checkpoints = try FileManager.default.contentsOfDirectory(atPath: folder.checkpoints)
      #expect(checkpoints.count == (algorithm == "dqn" ? 3 : 2))
      #expect(try AtomicFile.read(folder.checkpoint(step: report.steps)) == AtomicFile.read(folder.policy))
      let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(files.contains { $0.hasPrefix("events.out.tfevents") })

      // Every checkpoint's score stands in the row of its step, and no step has two rows.
      let metrics = try CSVTable(contentsOf: folder.metrics)
      let (steps, scores) = (
        try #require(metrics.column("time/total_timesteps")), try #require(metrics.column("eval/score"))
      )
      let rows = (0..<metrics.rowCount).map { metrics.number(row: $0, column: steps) }
      #expect(Set(rows).count == rows.count)
      let scored = (0..<metrics.rowCount).filter { metrics.number(row: $0, column: scores) != nil }
      #expect(scored.count == checkpoints.count && scored.last == metrics.rowCount - 1)

      let evaluation = try evaluate(run: folder, episodes: 20, seed: 3)
      #expect(evaluation.baselines.map(\.name) == ["random"])
      // A checkpoint stands for the policy, and its documents stand beside those of the policy kept.
      let first = try RunFolder(opening: folder.checkpoints + "/" + checkpoints.sorted()[0])
      #expect(first.evaluation != folder.evaluation && first.path == folder.path)
      #expect(try first.readPolicy().trainingSteps < report.steps)
      try FileManager.default.removeItem(atPath: folder.policy)
      let missing = #expect(throws: InputError.self) { try folder.readPolicy() }
      #expect(missing?.description.contains(checkpoints.sorted()[checkpoints.count - 1]) == true)
      #expect(throws: InputError.self) { try RunFolder(creating: folder.path) }
    }
  }

  /// A hundred checkpoints of a run whose lanes or rollouts do not divide what lies between them.
  @Test func stepsAreThoseAskedForUpToTheLastRound() throws {
    let many = ["steps=5000", "evaluations=100", "evaluation_episodes=2"]
    #expect(try train("Identity-2x2", "dqn", many + ["lanes=64"]).steps == 5056)
    let rollout = 8 * 128
    #expect(try train("Identity-2x2", "ppo", many).steps == (5000 + rollout - 1) / rollout * rollout)
  }

  @Test func checkpointsChangeNothing() throws {
    let weights = try [["evaluations=1"], ["checkpoint_steps=1500"], ["checkpoint_steps=300"]].map {
      interval in
      let report = try train("CartPole-v1", "dqn", short + ["checkpoint_steps=none"] + interval)
      return try Policy(contentsOf: report.run + "/policy.safetensors").weights
    }
    #expect(weights[0] == weights[1] && weights[0] == weights[2])
  }

  @Test func aDivergedRunKeepsTheLastGoodPolicy() throws {
    try withTemporaryFolder { parent in
      #expect(throws: (any Error).self) {
        try train(
          "CartPole-v1", "dqn", short + ["agent.reward_scale=1e30", "validation_episodes=2"],
          in: parent + "/run")
      }
      // Reading a policy refuses numbers that are not finite.
      let folder = try RunFolder(opening: parent + "/run")
      try folder.problem().check(Policy(contentsOf: folder.policy))
    }
  }

  @Test(arguments: TabularRule.allCases) func tablesReachTheOptimumOfTheCliff(rule: TabularRule) throws {
    let report = try train("CliffWalking-v1", rule.rawValue, ["steps=100_000", "seeds=3"])
    let optimum = try #require(report.best?.value)
    // Thirteen steps at 1 each, discounted by 0.99.
    #expect(abs(optimum + (1 - 0.8775210229989678) / 0.01) < 1e-6)
    #expect(report.scores.allSatisfy { $0 >= optimum - 0.01 * abs(optimum) })
  }

  /// Two channels could be weighed one by one; the third's carry-over and the budget tie all nine choices together.
  @Test func theSmallBudgetProblemKnowsItsBestReturn() throws {
    let problem = try BudgetProblem(bundled: "Budget-3x4")
    let best = try #require(try problem.bestScore(discount: nil, episodes: 1))
    guard case .optimum(let optimum) = best else {
      Issue.record("A market without chance has an optimum, not a bound.")
      return
    }
    #expect(abs(optimum - 283.51) < 0.005)
    // Without chance, every lane plays alike: levels by hand, 900 of money in all.
    let environment = BudgetAllocation(market: problem.market, observation: .advertiser)
    let lanes = VectorEnvironment(count: 2, seed: 9) { environment }
    func outcome(_ levels: [[Int32]]) -> Float {
      lanes.reset()
      return levels.reduce(0) { sum, tick in
        lanes.step(actions: tick + tick)
        #expect(lanes.rewards[0] == lanes.rewards[1])
        return sum + lanes.rewards[0]
      }
    }
    #expect(Double(outcome([[1, 2, 0], [1, 2, 1], [1, 1, 0]])) < optimum)
    #expect(Double(outcome([[3, 3, 3], [0, 0, 0], [0, 0, 0]])) < 0.9 * optimum)
  }

  @Test(arguments: ["paired-double-dqn", "dqn", "ppo", "a2c", "reinforce"])
  func everyAlgorithmTrainsAMarket(algorithm: String) throws {
    try withTemporaryFolder { parent in
      let small = [
        "steps=600", "lanes=8", "checkpoint_steps=none", "evaluations=1", "validation_episodes=4",
        "evaluation_episodes=4",
      ]
      let agent = algorithm.hasSuffix("dqn") ? ["agent.warmup_steps=200", "agent.batch_size=32"] : []
      let report = try train("nine-campaigns", algorithm, small + agent, in: parent + "/run")
      #expect(report.scores.count == 1 && report.scores[0] > 0)
      let evaluation = try evaluate(run: RunFolder(opening: parent + "/run"), episodes: 8, seed: 1)
      #expect(evaluation.policy.summary.mean > 0 && evaluation.violations == 0)
    }
  }

  @Test func everyPresetIsValid() throws {
    var found = 0
    for application in applications {
      for name in application.bundledNames {
        let problem = try application.init(bundled: name)
        for algorithm in problem.algorithms where problem.preset(for: algorithm) != nil {
          found += 1
          _ = try decide(TrainingRequest(problem: name, algorithm: algorithm.name)).yaml
        }
      }
    }
    #expect(found >= 17)
  }

  @Test func variantsOfDQNTakeItsPreset() throws {
    func preset(_ problem: String, _ algorithm: String) throws -> String? {
      let problem = try findProblem(problem)
      return problem.preset(for: try #require(problem.algorithms.first { $0.name == algorithm }))
    }
    let plain = try #require(try preset("Acrobot-v1", "dqn"))
    #expect(try preset("Acrobot-v1", "double-dqn") == plain)
    #expect(try preset("CartPole-v1", "qr-dqn") != preset("CartPole-v1", "dqn"), "it has one of its own")
    #expect(try preset("Acrobot-v1", "a2c") == nil)
  }

  @Test(arguments: [
    ("CartPole-v1", "sarsa", [], "--algorithm sarsa: CartPole-v1 has no such algorithm"),
    ("Taxi-v3", "sarsa", ["lanes=2"], "configuration: a table learns from one episode"),
    ("nine-campaigns", "dqn", ["agent.head=joint"], "configuration: A joint head has an output for each"),
    ("nine-campaigns", "dqn", ["agent.head=joint", "observation=planner"], "configuration: A joint head"),
    (
      "nine-campaigns", "dqn", ["agent.head=branching", "agent.spend_cap=true", "observation=planner-costs"],
      "configuration: A spend cap weighs values"
    ),
    (
      "nine-campaigns", "dqn", ["agent.spend_cap=true"],
      "configuration: A spend cap needs observations that name"
    ),
    (
      "nine-campaigns", "paired-double-dqn", ["observation=advertiser"],
      "configuration: 'counterfactual: true' needs"
    ),
    ("nine-campaigns", "paired-double-dqn", ["agent.n_step=3"], "configuration: Pairs"),
    (
      "nine-campaigns", "dqn", ["agent.replay_capacity=100"],
      "configuration: 'agent.replay_capacity' is too small"
    ),
  ])
  func whatDoesNotFitIsRefusedBeforeAnythingIsWritten(
    problem: String, algorithm: String, overrides: [String], message: String
  ) throws {
    try withTemporaryFolder { parent in
      let error = #expect(throws: InputError.self) {
        try train(problem, algorithm, overrides, in: parent + "/run")
      }
      #expect(error?.description.hasPrefix(message) == true, "\(error?.description ?? "")")
      #expect(!FileManager.default.fileExists(atPath: parent + "/run"))
    }
  }

  @Test func namesNearMissesOfProblems() {
    let error = #expect(throws: InputError.self) { try findProblem("Cartpole-v1") }
    #expect(error?.description.contains("did you mean 'CartPole-v1'?") == true)
  }

  /// Of several that ask for one folder at once, one gets it.
  @Test func aFolderIsCreatedForOneRunOnly() async throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "run-\(UUID())").path()
    let created = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 { group.addTask { (try? RunFolder(creating: path)) != nil } }
      return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
    }
    #expect(created == 1)
  }

  @Test func exportsExactly() throws {
    try withTemporaryFolder { parent in
      _ = try train("CartPole-v1", "dqn", short, in: parent + "/run")
      let policy = try Policy(contentsOf: parent + "/run/policy.safetensors")
      let export = try PolicyExport(
        .network(policy), format: .safetensors, to: parent + "/exported.safetensors")
      #expect(export.maximumDifference == 0)
      #expect(export.digest == sha256(of: try AtomicFile.read(parent + "/exported.safetensors")))
      #expect(export.json["format"]?.string == "safetensors")
    }
  }
}
