import Environments
import LinearAlgebra
import NeuralNetworks

/// Learns the values of a finite problem's actions by playing it: Q-learning, SARSA, expected SARSA, double Q-learning.
///
/// ```swift
/// let learner = TabularLearner(world: Taxi(), configuration: .init(rule: .qLearning))
/// try learner.train(steps: 500_000)
/// let actions = learner.greedyActions
/// ```
///
/// Play is ε-greedy. An episode that is truncated is cut, but its last state keeps its value in the update.
public final class TabularLearner<World: FiniteEnvironment>: Learner {
  /// The problem.
  public let world: World
  /// The hyperparameters.
  public let configuration: TabularConfiguration
  /// What was learned.
  public private(set) var table: ActionValueTable
  /// Environment steps played so far.
  public private(set) var steps = 0
  private var visits: [Int]
  private var chance: RandomStream
  private var exploration: RandomStream
  private var scheduleSteps: Int?
  private var record = EpisodeRecord(lanes: 1)

  /// Creates a learner that knows nothing.
  public init(world: World, configuration: TabularConfiguration = TabularConfiguration()) {
    configuration.check()
    self.world = world
    self.configuration = configuration
    let transitions = world.transitions
    table = ActionValueTable(
      stateCount: transitions.stateCount, actionCount: transitions.actionCount, rule: configuration.rule,
      initialValue: configuration.initialValue)
    visits = Array(repeating: 0, count: transitions.stateCount * transitions.actionCount)
    chance = RandomStream(seed: configuration.seed, purpose: .episode)
    exploration = RandomStream(seed: configuration.seed, purpose: .exploration)
    scheduleSteps = configuration.scheduleSteps
  }

  /// The greedy action of every state.
  public var greedyActions: [Int] { (0..<world.transitions.stateCount).map { table.greedyAction($0) } }

  /// The table as a network without hidden layers, whose weights are its values.
  public var policy: Policy {
    let (states, actions) = (world.transitions.stateCount, table.actionCount)
    let shape = NetworkShape(layout: world.observationLayout, hidden: [], branchSizes: [actions])
    let values = (0..<states).map { table.actionValues($0) }
    let means = values.map { $0.reduce(0, +) / Double(actions) }
    let rows = [means] + (0..<actions).map { action in values.map { $0[action] } }
    return Policy(
      shape: shape, weights: rows.joined().map { Float($0) } + [Float](repeating: 0, count: 1 + actions),
      normalizer: ObservationNormalizer(identity: states), metadata: world.metadata,
      trainingSeed: configuration.seed, trainingSteps: steps)
  }

  /// The exact discounted value of the greedy policy, the mean of the start states'; nothing is played.
  ///
  /// - Throws: `DynamicProgrammingError` where it is not finite.
  public func score(episodes: Int, seed: UInt64) throws -> Double {
    let values = try FiniteMDP(world.transitions).evaluate(
      policy: greedyActions, discount: configuration.discount)
    return world.startStates.reduce(0) { $0 + values[$1] } / Double(world.startStates.count)
  }

  /// Plays `steps` steps, beginning with a new episode and learning from each; reports every 10,000 unless told otherwise.
  public func train(
    steps count: Int, progressInterval: Int?, onProgress: (TrainingProgress) -> TrainingDirective
  ) throws(TrainingError) {
    precondition(count >= 0, "Training needs a number of steps, not \(count).")
    let (end, progressInterval) = (steps + count, progressInterval ?? 10_000)
    var reported = steps
    record.restart()
    let limit = world.timeLimit ?? Int.max
    let total = scheduleSteps ?? max(1, count)
    scheduleSteps = total
    func progress(_ steps: Int) -> Float { Float(Double(steps) / Double(total)) }
    var epsilon = Double(configuration.epsilon.value(at: progress(steps)))
    var state = world.makeState(stream: &chance)
    var action = act(state, epsilon: epsilon)
    var age = 0
    while steps < end {
      let progress = progress(steps)
      epsilon = Double(configuration.epsilon.value(at: progress))
      let pair = state * table.actionCount + action
      visits[pair] += 1
      let rate =
        Double(configuration.learningRate.value(at: progress))
        / Double(visits[pair]).power(configuration.visitExponent)
      let outcome = world.transitions.draw(state: state, action: action, stream: &chance)
      age += 1
      let nextAction = act(outcome.nextState, epsilon: epsilon)
      table.learn(
        TabularStep(
          state: state, action: action, reward: outcome.reward, nextState: outcome.nextState,
          nextAction: nextAction, isTerminal: outcome.isTerminal), rule: configuration.rule, rate: rate,
        discount: configuration.discount, epsilon: epsilon, stream: &exploration)
      steps += 1
      record.add(reward: outcome.reward, ends: outcome.isTerminal || age == limit, lane: 0)
      if outcome.isTerminal || age == limit {
        state = world.makeState(stream: &chance)
        action = act(state, epsilon: epsilon)
        age = 0
      } else {
        state = outcome.nextState
        action = nextAction
      }
      guard steps - reported >= progressInterval || steps == end else { continue }
      reported = steps
      let report = TrainingProgress(
        steps: steps, totalSteps: end, episodes: record.ended, meanReturn: record.meanReturn,
        learningRate: Float(rate), updates: steps,
        metrics: [TrainingProgress.Metric("exploration_rate", epsilon)])
      if onProgress(report) == .stop { return }
    }
  }

  /// The greedy action, or with probability ε any.
  private func act(_ state: Int, epsilon: Double) -> Int {
    if Double(exploration.uniform()) < epsilon { return exploration.integer(below: table.actionCount) }
    return table.greedyAction(state)
  }
}
