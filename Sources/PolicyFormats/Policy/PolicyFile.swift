import Documents
import Learning
import NeuralNetworks

/// How a policy stands in a safetensors file.
///
/// Tensors: the network's, by the names of `NetworkShape.tensors`; `observation.mean` and `observation.deviation`; and,
/// where the network has a prior, `prior.scale` and `prior.offset`, so that prior = reward_scale · (column · scale +
/// offset) for normalised prior columns. Metadata: the keys below, and whatever the environment says of itself (for
/// markets: `market`, `market_digest`, `action_ladder`).
package enum PolicyFile {
  /// The values of the key `format` that can be read.
  package static let formats = ["apportion-policy/1", "apportion-policy/2"]

  /// The value of the key `format` for a policy: 2 for joint heads and spend caps, which readers of 1 would not act on
  /// rightly, and 1 for all others.
  static func format(of shape: NetworkShape) -> String { formats[shape.isChosenByBranch ? 0 : 1] }

  enum Key {
    static let format = "format"
    /// The network's sizes, as JSON.
    static let network = "network"
    static let rewardScale = "reward_scale"
    /// Where normalised observations are cut.
    static let observationLimit = "observation_limit"
    /// A JSON list of strings.
    static let observationNames = "observation_names"
    static let trainingSeed = "training_seed"
    static let trainingSteps = "training_steps"

    static let all = [
      format, network, rewardScale, observationLimit, observationNames, trainingSeed, trainingSteps,
    ]
  }

  enum TensorName {
    static let mean = "observation.mean"
    static let deviation = "observation.deviation"
    static let priorScale = "prior.scale"
    static let priorOffset = "prior.offset"
  }
}

extension Policy {
  /// The policy as named tensors and metadata.
  public var safetensors: Safetensors {
    typealias Key = PolicyFile.Key
    typealias TensorName = PolicyFile.TensorName
    precondition(
      Key.all.allSatisfy { metadata[$0] == nil },
      "Metadata of an environment may not use the file's own keys.")
    var file = Safetensors(metadata: metadata)
    file.metadata[Key.format] = PolicyFile.format(of: shape)
    file.metadata[Key.network] = metadataText(shape)
    file.metadata[Key.rewardScale] = "\(rewardScale)"
    file.metadata[Key.observationLimit] = "\(normalizer.limit)"
    file.metadata[Key.observationNames] = JSONValue.array(shape.layout.names.map { .string($0) }).text()
    file.metadata[Key.trainingSeed] = "\(trainingSeed)"
    file.metadata[Key.trainingSteps] = "\(trainingSteps)"
    for tensor in shape.tensors {
      let elements = weights[tensor.offset..<tensor.offset + tensor.count]
      file.tensors.append(.init(name: tensor.name, shape: tensor.shape, floats: elements))
    }
    let columns = [shape.observationSize]
    file.tensors.append(.init(name: TensorName.mean, shape: columns, floats: normalizer.means))
    file.tensors.append(.init(name: TensorName.deviation, shape: columns, floats: normalizer.deviations))
    if let prior = shape.layout.prior {
      let transform = priorTransform
      file.tensors.append(.init(name: TensorName.priorScale, shape: [prior.count], floats: transform.scales))
      file.tensors.append(
        .init(name: TensorName.priorOffset, shape: [prior.count], floats: transform.offsets))
    }
    return file
  }

  /// Writes the policy, whole or not at all.
  public func write(to path: String) throws(InputError) {
    try safetensors.write(to: path)
  }
}
