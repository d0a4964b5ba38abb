import LinearAlgebra
import NeuralNetworks

/// What one update learns from: windows on transitions (s, a, r, s') that somebody else owns.
public struct TransitionBatch {
  /// Batch × observation size: the states, normalised.
  package let observations: MatrixView
  /// Batch × branches: the choice of each branch.
  package let actions: UnsafePointer<Int32>
  /// Batch: the discounted sums of the (scaled) rewards of n steps.
  package let rewards: UnsafePointer<Float>
  /// Batch: what the next state's value counts: γⁿ, or 0 where the episode terminated.
  package let discounts: UnsafePointer<Float>
  /// Batch × observation size: the states n steps later, normalised.
  package let nextObservations: MatrixView
  /// Batch: what each transition's loss counts (importance weights); nil counts all alike.
  package let weights: UnsafePointer<Float>?
  /// What the choices of the next states cost, and what their actions may cost, where a cap limits greedy actions.
  package let nextLimits: SpendLimits?
  /// Whether rows 2i and 2i + 1 are a pair: two actions tried in one state with the same luck. See `ExpectedValueLoss.pairs`.
  package let paired: Bool

  /// Gathers the windows of a batch.
  package init(
    observations: MatrixView, actions: UnsafePointer<Int32>, rewards: UnsafePointer<Float>,
    discounts: UnsafePointer<Float>, nextObservations: MatrixView, weights: UnsafePointer<Float>? = nil,
    nextLimits: SpendLimits? = nil, paired: Bool = false
  ) {
    precondition(
      observations.rows == nextObservations.rows && observations.columns == nextObservations.columns,
      "States and next states must have the same shape.")
    precondition(!paired || observations.rows % 2 == 0, "Pairs make an even number of transitions.")
    self.observations = observations
    self.actions = actions
    self.rewards = rewards
    self.discounts = discounts
    self.nextObservations = nextObservations
    self.weights = weights
    self.nextLimits = nextLimits
    self.paired = paired
  }

  /// The number of transitions.
  package var count: Int { observations.rows }
}
