import Documents
import Environments
import Learning
import NeuralNetworks

extension Policy {
  /// Takes a policy for an environment out of a file of ours, or out of the weights of a PyTorch module.
  ///
  /// A module's file has the network's tensors by their names in `NetworkShape.tensors`, in half, single or double
  /// precision; the hidden widths are read off them. `observation.mean` and `observation.deviation` are the normaliser
  /// where they are there; without them observations stay as they are. The metadata may give `aggregation`,
  /// `reward_scale` and `observation_limit`. In an environment with a prior, the module's outputs are added to it.
  ///
  /// - Throws: `InputError`.
  public init(importing file: Safetensors, for environment: some Environment) throws(InputError) {
    if file.metadata[PolicyFile.Key.format] != nil {
      try self.init(file)
      try check(matches: environment)
      return
    }
    let metadata = file.metadata
    let layout = environment.observationLayout.keeping(prior: true, spend: false)
    let branchSizes = environment.actionSpace.branchSizes
    var hidden: [Int] = []
    while let weight = try? file.tensor("trunk.\(2 * hidden.count).weight") {
      guard weight.shape.count == 2, weight.shape[0] > 0 else {
        throw .shape(of: weight.name, weight.shape, needed: [1, hidden.last ?? layout.size])
      }
      hidden.append(weight.shape[0])
    }
    let name = metadata["aggregation"] ?? Aggregation.branching.rawValue
    guard let aggregation = Aggregation(rawValue: name), aggregation != .joint else {
      throw .metadata("aggregation", "it should be branching or additive")
    }
    let shape = NetworkShape(
      layout: layout, hidden: hidden, branchSizes: branchSizes, aggregation: aggregation)
    var expected: Set<String> = [PolicyFile.TensorName.mean, PolicyFile.TensorName.deviation]
    var weights: [Float] = []
    for tensor in shape.tensors {
      expected.insert(tensor.name)
      weights += try file.finiteFloats(tensor.name, shape: tensor.shape, anyPrecision: true)
    }
    for tensor in file.tensors where !expected.contains(tensor.name) {
      throw .tensor(tensor.name, "belongs to no policy of this shape")
    }
    self.init(
      shape: shape, weights: weights, normalizer: try Self.normalizer(file, shape: shape),
      rewardScale: try metadata.positive(PolicyFile.Key.rewardScale) ?? 1,
      metadata: environment.metadata)
  }

  private static func normalizer(_ file: Safetensors, shape: NetworkShape) throws(InputError)
    -> ObservationNormalizer
  {
    let columns = shape.observationSize
    let limit = try file.metadata.positive(PolicyFile.Key.observationLimit) ?? .greatestFiniteMagnitude
    let names = [PolicyFile.TensorName.mean, PolicyFile.TensorName.deviation]
    guard file.tensors.contains(where: { names.contains($0.name) }) else {
      return ObservationNormalizer(identity: columns, limit: limit)
    }
    let deviations = try file.finiteFloats(names[1], shape: [columns], anyPrecision: true)
    guard deviations.allSatisfy({ $0 > 0 }) else { throw .numbers(of: names[1]) }
    return ObservationNormalizer(
      means: try file.finiteFloats(names[0], shape: [columns], anyPrecision: true), deviations: deviations,
      limit: limit)
  }
}

extension [String: String] {
  /// The positive number under a key; nil where there is none.
  fileprivate func positive(_ key: String) throws(InputError) -> Float? {
    guard let text = self[key] else { return nil }
    guard let number = Float(text), number > 0, number.isFinite else {
      throw .metadata(key, "it should be a positive number")
    }
    return number
  }
}
