import Documents
import Foundation
import Learning

/// What `manifest.json` says of one version of a model: its files with their digests, what goes in and comes out, where
/// the policy comes from, and test vectors.
public struct ModelManifest: Sendable, Equatable {
  /// The value of the key `format`.
  public static let format = "apportion-model/1"

  /// One of the version's files.
  public struct File: Sendable, Equatable {
    /// The name within the version's folder.
    public let name: String
    /// The number of bytes.
    public let size: Int
    /// The SHA-256 in hexadecimal.
    public let sha256: String
  }

  /// The model's name.
  public let name: String
  /// The version.
  public let version: Int
  /// When it was published, in UTC (ISO 8601).
  public let published: String
  /// The version's files but the manifest.
  public let files: [File]
  /// The length of an observation.
  public let observationSize: Int
  /// The number of levels of each branch.
  public let branchSizes: [Int]
  /// The names of the observation's columns.
  public let observationNames: [String]
  /// What environment and training say of the policy: `market`, `market_digest`, ….
  public let metadata: [String: String]
  /// Observations with the outputs that every reader should find.
  public let vectors: TestVectors

  /// The number of levels over all branches.
  public var choiceCount: Int { branchSizes.reduce(0, +) }

  /// Describes a version that is about to be published.
  init(name: String, version: Int, policy: Policy, files: [File], vectors: TestVectors) {
    self.name = name
    self.version = version
    published = Date().formatted(.iso8601)
    self.files = files
    observationSize = policy.shape.observationSize
    branchSizes = policy.shape.branchSizes
    observationNames = policy.shape.layout.names
    var metadata = policy.metadata
    metadata["training_seed"] = "\(policy.trainingSeed)"
    metadata["training_steps"] = "\(policy.trainingSteps)"
    self.metadata = metadata
    self.vectors = vectors
  }

  /// The manifest as JSON.
  public var json: JSONValue {
    let files = files.map { file -> JSONValue in
      ["name": .string(file.name), "size": JSONValue(file.size), "sha256": .string(file.sha256)]
    }
    let texts = metadata.sorted { $0.key < $1.key }.map { key, text -> JSONValue.Member in
      // The ladder is JSON already.
      let ladder = key == "action_ladder" ? try? JSONValue(parsing: text.utf8) : nil
      return .init(key, ladder ?? .string(text))
    }
    return [
      "format": .string(Self.format), "name": .string(name), "version": JSONValue(version),
      "published": .string(published), "files": .array(files),
      "inputs": [
        ["name": "observation", "datatype": "FP32", "shape": [-1, JSONValue(observationSize)]],
        ["name": "mask", "datatype": "BOOL", "shape": [-1, JSONValue(choiceCount)], "optional": true],
      ],
      "outputs": [
        ["name": "q", "datatype": "FP32", "shape": [-1, JSONValue(choiceCount)]],
        ["name": "action", "datatype": "INT32", "shape": [-1, JSONValue(branchSizes.count)]],
      ],
      "branch_sizes": .array(branchSizes.map { JSONValue($0) }),
      "observation_names": .array(observationNames.map { .string($0) }),
      "policy": .object(texts), "test_vectors": vectors.json,
    ]
  }

  /// Reads a manifest; nil where it is not of this format.
  public init?(json: JSONValue) {
    guard json["format"]?.string == Self.format, let name = json["name"]?.string,
      let version = json["version"]?.int, let published = json["published"]?.string,
      let files = json["files"]?.array, let vectors = json["test_vectors"].flatMap(TestVectors.init(json:)),
      let observationSize = json["inputs"]?.array?.first?["shape"]?.array?.last?.int, observationSize > 0,
      let branchSizes = json["branch_sizes"]?.array?.map({ $0.int ?? 0 }),
      branchSizes.allSatisfy({ $0 > 0 }),
      let observationNames = json["observation_names"]?.array?.compactMap(\.string),
      case .object(let texts)? = json["policy"]
    else { return nil }
    self.name = name
    self.version = version
    self.published = published
    self.files = files.compactMap { file in
      guard let name = file["name"]?.string, let size = file["size"]?.int, let sha256 = file["sha256"]?.string
      else { return nil }
      return File(name: name, size: size, sha256: sha256)
    }
    guard self.files.count == files.count else { return nil }
    self.observationSize = observationSize
    self.branchSizes = branchSizes
    self.observationNames = observationNames
    metadata = Dictionary(
      texts.map { ($0.key, $0.value.string ?? $0.value.text()) }, uniquingKeysWith: { first, _ in first })
    self.vectors = vectors
  }
}
