import LinearAlgebra
import NeuralNetworks

/// A trained weakly coupled policy as a value; a `WeaklyCoupledRunner` plays it.
public struct WeaklyCoupledPolicy: Sendable, Equatable {
  /// The sizes of the network.
  public let shape: WeaklyCoupledShape
  /// The network's parameters, layer after layer: weights (outputs × inputs), then biases.
  public let weights: [Float]
  /// The middle of the log prices of money that were met in training: where an episode's search begins.
  package let priceCenter: Float
  /// How play departs from what the network says, by the share of everything that there is money for: one or more, ascending.
  package let schedules: [PlaySchedule]
  /// One name per feature.
  package let featureNames: [String]
  /// What the environment, and whoever saves the policy, say of it.
  public var metadata: [String: String]
  /// The seed of training.
  public let trainingSeed: UInt64
  /// After how many environment steps the weights were taken.
  public let trainingSteps: Int

  /// Puts a policy together; the parts must fit one another.
  package init(
    shape: WeaklyCoupledShape, weights: [Float], priceCenter: Float,
    schedules: [PlaySchedule] = [PlaySchedule()], featureNames: [String], metadata: [String: String] = [:],
    trainingSeed: UInt64 = 0, trainingSteps: Int = 0
  ) {
    let count = DenseNetwork.parameterCount(shape.widths)
    precondition(
      weights.count == count,
      "A network of widths \(shape.widths) has \(count) weights, not \(weights.count).")
    precondition(
      featureNames.count == shape.columns.features,
      "\(shape.columns.features) features need as many names, not \(featureNames.count).")
    precondition(
      !schedules.isEmpty && zip(schedules, schedules.dropFirst()).allSatisfy { $0.logShare < $1.logShare },
      "A policy needs schedules, their shares ascending.")
    self.shape = shape
    self.weights = weights
    self.priceCenter = priceCenter
    self.schedules = schedules
    self.featureNames = featureNames
    self.metadata = metadata
    self.trainingSeed = trainingSeed
    self.trainingSteps = trainingSteps
  }

  /// The same network and metadata with other schedules, in any order.
  func playing(_ schedules: [PlaySchedule]) -> WeaklyCoupledPolicy {
    with(weights, schedules.sorted { $0.logShare < $1.logShare })
  }

  /// The same policy with a share of the network's corrections of forecast gains and costs; spend to go stays as learned.
  package func correcting(_ share: Float) -> WeaklyCoupledPolicy {
    var weights = weights
    for places in correctionPlaces { for index in places { weights[index] *= share } }
    return with(weights, schedules)
  }

  /// Whether the network corrects forecast gains and costs at all.
  var isCorrecting: Bool { correctionPlaces.contains { !weights[$0].allSatisfy { $0 == 0 } } }

  /// The network; without the outputs for corrections where those are 0.
  func makeNetwork() -> DenseNetwork {
    guard !isCorrecting else { return DenseNetwork(widths: shape.widths, parameters: weights) }
    let places = correctionPlaces
    let kept = weights.indices.filter { place in !places.contains { $0.contains(place) } }
    return DenseNetwork(widths: shape.widths.dropLast() + [1], parameters: kept.map { weights[$0] })
  }

  /// Where the weights and the biases of the corrections stand.
  private var correctionPlaces: [Range<Int>] {
    let (inputs, corrections) = (shape.widths[shape.widths.count - 2], 2 * shape.columns.levels)
    let biases = weights.count - (corrections + 1)
    let first = biases - inputs * (corrections + 1)
    return [first..<first + inputs * corrections, biases..<biases + corrections]
  }

  func with(_ weights: [Float], _ schedules: [PlaySchedule]) -> WeaklyCoupledPolicy {
    WeaklyCoupledPolicy(
      shape: shape, weights: weights, priceCenter: priceCenter, schedules: schedules,
      featureNames: featureNames, metadata: metadata, trainingSeed: trainingSeed, trainingSteps: trainingSteps
    )
  }
}
