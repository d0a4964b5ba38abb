import NeuralNetworks

/// The settings of `WeaklyCoupledDQN`; the defaults suit markets of a few to a hundred channels.
public struct WeaklyCoupledConfiguration: Sendable, Equatable, Codable {
  /// The number of units of each hidden layer.
  public var hidden = [96, 64]
  /// The number of passes: one episode in every lane, then updates.
  public var passes = 16
  /// The number of lanes.
  public var lanes = 256
  /// The passes that can be replayed.
  public var replayedPasses = 16
  /// The updates after a pass.
  public var updatesPerPass = 75
  /// The states of an update; each brings a row per channel.
  public var batchStates = 512
  /// What a priced gain of the next step is worth now. At 0, q values a single priced step, and the long run stands in spend
  /// to go and in the price of money alone.
  public var discount: Float = 0
  /// The learning rate at the start; it falls along a cosine.
  public var learningRate: Float = 1e-3
  /// The learning rate at the end.
  public var finalLearningRate: Float = 3e-5
  /// The largest norm of a gradient.
  public var maximumGradientNorm: Float = 5
  /// What part of the way the target network goes in an update.
  public var targetRate: Float = 0.05
  /// The share of levels played at random in training.
  public var exploration: Float = 0.15
  /// The errors beyond which a loss grows in proportion only (Huber, 1964), in a channel's units.
  public var huberWidth: Float = 20
  /// What the loss of spend to go counts.
  public var spendWeight: Float = 0.03
  /// The mean of the log price of money in training.
  public var priceCenter: Float = 0
  /// The standard deviation of the same.
  public var priceSpread: Float = 1
  /// The episodes and rounds by which prices are calibrated.
  public var calibrationEpisodes = 256
  /// See `calibrationEpisodes`.
  public var calibrationRounds = 2
  /// κ of `WeaklyCoupledExploration`, where the search for it begins.
  public var optimism: Float = 0.4
  /// γ of the same.
  public var information: Float = 0.03
  /// The generations of the search for exploration and prices after the last pass; 0 keeps the two above.
  public var searchGenerations = 12
  /// The candidates of a generation, an even number of them.
  public var searchCandidates = 12
  /// The episodes that every candidate of a generation plays.
  public var searchEpisodes = 768
  /// The rollouts of single deviations that correct the policy after the search; 0 for none.
  public var rollouts = 0

  /// The defaults.
  public init() {}

  /// The number of environment steps of a training.
  package func environmentSteps(episodeLength: Int) -> Int { passes * lanes * episodeLength }
}
