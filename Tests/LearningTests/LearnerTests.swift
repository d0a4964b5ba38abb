import Environments
import Learning
import LinearAlgebra
import Testing

@Suite struct LearnerTests {
  private static let world = FrozenLake.small()

  private func learner(_ name: String) -> any Learner {
    let lanes = VectorEnvironment(count: 8, seed: 1) { Self.world }
    let shared = ActorCriticConfiguration(hidden: [16])
    return switch name {
    case "dqn":
      DoubleDQN(environments: lanes, configuration: DoubleDQNConfiguration(hidden: [16], warmupSteps: 64))
    case "ppo": PPO(environments: lanes, configuration: PPOConfiguration(shared: shared, rolloutSteps: 16))
    case "a2c": A2C(environments: lanes, configuration: A2CConfiguration(shared: shared))
    case "reinforce": REINFORCE(environments: lanes, configuration: REINFORCEConfiguration(shared: shared))
    case "table": TabularLearner(world: Self.world)
    default: TextbookLearner(Self.world)
    }
  }

  @Test(
    "Every learner plays on, reports alike and has a policy",
    arguments: ["dqn", "ppo", "a2c", "reinforce", "table", "textbook"])
  func everyLearnerPlaysOnReportsAlikeAndHasAPolicy(name: String) throws {
    let learner = learner(name)
    var reports: [TrainingProgress] = []
    for _ in 0..<2 {
      try learner.train(steps: 1000, progressInterval: 400) {
        reports.append($0)
        return .proceed
      }
    }
    #expect(learner.steps >= 2000 && reports.last?.steps == learner.steps)
    #expect(
      zip(reports, reports.dropFirst()).allSatisfy { $0.steps < $1.steps && $0.episodes <= $1.episodes })
    let names = try #require(reports.first).metrics.map(\.name)
    #expect(!names.isEmpty && reports.allSatisfy { $0.metrics.map(\.name) == names })
    let policy = try #require(learner.trained.network)
    #expect(policy.trainingSteps == learner.steps)
    #expect(policy.shape.layout == Self.world.observationLayout)
    #expect((0...1).contains(try learner.score(episodes: 50, seed: 1)))
  }

  @Test(arguments: TabularRule.allCases)
  func aTablesPolicyPlaysTheTable(rule: TabularRule) throws {
    let learner = TabularLearner(world: Taxi(), configuration: TabularConfiguration(rule: rule))
    try learner.train(steps: 20_000)
    let runner = PolicyRunner(learner.policy, maximumBatch: 1)
    for (state, action) in learner.greedyActions.enumerated() {
      let values = learner.table.actionValues(state)
      var row = [Float](repeating: 0, count: learner.greedyActions.count)
      row[state] = 1
      var played: Int32 = -1
      let observation = Matrix(rows: 1, columns: row.count, row)
      runner.act(observations: observation.view, into: &played)
      // Values that single precision cannot tell apart may be played for each other.
      #expect(abs(values[Int(played)] - values[action]) <= 1e-5 * max(1, abs(values[action])))
    }
  }
}
