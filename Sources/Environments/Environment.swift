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

  /// Gathers the destinations of one step.
  public init(
    observations: MatrixView, finalObservations: MatrixView, rewards: UnsafeMutablePointer<Float>,
    terminated: UnsafeMutablePointer<Bool>, truncated: UnsafeMutablePointer<Bool>
  ) {
    self.observations = observations
    self.finalObservations = finalObservations
    self.rewards = rewards
    self.terminated = terminated
    self.truncated = truncated
  }

  /// The results of a range of lanes.
  @inlinable public func lanes(_ range: Range<Int>) -> StepResult {
    StepResult(
      observations: observations.rows(range), finalObservations: finalObservations.rows(range),
      rewards: rewards + range.lowerBound, terminated: terminated + range.lowerBound,
      truncated: truncated + range.lowerBound)
  }
}
