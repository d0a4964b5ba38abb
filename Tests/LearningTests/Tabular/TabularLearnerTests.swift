import Environments
import Learning
import LinearAlgebra
import Testing

@Suite struct TabularLearnerTests {
  private var stream = RandomStream(seed: 1, purpose: .test)

  /// A table of two states and three actions whose values are known, for one rule.
  private mutating func table(_ rule: TabularRule) -> ActionValueTable {
    var table = ActionValueTable(stateCount: 2, actionCount: 3, rule: rule)
    // Terminal steps with α = 1 write a reward as the value.
    for (pair, value) in [0.5, -1, 2, 3, 1, -4].enumerated() {
      while table.values[pair] != value || (rule == .doubleQLearning && table.secondValues[pair] != value) {
        let step = TabularStep(
          state: pair / 3, action: pair % 3, reward: value, nextState: 0, nextAction: 0, isTerminal: true)
        table.learn(step, rule: rule, rate: 1, discount: 0.9, epsilon: 0, stream: &stream)
      }
    }
    return table
  }

  /// Q = 0.5 moves a quarter of the way to 7 + 0.9 · Q', the next values being 3, 1 and −4; ε = 0.3.
  @Test(
    "An update is the rule's",
    arguments: zip(
      [TabularRule.qLearning, .sarsa, .expectedSarsa, .doubleQLearning], [2.8, 1.225, 2.5975, 2.8]))
  mutating func anUpdateIsTheRules(rule: TabularRule, expected: Double) {
    var table = table(rule)
    var step = TabularStep(state: 0, action: 0, reward: 7, nextState: 1, nextAction: 2, isTerminal: false)
    table.learn(step, rule: rule, rate: 0.25, discount: 0.9, epsilon: 0.3, stream: &stream)
    let changed = table.values[0] == 0.5 ? table.secondValues[0] : table.values[0]
    #expect(abs(changed - expected) < 1e-12)
    #expect(Array(table.values[1...]) == [-1, 2, 3, 1, -4])
    step.isTerminal = true
    table = self.table(rule)
    table.learn(step, rule: rule, rate: 0.25, discount: 0.9, epsilon: 0.3, stream: &stream)
    let ended = table.values[0] == 0.5 ? table.secondValues[0] : table.values[0]
    #expect(abs(ended - (0.5 + 0.25 * 6.5)) < 1e-12)
  }

  @Test mutating func doubleQLearningValuesOneTablesChoiceByTheOther() {
    // Table A of state 1 prefers action 0 (value 1), B values that at 0 and prefers action 1 (value 5).
    var table = ActionValueTable(stateCount: 2, actionCount: 2, rule: .doubleQLearning)
    while !(table.values[2] == 1 && table.secondValues[3] == 5
      || table.values[3] == 5 && table.secondValues[2] == 1)
    {
      table = ActionValueTable(stateCount: 2, actionCount: 2, rule: .doubleQLearning)
      for (action, reward) in [1.0, 5].enumerated() {
        let step = TabularStep(
          state: 1, action: action, reward: reward, nextState: 0, nextAction: 0, isTerminal: true)
        table.learn(step, rule: .doubleQLearning, rate: 1, discount: 1, epsilon: 0, stream: &stream)
      }
    }
    let step = TabularStep(state: 0, action: 0, reward: 0, nextState: 1, nextAction: 0, isTerminal: false)
    for _ in 0..<20 {
      table.learn(step, rule: .doubleQLearning, rate: 1, discount: 1, epsilon: 0, stream: &stream)
    }
    // Whichever table chooses, the other one knows nothing of its choice: both values stay at 0.
    #expect(table.values[0] == 0 && table.secondValues[0] == 0)
  }

  @Test(arguments: TabularRule.allCases)
  func rulesFindTheShortestRides(rule: TabularRule) throws {
    let learner = TabularLearner(
      world: Taxi(), configuration: TabularConfiguration(rule: rule, learningRate: 0.5, discount: 0.99))
    try learner.train(steps: 300_000)
    #expect(learner.steps == 300_000)
    #expect(try shortfall(of: learner) < 0.01)
  }

  @Test func qLearningCrossesTheSlipperyLake() throws {
    let learner = TabularLearner(
      world: FrozenLake.large(),
      configuration: TabularConfiguration(
        rule: .qLearning, learningRate: .constant(1), visitExponent: 0.5, epsilon: 0.0, initialValue: 1,
        seed: 3))
    try learner.train(steps: 3_000_000)
    #expect(try shortfall(of: learner) < 0.01)
  }

  @Test func equalSeedsLearnEqualTables() throws {
    let tables = try [4, 4, 5].map { seed in
      let learner = TabularLearner(
        world: CliffWalking(), configuration: TabularConfiguration(seed: UInt64(seed)))
      try learner.train(steps: 5_000)
      return learner.table
    }
    #expect(tables[0] == tables[1] && tables[0] != tables[2])
  }

  @Test func aTruncatedEpisodeKeepsItsLastStatesValue() throws {
    // One state that pays 1 a step for ever, cut after three: Q = 1 / (1 − 0.5).
    let learner = TabularLearner(world: Treadmill(), configuration: TabularConfiguration(discount: 0.5))
    try learner.train(steps: 2_000)
    #expect(abs(learner.table.values[0] - 2) < 1e-6)
  }

  /// What the greedy policy gives away of the optimal value of the start states, as a share of it.
  private func shortfall<World>(of learner: TabularLearner<World>) throws -> Double {
    let process = FiniteMDP(learner.world.transitions)
    let discount = learner.configuration.discount
    let best = try process.valueIteration(discount: discount).values
    let values = try process.evaluate(policy: learner.greedyActions, discount: discount)
    let starts = learner.world.startStates
    let optimum = starts.reduce(0) { $0 + best[$1] }
    return (optimum - starts.reduce(0) { $0 + values[$1] }) / abs(optimum)
  }
}

/// One state that pays 1 for every step and never ends.
private struct Treadmill: FiniteEnvironment {
  let transitions = TransitionTable(stateCount: 1, actionCount: 1) { _, _ in
    [Outcome(nextState: 0, reward: 1)]
  }
  let startStates = [0]
  let timeLimit: Int? = 3
}
