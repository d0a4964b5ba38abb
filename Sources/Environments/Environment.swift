import LinearAlgebra

/// A sequential decision problem that can be stepped in blocks of lanes.
///
/// The value describes the problem and holds no state of an episode; `makeBlock` makes the state of a contiguous
/// range of lanes. Randomness depends on the seed and the lane alone, never on how lanes are cut into blocks.
public protocol Environment: Sendable {
  /// The running state of a range of lanes.
  associatedtype Block: EnvironmentBlock

  /// The length of one observation row.
  var observationSize: Int { get }
  /// The choices of one step.
  var actionSpace: ActionSpace { get }
  /// One name per observation column.
  var observationNames: [String] { get }
  /// The columns of an observation that hold a planner's prior: first the value of the state, then one advantage per
  /// (branch, choice) in branch order, the best of a branch at 0. Nil where there is no prior.
  var priorColumns: Range<Int>? { get }
  /// The columns of an observation that hold a mask: one per (branch, choice) in branch order, a number above 0 where the
  /// choice is allowed. Every branch needs an allowed choice. Nil where everything always is.
  var maskColumns: Range<Int>? { get }
  /// The columns of an observation that hold what each choice is expected to cost, one per (branch, choice) in branch
  /// order; and the column of what an action may cost altogether, in the same unit. Some action must always be within it.
  /// Both nil where actions have no cost that limits them.
  var costColumns: Range<Int>? { get }
  /// See `costColumns`.
  var budgetColumn: Int? { get }
  /// Whether a step also writes what a reference action would have led to; see `Counterfactual`.
  var hasCounterfactual: Bool { get }
  /// About how many nanoseconds a step of one lane takes: decides how many threads a step of all lanes is worth, and
  /// nothing else.
  var nanosecondsPerStep: Int { get }
  /// What a saved policy should say of the problem it was trained on, as text by key.
  var metadata: [String: String] { get }
  /// Creates the state of the lanes of a range.
  func makeBlock(lanes: Range<Int>, seed: UInt64) -> Block
}

extension Environment {
  /// Names by column number.
  public var observationNames: [String] { (0..<observationSize).map { "observation_\($0)" } }
  /// No prior.
  public var priorColumns: Range<Int>? { nil }
  /// No mask.
  public var maskColumns: Range<Int>? { nil }
  /// No costs.
  public var costColumns: Range<Int>? { nil }
  /// No budget.
  public var budgetColumn: Int? { nil }
  /// Nothing but what was played.
  public var hasCounterfactual: Bool { false }
  /// Enough for every thread from some hundred lanes on.
  public var nanosecondsPerStep: Int { 1000 }
  /// Nothing to say.
  public var metadata: [String: String] { [:] }
}

/// The running state of a contiguous range of lanes, one episode per lane, stepped by one thread at a time.
public protocol EnvironmentBlock: AnyObject {
  /// Starts a new episode in every lane and writes the first observations, a row per lane.
  func reset(observations: MatrixView)

  /// Plays one step in every lane, and starts a new episode in the same step where one ended.
  ///
  /// - Parameters:
  ///   - actions: lanes × branches, row-major: the choice of each branch.
  ///   - result: where the step's results go.
  func step(actions: UnsafePointer<Int32>, result: StepResult)
}

/// Where a block writes what a reference action would have led to from the same state with the same luck.
///
/// Both plays end alike: where the step ended the episode, the counterfactual step did.
public struct Counterfactual: @unchecked Sendable {
  /// Lanes × branches: the reference action.
  public let actions: UnsafeMutablePointer<Int32>
  /// Lanes: the reward it would have had.
  public let rewards: UnsafeMutablePointer<Float>
  /// Lanes × observation size: the observation it would have led to; not written where the episode ended.
  public let observations: MatrixView

  /// Gathers the destinations of one counterfactual step.
  public init(
    actions: UnsafeMutablePointer<Int32>, rewards: UnsafeMutablePointer<Float>, observations: MatrixView
  ) {
    self.actions = actions
    self.rewards = rewards
    self.observations = observations
  }
}

/// Where a block writes what a step led to; every array starts at the block's first lane.
public struct StepResult: @unchecked Sendable {
  /// Lanes × observation size: the observation to act on next (of the new episode, where one ended).
  public let observations: MatrixView
  /// Lanes × observation size: the last observation of the episode, written only in lanes where one ended.
  public let finalObservations: MatrixView
  /// Lanes: the reward of the step.
  public let rewards: UnsafeMutablePointer<Float>
  /// Lanes: whether the episode ended in a terminal state, whose value is 0.
  public let terminated: UnsafeMutablePointer<Bool>
  /// Lanes: whether the episode was cut by a limit of time, the state's value standing.
  public let truncated: UnsafeMutablePointer<Bool>
  /// What a reference action would have led to; nil where the environment has none.
  public let counterfactual: Counterfactual?

  /// Gathers the destinations of one step.
  public init(
    observations: MatrixView, finalObservations: MatrixView, rewards: UnsafeMutablePointer<Float>,
    terminated: UnsafeMutablePointer<Bool>, truncated: UnsafeMutablePointer<Bool>,
    counterfactual: Counterfactual? = nil
  ) {
    self.observations = observations
    self.finalObservations = finalObservations
    self.rewards = rewards
    self.terminated = terminated
    self.truncated = truncated
    self.counterfactual = counterfactual
  }

  /// The results of a range of lanes.
  ///
  /// - Parameter branches: the number of choices of an action.
  @inlinable public func lanes(_ range: Range<Int>, branches: Int) -> StepResult {
    StepResult(
      observations: observations.rows(range), finalObservations: finalObservations.rows(range),
      rewards: rewards + range.lowerBound, terminated: terminated + range.lowerBound,
      truncated: truncated + range.lowerBound,
      counterfactual: counterfactual.map {
        Counterfactual(
          actions: $0.actions + range.lowerBound * branches, rewards: $0.rewards + range.lowerBound,
          observations: $0.observations.rows(range))
      })
  }
}
