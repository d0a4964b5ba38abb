import Documents
import Foundation
import Learning

/// How a weakly coupled policy stands in a safetensors file: format `apportion-policy/3`.
///
/// Tensors: `layer.0.weight` [outputs, inputs], `layer.0.bias` [outputs], and so on to the last layer; `price.offset`
/// [steps], one 0 where prices were not calibrated; `exploration.optimism` and `exploration.information` [1 or steps]. Metadata: the keys below, and whatever the environment says of itself.
public enum WeaklyCoupledPolicyFile {
  /// The value of the key `format`.
  public static let format = "apportion-policy/3"

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

  static let offset = "price.offset"
  static let optimism = "exploration.optimism"
  static let information = "exploration.information"
}

extension WeaklyCoupledPolicy {
  /// The policy as named tensors and metadata.
  public var safetensors: Safetensors {
    typealias Key = WeaklyCoupledPolicyFile.Key
    precondition(
      Key.all.allSatisfy { metadata[$0] == nil },
      "Metadata of an environment may not use the file's own keys.")
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    var file = Safetensors(metadata: metadata)
    file.metadata[Key.format] = WeaklyCoupledPolicyFile.format
    // Encoding integers and names cannot fail; an empty text would be refused when it is read.
    file.metadata[Key.network] =
      (try? encoder.encode(shape)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    file.metadata[Key.featureNames] =
      (try? encoder.encode(featureNames)).map { String(decoding: $0, as: UTF8.self) } ?? ""
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
    for (name, numbers) in [
      (WeaklyCoupledPolicyFile.offset, priceOffsets.isEmpty ? [0] : priceOffsets),
      (WeaklyCoupledPolicyFile.optimism, exploration.optimism),
      (WeaklyCoupledPolicyFile.information, exploration.information),
    ] {
      file.tensors.append(.init(name: name, shape: [numbers.count], floats: numbers[...]))
    }
    return file
  }

  /// Writes the policy, whole or not at all.
  public func write(to path: String) throws(FileError) { try safetensors.write(to: path) }

  /// Reads a policy; throws `FileError`, or `PolicyFileError` where the file is damaged or holds no such policy.
  public init(contentsOf path: String) throws { self = try Safetensors.read(path) { try Self($0) } }

  /// Takes a policy out of a file, and refuses anything that does not fit together; throws `SafetensorsError` where a
  /// tensor is missing and `PolicyError` for the rest.
  public init(_ file: Safetensors) throws {
    typealias Key = WeaklyCoupledPolicyFile.Key
    let found = file.metadata[Key.format]
    guard found == WeaklyCoupledPolicyFile.format else { throw PolicyError.unknownFormat(found: found) }
    func decoded<Value: Decodable>(_ key: String, _: Value.Type) throws -> Value {
      guard let value = try? JSONDecoder().decode(Value.self, from: Data((file.metadata[key] ?? "").utf8))
      else {
        throw PolicyError.malformedMetadata(key: key, detail: "it is missing, or is not what it should be")
      }
      return value
    }
    func number<Value: LosslessStringConvertible>(_ key: String, _: Value.Type) throws -> Value {
      guard let value = file.metadata[key].flatMap(Value.init) else {
        throw PolicyError.malformedMetadata(key: key, detail: "it is missing, or no number")
      }
      return value
    }
    let shape = try decoded(Key.network, WeaklyCoupledShape.self)
    let columns = shape.columns
    guard (1...4096).contains(columns.features), (1...4096).contains(columns.levels),
      shape.hidden.count <= 16,
      shape.hidden.allSatisfy({ (1...65_536).contains($0) })
    else { throw PolicyError.malformedMetadata(key: Key.network, detail: "its sizes are out of range") }
    let names = try decoded(Key.featureNames, [String].self)
    guard names.count == columns.features else {
      throw PolicyError.malformedMetadata(
        key: Key.featureNames, detail: "\(columns.features) names are needed, not \(names.count)")
    }
    var weights: [Float] = []
    var expected = Set(
      WeaklyCoupledVectors.TensorName.all + [
        WeaklyCoupledPolicyFile.offset, WeaklyCoupledPolicyFile.optimism, WeaklyCoupledPolicyFile.information,
      ])
    for (index, (inputs, outputs)) in zip(shape.widths, shape.widths.dropFirst()).enumerated() {
      weights += try file.finiteFloats("layer.\(index).weight", shape: [outputs, inputs])
      weights += try file.finiteFloats("layer.\(index).bias", shape: [outputs])
      expected.formUnion(["layer.\(index).weight", "layer.\(index).bias"])
    }
    func bySteps(_ name: String) throws -> [Float] {
      let shape = try file.tensor(name).shape
      guard shape.count == 1, shape[0] > 0 else {
        throw PolicyError.wrongShape(tensor: name, expected: [1], found: shape)
      }
      return try file.finiteFloats(name, shape: shape)
    }
    let optimism = try bySteps(WeaklyCoupledPolicyFile.optimism)
    let information = try bySteps(WeaklyCoupledPolicyFile.information)
    guard (optimism + information).allSatisfy({ $0 >= 0 }) else {
      throw PolicyError.malformedMetadata(
        key: WeaklyCoupledPolicyFile.optimism, detail: "exploration has coefficients below 0")
    }
    if let stranger = file.tensors.first(where: { !expected.contains($0.name) }) {
      throw PolicyError.unexpectedTensor(name: stranger.name)
    }
    let center = try number(Key.priceCenter, Float.self)
    guard center.isFinite else {
      throw PolicyError.malformedMetadata(key: Key.priceCenter, detail: "it is not a finite number")
    }
    self.init(
      shape: shape, weights: weights, priceCenter: center,
      priceOffsets: try bySteps(WeaklyCoupledPolicyFile.offset),
      exploration: .init(optimism: optimism, information: information),
      featureNames: names, metadata: file.metadata.filter { !Key.all.contains($0.key) },
      trainingSeed: try number(Key.trainingSeed, UInt64.self),
      trainingSteps: try number(Key.trainingSteps, Int.self))
  }
}
