import LinearAlgebra
import NeuralNetworks

/// A trained weakly coupled policy as a value; a `WeaklyCoupledRunner` plays it.
public struct WeaklyCoupledPolicy: Sendable, Equatable {
  /// The sizes of the network.
  public let shape: WeaklyCoupledShape
  /// The network's parameters, layer after layer: weights (outputs × inputs), then biases.
  public let weights: [Float]
  /// The middle of the log prices of money that were met in training: where an episode's search begins.
  public let priceCenter: Float
  /// By step: what is added to the log price of money that is found, so that the price is a martingale.
  public var priceOffsets: [Float]
  /// What is bought beyond its price for what it would show.
  public var exploration: WeaklyCoupledExploration
  /// One name per feature.
  public let featureNames: [String]
  /// What the environment, and whoever saves the policy, say of it.
  public var metadata: [String: String]
  /// The seed of training.
  public let trainingSeed: UInt64
  /// After how many environment steps the weights were taken.
  public let trainingSteps: Int

  /// Puts a policy together; the parts must fit one another.
  public init(
    shape: WeaklyCoupledShape, weights: [Float], priceCenter: Float, priceOffsets: [Float],
    exploration: WeaklyCoupledExploration, featureNames: [String], metadata: [String: String] = [:],
    trainingSeed: UInt64 = 0, trainingSteps: Int = 0
  ) {
    let count = DenseNetwork.parameterCount(shape.widths)
    precondition(
      weights.count == count,
      "A network of widths \(shape.widths) has \(count) weights, not \(weights.count).")
    precondition(
      featureNames.count == shape.columns.features,
      "\(shape.columns.features) features need as many names, not \(featureNames.count).")
    self.shape = shape
    self.weights = weights
    self.priceCenter = priceCenter
    self.priceOffsets = priceOffsets
    self.exploration = exploration
    self.featureNames = featureNames
    self.metadata = metadata
    self.trainingSeed = trainingSeed
    self.trainingSteps = trainingSteps
  }
}
