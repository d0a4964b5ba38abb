import Documents
import Foundation
import Learning

/// What `manifest.json` says of one version of a model: its files with their digests, what goes in and comes out, where
/// the policy comes from, and test vectors.
public struct ModelManifest: Sendable, Equatable, Codable {
  /// The value of the key `format`.
  public static let format = "apportion-model/1"

  /// One of the version's files.
  package struct File: Sendable, Equatable, Codable {
    /// The name within the version's folder.
    package let name: String
    /// The number of bytes.
    package let size: Int
    /// The SHA-256 in hexadecimal.
    package let sha256: String
  }

  /// An input or output of the model, in the words of the Open Inference Protocol; a size of −1 is the number of rows.
  public struct Tensor: Sendable, Equatable, Codable {
    /// `observation`, `mask`, `q` or `action`; of a weakly coupled policy `observation`, `log_money_price`, `q` and
    /// `spend_to_go`.
    public let name: String
    /// `FP32`, `BOOL` or `INT32`.
    package let datatype: String
    /// The sizes, rows first, and channels after them where each has a row of its own.
    public let shape: [Int]
    /// Whether a request may leave it out; nil is no.
    package let optional: Bool?

    init(_ name: String, _ datatype: String, shape: [Int], optional: Bool? = nil) {
      self.name = name
      self.datatype = datatype
      self.shape = shape
      self.optional = optional
    }

    /// Writes the tensor; `optional` stands only where it is true.
    public func encode(to encoder: any Encoder) throws {
      var members = encoder.container(keyedBy: CodingKeys.self)
      try members.encode(name, forKey: .name)
      try members.encode(datatype, forKey: .datatype)
      try members.encode(shape, forKey: .shape)
      if let optional { try members.encode(optional, forKey: .optional) }
    }
  }

  private let format: String
  /// The model's name.
  public let name: String
  /// The version.
  package let version: Int
  /// When it was published, in UTC (ISO 8601).
  public let published: String
  /// The version's files but the manifest.
  package let files: [File]
  /// What goes in, the observation first.
  package let inputs: [Tensor]
  /// What comes out.
  public let outputs: [Tensor]
  /// The number of levels of each branch; none of a weakly coupled policy, whose channels are of any number.
  public let branchSizes: [Int]
  /// The names of the observation's columns.
  package let observationNames: [String]
  private let policy: Texts
  private let testVectors: TestVectors

  /// What environment and training say of the policy: its problem and the problem's digest, the seed, ….
  package var metadata: [String: String] { policy.values }
  /// Observations with the outputs that every reader should find; none of a weakly coupled policy, whose files carry their own.
  public var vectors: TestVectors { testVectors }
  /// The length of an observation.
  public var observationSize: Int { inputs.first?.shape.last ?? 0 }
  /// The number of levels over all branches.
  public var choiceCount: Int { branchSizes.reduce(0, +) }

  /// Describes a version that is about to be published.
  init(name: String, version: Int, policy: TrainedPolicy, files: [File]) {
    format = Self.format
    self.name = name
    self.version = version
    published = Date().formatted(.iso8601)
    self.files = files
    switch policy {
    case .network(let policy):
      let choices = policy.shape.branchSizes.reduce(0, +)
      inputs = [
        Tensor("observation", "FP32", shape: [-1, policy.shape.observationSize]),
        Tensor("mask", "BOOL", shape: [-1, choices], optional: true),
      ]
      outputs = [
        Tensor("q", "FP32", shape: [-1, choices]),
        Tensor("action", "INT32", shape: [-1, policy.shape.branchSizes.count]),
      ]
      branchSizes = policy.shape.branchSizes
      observationNames = policy.shape.layout.names
      testVectors = TestVectors(policy)
    case .weaklyCoupled(let policy):
      let columns = policy.shape.columns
      inputs = [
        Tensor("observation", "FP32", shape: [-1, -1, columns.count]),
        Tensor("log_money_price", "FP32", shape: [-1]),
      ]
      outputs = ["q", "spend_to_go"].map { Tensor($0, "FP32", shape: [-1, -1, columns.levels]) }
      branchSizes = []
      observationNames = policy.featureNames
      testVectors = TestVectors(rows: 0, observations: [], q: [], actions: [])
    }
    self.policy = Texts(
      values: policy.metadata.merging(
        ["training_seed": "\(policy.trainingSeed)", "training_steps": "\(policy.trainingSteps)"]) { $1 })
  }

  /// Whether the model is of a weakly coupled policy: rows of channels and a price of money go in.
  package var isWeaklyCoupled: Bool { inputs.first?.shape.count == 3 }

  /// Whether the manifest is of this format, and its sizes are sizes.
  var isSound: Bool {
    // What else a channel's row holds after its features, forecasts and units, has no names.
    let isNamed =
      isWeaklyCoupled ? observationNames.count <= observationSize : observationNames.count == observationSize
    return format == Self.format && observationSize > 0 && isNamed && branchSizes.allSatisfy { $0 > 0 }
  }
}

/// Texts by name, of which those that hold a JSON list or object stand as such.
private struct Texts: Sendable, Equatable, Codable {
  let values: [String: String]

  init(values: [String: String]) { self.values = values }

  init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: JSONName.self)
    values = try members.allKeys.reduce(into: [:]) { values, key in
      let value = try members.decode(JSONValue.self, forKey: key)
      values[key.stringValue] = value.string ?? value.text()
    }
  }

  func encode(to encoder: any Encoder) throws {
    var members = encoder.container(keyedBy: JSONName.self)
    for (name, text) in values.sorted(by: { $0.key < $1.key }) {
      var value = JSONValue.string(text)
      if text.hasPrefix("[") || text.hasPrefix("{"), let whole = try? JSONValue(parsing: text.utf8) {
        value = whole
      }
      try members.encode(value, forKey: JSONName(stringValue: name))
    }
  }
}
