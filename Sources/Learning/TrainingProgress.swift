/// How far training is, and how it goes.
public struct TrainingProgress: Sendable, Equatable {
  /// Environment steps played so far, of all lanes together.
  public let steps: Int
  /// The step count at which the running call of `train` ends.
  public let totalSteps: Int
  /// Episodes ended so far.
  public let episodes: Int
  /// The mean undiscounted return of the last 100 episodes, or of the last as many as there are lanes, whichever is
  /// more; nil before the first episode ended.
  public let meanReturn: Double?
  /// ε of the last step.
  public let epsilon: Float
  /// Adam's step size at the last step.
  public let learningRate: Float
  /// Updates done so far.
  public let updates: Int
  /// The means over the updates since the last report; nil where there was none.
  public let learning: Learning?

  /// How updates went, in means over some of them.
  public struct Learning: Sendable, Equatable {
    /// The Huber loss.
    public let loss: Double
    /// The Euclidean norm of all gradients before clipping.
    public let gradientNorm: Double
    /// The value of the actions in the batch, in scaled reward units.
    public let meanQ: Double
  }
}

/// Whether training goes on after a report.
public enum TrainingDirective: Sendable {
  /// Go on.
  case proceed
  /// Stop with what there is.
  case stop
}

/// Why training could not go on.
public enum TrainingError: Error, Equatable, CustomStringConvertible {
  /// The loss is no longer a finite number, or larger than `maximumLoss`; the step count at which that was seen.
  case diverged(step: Int, loss: Float)

  /// What happened and how to mend it, in one line.
  public var description: String {
    switch self {
    case .diverged(let step, let loss):
      "training diverged at step \(step) with a loss of \(loss); lower the learning rate or the maximum gradient norm"
    }
  }
}
