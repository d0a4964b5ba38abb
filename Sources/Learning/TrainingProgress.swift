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
  /// The step size of the last update.
  public let learningRate: Float
  /// Updates done so far.
  public let updates: Int
  /// What the learner measures of itself, means over the updates since the last report, in the order to be shown: always
  /// the same names of one learner, NaN where there was no update.
  public let metrics: [Metric]

  /// A named number.
  public struct Metric: Sendable, Equatable {
    /// Its name: "exploration_rate", "loss", "gradient_norm", "mean_q", "policy_loss", "value_loss", "entropy",
    /// "divergence" or "clip_fraction".
    public let name: String
    /// The number.
    public let value: Double

    /// Names a number.
    package init(_ name: String, _ value: Double) {
      self.name = name
      self.value = value
    }
  }

  /// The metric of a name; nil where the learner has none.
  package subscript(name: String) -> Double? { metrics.first { $0.name == name }?.value }

  /// Puts a report together.
  public init(
    steps: Int, totalSteps: Int, episodes: Int, meanReturn: Double?, learningRate: Float, updates: Int,
    metrics: [Metric]
  ) {
    self.steps = steps
    self.totalSteps = totalSteps
    self.episodes = episodes
    self.meanReturn = meanReturn
    self.learningRate = learningRate
    self.updates = updates
    self.metrics = metrics
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
