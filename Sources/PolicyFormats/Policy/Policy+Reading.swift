import Documents
import Environments
import Foundation
import Learning
import NeuralNetworks

extension Policy {
  /// Reads a policy; throws `InputError` where the file is damaged or holds no policy.
  public init(contentsOf path: String) throws(InputError) {
    self = try Safetensors.read(path) { file throws(InputError) in try Self(file) }
  }

  /// Takes a policy out of a file, and refuses anything that does not fit together; throws `InputError` where a
  /// tensor is missing and `InputError` for the rest.
  public init(_ file: Safetensors) throws(InputError) {
    typealias Key = PolicyFile.Key
    typealias TensorName = PolicyFile.TensorName
    let metadata = MetadataReader(values: file.metadata)
    let format = file.metadata[Key.format]
    guard let format, PolicyFile.formats.contains(format) else {
      throw .unknownFormat(found: format)
    }
    var shape = try metadata.network()
    guard format == PolicyFile.format(of: shape) else {
      throw .metadata(Key.format, "the network is one of another format")
    }
    let names = try metadata.texts(Key.observationNames, count: shape.observationSize)
    shape = shape.over(shape.layout.named(names))
    let rewardScale = try metadata.positive(Key.rewardScale)
    let limit = try metadata.positive(Key.observationLimit)
    var expected = Set(shape.tensors.map(\.name))
    var weights: [Float] = []
    for tensor in shape.tensors {
      weights += try file.finiteFloats(tensor.name, shape: tensor.shape)
    }
    let columns = [shape.observationSize]
    let means = try file.finiteFloats(TensorName.mean, shape: columns)
    let deviations = try file.finiteFloats(TensorName.deviation, shape: columns)
    guard deviations.allSatisfy({ $0 > 0 }) else {
      throw .numbers(of: TensorName.deviation)
    }
    let normalizer = ObservationNormalizer(means: means, deviations: deviations, limit: limit)
    expected.formUnion([TensorName.mean, TensorName.deviation])
    if let prior = shape.layout.prior {
      expected.formUnion([TensorName.priorScale, TensorName.priorOffset])
      let transform = normalizer.priorTransform(of: shape.layout, rewardScale: rewardScale)
      guard try file.finiteFloats(TensorName.priorScale, shape: [prior.count]) == transform.scales,
        try file.finiteFloats(TensorName.priorOffset, shape: [prior.count]) == transform.offsets
      else { throw .damaged("has a prior transform that contradicts its normaliser") }
    }
    expected.formUnion(TestVectors.TensorName.all)
    for tensor in file.tensors where !expected.contains(tensor.name) {
      throw .tensor(tensor.name, "belongs to no policy of this shape")
    }
    self.init(
      shape: shape, weights: weights, normalizer: normalizer, rewardScale: rewardScale,
      metadata: file.metadata.filter { !Key.all.contains($0.key) },
      trainingSeed: try metadata.integer(Key.trainingSeed),
      trainingSteps: try metadata.integer(Key.trainingSteps))
  }

  /// Throws `InputError` where an environment is not the one that the policy was trained for: another problem, other
  /// observations or other actions.
  package func check(matches environment: some Environment) throws(InputError) {
    let given = environment.metadata
    // A problem says by a digest which one it is: a market by `market_digest`, beside its name under `market`.
    for key in metadata.keys.sorted() where key.hasSuffix("_digest") {
      guard let trained = metadata[key], let other = given[key], trained != other else { continue }
      let kind = String(key.dropLast("_digest".count))
      throw .unfit(
        "it was trained for \(kind) '\(metadata[kind] ?? "?")' (digest \(trained.prefix(12))) and not for \(kind) '\(given[kind] ?? "?")' (digest \(other.prefix(12)))"
      )
    }
    try check(reads: environment)
  }

  /// Throws `InputError` where an environment has other observations or other actions than the policy; it may be another problem,
  /// in which training goes on.
  package func check(reads environment: some Environment) throws(InputError) {
    let given = environment.metadata
    // Files that do not say so hold whole forecasts.
    let (believed, told) = (metadata["plan_realization"] ?? "1.0", given["plan_realization"] ?? "1.0")
    guard believed == told else {
      throw .unfit("it was told \(believed) of the plan's forecast, not \(told)")
    }
    guard shape.branchSizes == environment.actionSpace.branchSizes else {
      throw .unfit(
        "it chooses among \(shape.branchSizes) levels where \(environment.actionSpace.branchSizes) are needed"
      )
    }
    let (layout, own) = (environment.observationLayout, shape.layout)
    guard own.size == layout.size else {
      throw .unfit("it reads \(own.size) columns where there are \(layout.size)")
    }
    if let (trained, given) = zip(own.names, layout.names).first(where: { $0 != $1 }) {
      throw .unfit("it reads a column '\(trained)' where there is '\(given)'")
    }
    guard own.prior == layout.prior else {
      throw .unfit("it reads its prior from other columns")
    }
    guard own.mask == layout.mask else {
      throw .unfit("it reads its mask from other columns")
    }
    guard own.spend == nil || own.spend == layout.spend else {
      throw .unfit("it reads costs and budget from other columns")
    }
  }
}

extension Safetensors {
  /// The elements of a single-precision (or any floating-point) tensor of a shape, all finite.
  func finiteFloats(_ name: String, shape: [Int], anyPrecision: Bool = false) throws(InputError) -> [Float] {
    let tensor = try tensor(name)
    guard tensor.shape == shape else {
      throw .shape(of: name, tensor.shape, needed: shape)
    }
    guard anyPrecision || tensor.type == .f32 else {
      throw .tensor(name, "is \(tensor.type.rawValue) and should be F32")
    }
    let elements = try tensor.floats()
    guard elements.allSatisfy(\.isFinite) else { throw .numbers(of: name) }
    return elements
  }
}

/// Reads the metadata's texts as what they should be.
private struct MetadataReader {
  let values: [String: String]

  func network() throws(InputError) -> NetworkShape {
    let key = PolicyFile.Key.network
    _ = try json(key)
    do {
      return try JSONDecoder().decode(NetworkShape.self, from: Data(try text(key).utf8))
    } catch let DecodingError.dataCorrupted(context) where !context.debugDescription.contains("valid JSON") {
      // (Foundation calls a fraction "not valid JSON" where a whole number should be.)
      throw .metadata(key, Self.clause(context.debugDescription))
    } catch {
      throw .metadata(key, "a size is missing or not of its type")
    }
  }

  func texts(_ key: String, count: Int) throws(InputError) -> [String] {
    let texts = try json(key).array?.compactMap(\.string) ?? []
    guard texts.count == count, try json(key).array?.count == count else {
      throw .metadata(key, "it should be a list of \(count) strings")
    }
    return texts
  }

  func positive(_ key: String) throws(InputError) -> Float {
    guard let number = Float(try text(key)), number > 0, number.isFinite else {
      throw .metadata(key, "it should be a positive number")
    }
    return number
  }

  func integer<Value: FixedWidthInteger>(_ key: String) throws(InputError) -> Value {
    guard let number = Value(try text(key)), number >= 0 else {
      throw .metadata(key, "it should be a non-negative whole number")
    }
    return number
  }

  private func json(_ key: String) throws(InputError) -> JSONValue {
    let text = try text(key)
    do throws(JSONError) {
      return try JSONValue(parsing: text.utf8)
    } catch {
      throw .metadata(key, error.description)
    }
  }

  private func text(_ key: String) throws(InputError) -> String {
    guard let text = values[key] else { throw .metadata(key, "it is missing") }
    return text
  }

  /// A sentence as the end of another one.
  private static func clause(_ sentence: String) -> String {
    let words = sentence.hasSuffix(".") ? String(sentence.dropLast()) : sentence
    return words.prefix(1).lowercased() + words.dropFirst()
  }
}
