import Environments
import LinearAlgebra

/// Learns the values of a finite problem's actions by playing it: Q-learning, SARSA, expected SARSA, double Q-learning.
///
/// ```swift
/// var learner = TabularLearner(world: Taxi(), configuration: .init(rule: .qLearning))
/// learner.train(steps: 500_000)
/// let policy = learner.policy
/// ```
///
/// Play is ε-greedy. An episode that is truncated is cut, but its last state keeps its value in the update.
public struct TabularLearner<World: FiniteEnvironment>: Sendable {
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
  public var policy: [Int] { (0..<world.transitions.stateCount).map { table.greedyAction($0) } }

  /// Plays `steps` steps, beginning with a new episode and learning from each; may be called again.
  public mutating func train(steps count: Int) {
    precondition(count >= 0, "Training needs a number of steps, not \(count).")
    let limit = world.timeLimit ?? Int.max
    let total = scheduleSteps ?? max(1, count)
    scheduleSteps = total
    func progress(_ steps: Int) -> Float { Float(Double(steps) / Double(total)) }
    var epsilon = Double(configuration.epsilon.value(at: progress(steps)))
    var state = world.makeState(stream: &chance)
    var action = act(state, epsilon: epsilon)
    var age = 0
    for _ in 0..<count {
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
      if outcome.isTerminal || age == limit {
        state = world.makeState(stream: &chance)
        action = act(state, epsilon: epsilon)
        age = 0
      } else {
        state = outcome.nextState
        action = nextAction
      }
    }
  }

  /// The greedy action, or with probability ε any.
  private mutating func act(_ state: Int, epsilon: Double) -> Int {
    if Double(exploration.uniform()) < epsilon { return exploration.integer(below: table.actionCount) }
    return table.greedyAction(state)
  }
}
