import LinearAlgebra

/// The running state of a contiguous range of lanes, one episode per lane, stepped by one thread at a time.
public protocol EnvironmentBlock: AnyObject {
  /// Starts a new episode in every lane and writes the first observations, a row per lane.
  func reset(observations: inout MutableMatrixSpan)

  /// Plays one step in every lane, and starts a new episode in the same step where one ended.
  ///
  /// - Parameters:
  ///   - actions: lanes × branches, row-major: the choice of each branch.
  ///   - result: where the step's results go.
  func step(actions: Span<Int32>, result: inout StepResult)
}

/// Where a block writes what a step led to, a row per lane from the block's first lane on; every index is checked.
public struct StepResult: ~Copyable, ~Escapable {
  /// Lanes × observation size: the observation to act on next (of the new episode, where one ended).
  public var observations: MutableMatrixSpan
  /// Lanes × observation size: the last observation of the episode, written only in lanes where one ended.
  public var finalObservations: MutableMatrixSpan
  /// Lanes: the reward of the step.
  public var rewards: MutableSpan<Float>
  /// Lanes: whether the episode ended in a terminal state, whose value is 0.
  public var terminated: MutableSpan<Bool>
  /// Lanes: whether the episode was cut by a limit of time, the state's value standing.
  public var truncated: MutableSpan<Bool>
  /// What a reference action would have led to; nil where the environment has none.
  public var counterfactual: Counterfactual?

  /// The results of a range of lanes of the storage, which must outlive them.
  @_lifetime(borrow storage)
  package init(_ storage: borrowing StepStorage, lanes: Range<Int>) {
    let (first, count) = (lanes.lowerBound, lanes.count)
    observations = MutableMatrixSpan(unchecked: storage.observations.view.rows(lanes))
    finalObservations = MutableMatrixSpan(unchecked: storage.finalObservations.view.rows(lanes))
    rewards = _overrideLifetime(
      MutableSpan(_unsafeStart: storage.rewards.pointer + first, count: count), borrowing: storage)
    terminated = _overrideLifetime(
      MutableSpan(_unsafeStart: storage.terminated.pointer + first, count: count), borrowing: storage)
    truncated = _overrideLifetime(
      MutableSpan(_unsafeStart: storage.truncated.pointer + first, count: count), borrowing: storage)
    if let reference = storage.counterfactual {
      counterfactual = Counterfactual(reference, lanes: lanes)
    } else {
      counterfactual = nil
    }
  }
}

/// Where a block writes what a reference action would have led to from the same state with the same luck.
///
/// Both plays end alike: where the step ended the episode, the counterfactual step did.
public struct Counterfactual: ~Copyable, ~Escapable {
  /// Lanes × branches: the reference action.
  public var actions: MutableSpan<Int32>
  /// Lanes: the reward it would have had.
  public var rewards: MutableSpan<Float>
  /// Lanes × observation size: the observation it would have led to; not written where the episode ended.
  public var observations: MutableMatrixSpan

  @_lifetime(borrow storage)
  init(_ storage: borrowing CounterfactualStorage, lanes: Range<Int>) {
    let (first, branches) = (lanes.lowerBound, storage.branches)
    actions = _overrideLifetime(
      MutableSpan(_unsafeStart: storage.actions.pointer + first * branches, count: lanes.count * branches),
      borrowing: storage)
    rewards = _overrideLifetime(
      MutableSpan(_unsafeStart: storage.rewards.pointer + first, count: lanes.count), borrowing: storage)
    observations = MutableMatrixSpan(unchecked: storage.observations.view.rows(lanes))
  }
}
