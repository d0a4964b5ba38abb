import Documents
import Foundation
import Learning

/// How a weakly coupled policy stands in a safetensors file: format `apportion-policy/3`.
///
/// Tensors: `layer.0.weight` [outputs, inputs], `layer.0.bias` [outputs], and so on to the last layer; then of the schedules
/// `schedule.log_share` [schedules], `price.offset`, `exploration.optimism` and `exploration.information` [schedules, 1 or steps].
/// A file without the first of these has one schedule, the others [1 or steps]. Metadata: the keys below, and whatever the environment
/// says of itself.
package enum WeaklyCoupledPolicyFile {
  /// The value of the key `format`.
  package static let format = "apportion-policy/3"

  enum Key {
    static let format = "format"
    /// The network's sizes and what a channel's row holds, as JSON.
    static let network = "network"
    static let priceCenter = "price_center"
    /// A JSON list of strings.
    static let featureNames = "feature_names"
    static let trainingSeed = "training_seed"
    static let trainingSteps = "training_steps"

    static let all = [format, network, priceCenter, featureNames, trainingSeed, trainingSteps]
  }

  static let logShare = "schedule.log_share"
  static let offset = "price.offset"
  static let optimism = "exploration.optimism"
  static let information = "exploration.information"

  /// The tensors of what a schedule says by step.
  static var bySteps: [(name: String, numbers: WritableKeyPath<PlaySchedule, [Float]>)] {
    [(offset, \.priceOffsets), (optimism, \.optimism), (information, \.information)]
  }
}

extension WeaklyCoupledPolicy {
  /// The policy as named tensors and metadata.
  public var safetensors: Safetensors {
    typealias Key = WeaklyCoupledPolicyFile.Key
    precondition(
      Key.all.allSatisfy { metadata[$0] == nil },
      "Metadata of an environment may not use the file's own keys.")
    var file = Safetensors(metadata: metadata)
    file.metadata[Key.format] = WeaklyCoupledPolicyFile.format
    file.metadata[Key.network] = metadataText(shape)
    file.metadata[Key.featureNames] = metadataText(featureNames)
    file.metadata[Key.priceCenter] = "\(priceCenter)"
    file.metadata[Key.trainingSeed] = "\(trainingSeed)"
    file.metadata[Key.trainingSteps] = "\(trainingSteps)"
    var place = 0
    for (index, (inputs, outputs)) in zip(shape.widths, shape.widths.dropFirst()).enumerated() {
      file.tensors.append(
        .init(
          name: "layer.\(index).weight", shape: [outputs, inputs],
          floats: weights[place..<place + inputs * outputs]))
      place += inputs * outputs
      file.tensors.append(
        .init(name: "layer.\(index).bias", shape: [outputs], floats: weights[place..<place + outputs]))
      place += outputs
    }
    file.tensors.append(
      .init(
        name: WeaklyCoupledPolicyFile.logShare, shape: [schedules.count],
        floats: schedules.map(\.logShare)[...])
    )
    for (name, numbers) in WeaklyCoupledPolicyFile.bySteps {
      let steps = schedules.map { $0[keyPath: numbers].count }.max() ?? 1
      let rows = schedules.flatMap { schedule in
        let own = schedule[keyPath: numbers]
        return own + [Float](repeating: own[own.count - 1], count: steps - own.count)
      }
      file.tensors.append(.init(name: name, shape: [schedules.count, steps], floats: rows[...]))
    }
    return file
  }

  /// Writes the policy, whole or not at all.
  public func write(to path: String) throws(InputError) { try safetensors.write(to: path) }

  /// Reads a policy; throws `InputError` where the file is damaged or holds no such policy.
  public init(contentsOf path: String) throws(InputError) {
    self = try Safetensors.read(path) { file throws(InputError) in try Self(file) }
  }

  /// Takes a policy out of a file, and refuses anything that does not fit together; throws `InputError` where a
  /// tensor is missing and `InputError` for the rest.
  public init(_ file: Safetensors) throws(InputError) {
    typealias Key = WeaklyCoupledPolicyFile.Key
    let found = file.metadata[Key.format]
    guard found == WeaklyCoupledPolicyFile.format else { throw .unknownFormat(found: found) }
    func decoded<Value: Decodable>(_ key: String, _: Value.Type) throws(InputError) -> Value {
      guard let value = try? JSONDecoder().decode(Value.self, from: Data((file.metadata[key] ?? "").utf8))
      else {
        throw .metadata(key, "it is missing, or is not what it should be")
      }
      return value
    }
    func number<Value: LosslessStringConvertible>(_ key: String, _: Value.Type) throws(InputError) -> Value {
      guard let value = file.metadata[key].flatMap(Value.init) else {
        throw .metadata(key, "it is missing, or no number")
      }
      return value
    }
    let shape = try decoded(Key.network, WeaklyCoupledShape.self)
    let columns = shape.columns
    guard (1...4096).contains(columns.features), (1...4096).contains(columns.levels),
      shape.hidden.count <= 16,
      shape.hidden.allSatisfy({ (1...65_536).contains($0) })
    else { throw .metadata(Key.network, "its sizes are out of range") }
    let names = try decoded(Key.featureNames, [String].self)
    guard names.count == columns.features else {
      throw .metadata(Key.featureNames, "\(columns.features) names are needed, not \(names.count)")
    }
    var weights: [Float] = []
    var expected = Set(
      WeaklyCoupledVectors.TensorName.all + [WeaklyCoupledPolicyFile.logShare]
        + WeaklyCoupledPolicyFile.bySteps.map(\.name))
    for (index, (inputs, outputs)) in zip(shape.widths, shape.widths.dropFirst()).enumerated() {
      weights += try file.finiteFloats("layer.\(index).weight", shape: [outputs, inputs])
      weights += try file.finiteFloats("layer.\(index).bias", shape: [outputs])
      expected.formUnion(["layer.\(index).weight", "layer.\(index).bias"])
    }
    let schedules = try Self.schedules(file)
    if let stranger = file.tensors.first(where: { !expected.contains($0.name) }) {
      throw .tensor(stranger.name, "belongs to no policy of this shape")
    }
    let center = try number(Key.priceCenter, Float.self)
    guard center.isFinite else {
      throw .metadata(Key.priceCenter, "it is not a finite number")
    }
    self.init(
      shape: shape, weights: weights, priceCenter: center, schedules: schedules, featureNames: names,
      metadata: file.metadata.filter { !Key.all.contains($0.key) },
      trainingSeed: try number(Key.trainingSeed, UInt64.self),
      trainingSteps: try number(Key.trainingSteps, Int.self))
  }

  private static func schedules(_ file: Safetensors) throws(InputError) -> [PlaySchedule] {
    typealias Name = WeaklyCoupledPolicyFile
    let hasShares = file.tensors.contains { $0.name == Name.logShare }
    let shareShape = hasShares ? try file.tensor(Name.logShare).shape : [1]
    guard shareShape.count == 1, (1...1000).contains(shareShape[0]) else {
      throw .shape(of: Name.logShare, shareShape, needed: [1])
    }
    let shares = hasShares ? try file.finiteFloats(Name.logShare, shape: shareShape) : [0]
    guard zip(shares, shares.dropFirst()).allSatisfy({ $0 < $1 }) else {
      throw .metadata(Name.logShare, "schedules are not in ascending order")
    }
    var schedules = shares.map { PlaySchedule(logShare: $0) }
    for (name, numbers) in Name.bySteps {
      let shape = try file.tensor(name).shape
      let steps = shape.last ?? 0
      guard shape == (hasShares ? [shares.count, steps] : [steps]), steps > 0 else {
        throw .shape(of: name, shape, needed: hasShares ? [shares.count, 1] : [1])
      }
      let values = try file.finiteFloats(name, shape: shape)
      guard name == Name.offset || values.allSatisfy({ $0 >= 0 }) else {
        throw .metadata(name, "exploration has coefficients below 0")
      }
      for schedule in schedules.indices {
        schedules[schedule][keyPath: numbers] = Array(values[schedule * steps..<(schedule + 1) * steps])
      }
    }
    return schedules
  }
}
