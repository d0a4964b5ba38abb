import Apportion
import Documents
import Foundation
import Runs
import Testing

@Suite struct TrainProblemTests {
  private func train<Agent>(
    _ problem: String, _ algorithm: Algorithm, _ configuration: ProblemConfiguration<Agent>
  ) throws -> ProblemReport {
    let folder = FileManager.default.temporaryDirectory.appending(path: "problem-\(UUID())").path()
    return try trainProblem(
      try Problem(named: problem), algorithm: algorithm, configuration: configuration, folder: folder)
  }

  @Test func seedsTrainSideBySideAndLeaveCurvesAndPolicies() throws {
    var configuration = ProblemConfiguration<PPOConfiguration>()
    configuration.steps = 4096
    configuration.seed = 5
    configuration.seeds = 3
    configuration.evaluations = 2
    configuration.evaluationEpisodes = 10
    configuration.agent.shared.discount = 0
    let reports = try [1, 3].map { threads in
      configuration.threads = threads
      return try train("Identity-2x2", .ppo, configuration)
    }
    #expect(reports[0].curves == reports[1].curves)
    let report = reports[0]
    #expect(report.curves.steps == [2048, 4096] && report.scores.count == 3)
    // Guessing earns 50 of 100.
    #expect(report.mean > 80 && report.interval.contains(report.mean))
    let table = try String(contentsOfFile: report.run + "/curves.csv", encoding: .utf8).split(separator: "\n")
    #expect(table.count == 3 && table[0] == "steps,iqm,low,high,seed_5,seed_6,seed_7")
    #expect(try String(contentsOfFile: report.run + "/curves.svg", encoding: .utf8).hasSuffix("</svg>\n"))
    // The first seed's policy stands where exports look for it; there is no market to evaluate it in.
    let folder = try RunFolder(opening: report.run)
    #expect(
      try Policy(contentsOf: folder.policy)
        == Policy(contentsOf: report.run + "/checkpoints/seed-5.safetensors"))
    #expect(throws: FileError.self) { try evaluatePolicy(folder, episodes: 1, seed: 1) }
    let policy = try Policy(contentsOf: report.run + "/checkpoints/seed-6.safetensors")
    let replayed = evaluate(policy, in: IdentityTask(branchSizes: [2, 2]), episodes: 10, seed: 6)
    #expect(replayed.mean == report.scores[1])
    // The file that a run leaves gives the same run.
    let again = try ProblemConfiguration<PPOConfiguration>(file: report.run + "/config.yaml")
    #expect(again.yaml == configuration.yaml.replacing("threads: 3", with: "threads: 1"))
  }

  /// A hundred evaluations of a run whose lanes or rollouts do not divide what lies between them.
  @Test func stepsAreThoseAskedForUpToTheLastRound() throws {
    func steps<Agent>(_ algorithm: Algorithm, _ defaults: ProblemConfiguration<Agent>) throws -> Int {
      var configuration = defaults
      configuration.steps = 5000
      configuration.evaluations = 100
      configuration.evaluationEpisodes = 2
      let report = try train("Identity-2x2", algorithm, configuration)
      return try Policy(contentsOf: report.run + "/checkpoints/seed-1.safetensors").trainingSteps
    }
    var dqn = ProblemConfiguration<DoubleDQNConfiguration>()
    dqn.lanes = 64
    #expect(try steps(.dqn, dqn) == 5056)
    let ppo = ProblemConfiguration<PPOConfiguration>()
    let rollout = ppo.lanes * ppo.agent.rolloutSteps
    #expect(try steps(.ppo, ppo) == (5000 + rollout - 1) / rollout * rollout)
  }

  @Test(arguments: [Algorithm.qLearning, .sarsa, .expectedSarsa, .doubleQLearning])
  func tablesReachTheOptimumOfTheCliff(algorithm: Algorithm) throws {
    let preset = Preset.file("CliffWalking-v1", algorithm)
    var configuration = try ProblemConfiguration<TabularConfiguration>(file: preset)
    configuration.steps = 100_000
    configuration.seeds = 3
    let report = try train("CliffWalking-v1", algorithm, configuration)
    let optimum = try #require(report.optimum)
    // Thirteen steps at 1 each, discounted by 0.99.
    #expect(abs(optimum + (1 - 0.8775210229989678) / 0.01) < 1e-6)
    #expect(report.scores.allSatisfy { $0 >= optimum - 0.01 * abs(optimum) })
  }

  /// Two channels could be weighed one by one; the third's carry-over and the budget tie all nine choices together.
  @Test func theSmallBudgetProblemKnowsItsBestReturn() throws {
    let problem = try Problem(named: "Budget-3x4")
    let best = try #require(problem.bestReturn?())
    let environment = try #require(problem.environment as? BudgetAllocation)
    // Without chance, every lane plays alike: levels by hand, 900 of money in all.
    let lanes = VectorEnvironment(count: 2, seed: 9) { environment }
    func outcome(_ levels: [[Int32]]) -> Float {
      lanes.reset()
      return levels.reduce(0) { sum, tick in
        lanes.step(actions: tick + tick)
        #expect(lanes.rewards[0] == lanes.rewards[1])
        return sum + lanes.rewards[0]
      }
    }
    #expect(Double(outcome([[1, 2, 0], [1, 2, 1], [1, 1, 0]])) < best)
    #expect(Double(outcome([[3, 3, 3], [0, 0, 0], [0, 0, 0]])) < 0.9 * best)
    // What is known exactly is what runs are measured against, not the bound.
    var configuration = ProblemConfiguration<PPOConfiguration>()
    configuration.steps = 200
    configuration.evaluations = 1
    configuration.evaluationEpisodes = 2
    #expect(try train("Budget-3x4", .ppo, configuration).optimum == best)
  }

  @Test func everyAlgorithmTrainsAMarket() throws {
    func check<Agent>(_ algorithm: Algorithm, _ defaults: ProblemConfiguration<Agent>) throws {
      var configuration = defaults
      configuration.steps = 600
      configuration.evaluations = 1
      configuration.evaluationEpisodes = 4
      #expect(try train("nine-campaigns", algorithm, configuration).mean > 0)
    }
    try check(.ppo, ProblemConfiguration<PPOConfiguration>())
    try check(.a2c, ProblemConfiguration<A2CConfiguration>())
    try check(.reinforce, ProblemConfiguration<REINFORCEConfiguration>())
    try check(.dqn, ProblemConfiguration<DoubleDQNConfiguration>())
  }

  @Test func everyPresetIsValid() throws {
    var found = 0
    for name in Problem.classics.map(\.name) + Market.bundledNames {
      for algorithm in Algorithm.allCases {
        guard let file = Preset.file(name, algorithm) else { continue }
        found += 1
        switch algorithm {
        case .dqn, .doubleDQN, .quantileDQN: _ = try ProblemConfiguration<DoubleDQNConfiguration>(file: file)
        case .ppo: _ = try ProblemConfiguration<PPOConfiguration>(file: file)
        case .a2c: _ = try ProblemConfiguration<A2CConfiguration>(file: file)
        case .reinforce: _ = try ProblemConfiguration<REINFORCEConfiguration>(file: file)
        default: _ = try ProblemConfiguration<TabularConfiguration>(file: file)
        }
      }
    }
    #expect(found >= 17)
  }

  @Test func variantsOfDQNTakeItsPreset() throws {
    let plain = try #require(Preset.file("Acrobot-v1", .dqn))
    #expect(Preset.file("Acrobot-v1", .doubleDQN) == plain)
    #expect(
      Preset.file("CartPole-v1", .quantileDQN) != Preset.file("CartPole-v1", .dqn), "it has one of its own")
    #expect(Preset.file("Acrobot-v1", .a2c) == nil)
  }

  @Test func whatDoesNotFitIsRefusedBeforeAnythingIsWritten() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "problem-\(UUID())").path()
    #expect(throws: ConfigurationError.self) {
      try trainProblem(
        try Problem(named: "CartPole-v1"), algorithm: .sarsa,
        configuration: ProblemConfiguration<TabularConfiguration>(), folder: folder)
    }
    #expect(!FileManager.default.fileExists(atPath: folder))
    #expect(throws: ConfigurationError.self) { try Problem(named: "Cartpole-v1") }
  }
}
