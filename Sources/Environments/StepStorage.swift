import LinearAlgebra

/// What the last step of all lanes led to: what blocks write through a `StepResult`, and learners read.
public final class StepStorage: Sendable {
  /// Lanes × observation size: what to act on next, raw.
  public let observations: Matrix
  /// Lanes × observation size: the last row of an episode, where the step ended one; otherwise stale.
  package let finalObservations: Matrix
  /// Lanes: the rewards.
  public let rewards: Buffer<Float>
  /// Lanes: whether the step ended the episode in a terminal state.
  public let terminated: Buffer<Bool>
  /// Lanes: whether the step cut the episode by a limit of time.
  public let truncated: Buffer<Bool>
  /// What reference actions would have led to; nil where the environment has none.
  package let counterfactual: CounterfactualStorage?

  /// Makes room for a step of some lanes.
  ///
  /// - Parameters:
  ///   - lanes: how many there are.
  ///   - observationSize: the length of an observation row.
  ///   - counterfactualBranches: the branches of an action, where reference actions are played too.
  package init(lanes: Int, observationSize: Int, counterfactualBranches: Int? = nil) {
    observations = Matrix(rows: lanes, columns: observationSize)
    finalObservations = Matrix(rows: lanes, columns: observationSize)
    rewards = Buffer(repeating: 0, count: lanes)
    terminated = Buffer(repeating: false, count: lanes)
    truncated = Buffer(repeating: false, count: lanes)
    counterfactual = counterfactualBranches.map {
      CounterfactualStorage(lanes: lanes, observationSize: observationSize, branches: $0)
    }
  }

  /// The number of lanes.
  public var lanes: Int { rewards.count }

  /// Whether a lane's episode has ended, in one way or the other.
  @inlinable package func hasEnded(_ lane: Int) -> Bool { terminated[lane] || truncated[lane] }
}

/// What reference actions would have led to from the same states with the same luck.
package final class CounterfactualStorage: Sendable {
  /// Lanes × branches: the reference actions.
  package let actions: Buffer<Int32>
  /// Lanes: the rewards they would have had.
  package let rewards: Buffer<Float>
  /// Lanes × observation size: the observations they would have led to; stale where the episode ended.
  package let observations: Matrix
  /// The choices of an action.
  package let branches: Int

  init(lanes: Int, observationSize: Int, branches: Int) {
    self.branches = branches
    actions = Buffer(repeating: 0, count: lanes * branches)
    rewards = Buffer(repeating: 0, count: lanes)
    observations = Matrix(rows: lanes, columns: observationSize)
  }
}
