import Learning

/// The settings of `SlateQ`.
public struct SlateQConfiguration: Sendable, Equatable {
  /// The widths of the hidden layers.
  public var hidden = [64, 64]
  /// γ; 0 is the myopic recommender.
  public var discount: Float = 0.95
  /// The number of transitions of an update.
  public var batchSize = 128
  /// How many steps of all lanes together the replay holds.
  public var capacity = 100_000
  /// After how many steps of random slates learning begins.
  public var warmupSteps = 5_000
  /// How many environment steps there are to an update.
  public var stepsPerUpdate = 16
  /// ε, along the run: with which probability a position shows any candidate.
  public var epsilon: Schedule = .linear(from: 1, to: 0.05, until: 0.5)
  /// Adam's step size, along the run.
  public var learningRate: Schedule = .linear(from: 1e-3, to: 1e-4)
  /// How far the target network follows with each update.
  public var targetRate: Float = 0.01
  /// The steps that schedules run over; nil for those of each call of `train`.
  public var scheduleSteps: Int?
  /// Decides the first weights, exploration and replay.
  public var seed: UInt64 = 1

  /// The values to begin from.
  public init() {}
}
