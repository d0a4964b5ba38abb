import Documents
import Environments
import Learning

extension DoubleDQNConfiguration: AgentConfiguration {
  /// Numbers for small problems, on few lanes.
  static var small: DoubleDQNConfiguration {
    DoubleDQNConfiguration(
      hidden: [128, 128], isDueling: false, isDouble: false, learningRate: .linear(from: 1e-3, to: 1e-4),
      nStep: 1, batchSize: 64, replayCapacity: 100_000, warmupSteps: 1000, environmentStepsPerUpdate: 2,
      epsilon: .linear(from: 1, to: 0.05, until: 0.2))
  }

  package static var defaultLanes: Int { 8 }

  package mutating func adopt(rewardScale scale: Float) {
    if rewardScale == .automatic { rewardScale = .constant(scale) }
  }

  package func memory(of environment: any Environment, lanes: Int) -> Double {
    // What does not fit is refused for that, by `learner`.
    guard fault(for: environment) == nil else { return 0 }
    let (columns, branches) = (environment.observationLayout.size, environment.actionSpace.branchCount)
    let outputs =
      head == .joint ? environment.actionSpace.jointCount : Double(environment.actionSpace.choiceCount)
    let widths = [columns] + hidden + [Int(min(outputs, 0x1p40)) * max(1, quantiles) + 1]
    let row = 4 * Double(columns + branches + 8) * (environment.hasCounterfactual ? 2 : 1)
    return Double(replayCapacity) * row + memory(ofWidths: widths, rows: max(lanes, 2 * batchSize))
  }

  package mutating func adoptSizes(of policy: TrainedPolicy) {
    guard let policy = policy.network else { return }
    hidden = policy.shape.hidden
    head = policy.shape.aggregation
    spendCap = policy.shape.layout.spend != nil
  }

  package func learner(of environment: any Environment, seat: LearnerSeat, from initial: TrainedPolicy?)
    throws(InputError) -> any Learner
  {
    var configuration = self
    configuration.seed = seat.seed
    configuration.threads = seat.threads
    configuration.scheduleSteps = seat.steps
    let least = ReplayBuffer.minimumCapacity(lanes: seat.lanes, nStep: nStep)
    guard replayCapacity >= least else {
      throw InputError.configuration(
        "configuration",
        "'agent.replay_capacity' is too small for \(seat.lanes) lanes and \(nStep)-step targets",
        "set it to at least \(least)")
    }
    if let fault = fault(for: environment) {
      throw .configuration("configuration", String(fault.dropLast()), "change the one or the other")
    }
    guard initial == nil || initial?.network != nil else {
      throw InputError.configuration(
        "--from", "that policy is weakly coupled", "go on with --algorithm weakly-coupled")
    }
    guard initial == nil || quantiles == 0 else {
      throw InputError.configuration(
        "configuration", "a policy's file holds expected returns, so quantiles cannot be learned from there",
        "set 'agent.quantiles' to 0")
    }
    func make<E: Environment>(_ environment: E) -> any Learner {
      let lanes = seat.lanes(of: environment)
      guard let initial = initial?.network else {
        return DoubleDQN(environments: lanes, configuration: configuration)
      }
      return DoubleDQN(
        resuming: DoubleDQNCheckpoint(startingFrom: initial, seed: seat.seed), environments: lanes,
        configuration: configuration)
    }
    return make(environment)
  }
}

extension TabularConfiguration: AgentConfiguration {
  package static var defaultLanes: Int { 1 }
  package var scoreDiscount: Double? { discount }

  package static let settings: [Setting<TabularConfiguration>] = [
    .schedule("learning_rate", \.learningRate, .unit, "the share of the way an update goes"),
    .number(
      "visit_exponent", \.visitExponent, 0...1, "divides the learning rate by visits to the power of this"),
    .number("discount", \.discount, 0...1, "what a reward one step later is worth"),
    .schedule("exploration", \.epsilon, .unit, "chance that any action is played"),
    .number("initial_value", \.initialValue, -1e9...1e9, "the first value of every action"),
  ]

  package func learner(of environment: any Environment, seat: LearnerSeat, from initial: TrainedPolicy?)
    throws(InputError) -> any Learner
  {
    try refuse(initial)
    guard let world = environment as? any FiniteEnvironment else {
      throw InputError.configuration(
        "--algorithm \(rule.rawValue)", "tables need numbered states, which this problem does not have",
        "use dqn, ppo, a2c or reinforce")
    }
    guard seat.lanes == 1 else {
      throw InputError.configuration(
        "configuration", "a table learns from one episode at a time", "set 'lanes' to 1")
    }
    func make<World: FiniteEnvironment>(_ world: World) -> any Learner {
      TabularLearner(
        world: world,
        configuration: with {
          $0.seed = seat.seed
          $0.scheduleSteps = seat.steps
        })
    }
    return make(world)
  }
}
