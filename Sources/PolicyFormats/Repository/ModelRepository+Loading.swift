import Documents
import Learning

/// One version of a model, read and found to be whole.
public struct PublishedModel: Sendable, Equatable {
  /// What the manifest says.
  public let manifest: ModelManifest
  /// The policy.
  public let policy: TrainedPolicy
  /// The files beside it that are not the policy's own, by name.
  public let attachments: [String: [UInt8]]
}

extension ModelRepository {
  /// Reads what the manifest of a version says; throws `InputError`.
  package func manifest(of name: String, version: Int) throws(InputError) -> ModelManifest {
    guard Self.isName(name) else { throw .invalidName(name) }
    guard versions(of: name).contains(version) else {
      throw .missingVersion(version, of: name, in: path)
    }
    let folder = folder(of: name, version: version)
    let bytes = try AtomicFile.read(folder + "/manifest.json")
    guard let manifest = try? JSONValue(parsing: bytes).decoded(as: ModelManifest.self), manifest.isSound,
      manifest.name == name, manifest.version == version
    else { throw .damagedVersion(folder, "its manifest makes no sense") }
    return manifest
  }

  /// Reads a version, checks every file's digest and plays the test vectors: what comes back can be served.
  ///
  /// - Throws: `InputError`.
  public func load(_ name: String, version: Int) throws(InputError) -> PublishedModel {
    let manifest = try manifest(of: name, version: version)
    let folder = folder(of: name, version: version)
    func damaged(_ problem: String) -> InputError { .damagedVersion(folder, problem) }
    var weights: [UInt8]?
    var attachments: [String: [UInt8]] = [:]
    for file in manifest.files {
      guard !file.name.contains("/") else { throw damaged("its manifest names a file elsewhere") }
      let bytes = try AtomicFile.read("\(folder)/\(file.name)")
      guard bytes.count == file.size, sha256(of: bytes) == file.sha256 else {
        throw damaged("\(file.name) does not have the digest of the manifest")
      }
      if file.name == Self.weightsName {
        weights = bytes
      } else if !file.name.hasPrefix(Self.graphName) {
        attachments[file.name] = bytes
      }
    }
    guard let weights else { throw damaged("its manifest lists no \(Self.weightsName)") }
    let file = try Safetensors(bytes: weights)
    let policy = try TrainedPolicy(file)
    let difference: Float
    switch policy {
    case .network(let policy):
      if let reason = policy.shape.combinedChoice { throw damaged(reason) }
      guard policy.shape.observationSize == manifest.observationSize,
        policy.shape.branchSizes == manifest.branchSizes,
        manifest.vectors.observations.count == manifest.vectors.rows * manifest.observationSize
      else { throw damaged("its weights have other shapes than the manifest says") }
      let computed = TestVectors(policy, observations: manifest.vectors.observations)
      difference = manifest.vectors.difference(to: computed, branchSizes: manifest.branchSizes)
    case .weaklyCoupled(let policy):
      guard manifest.isWeaklyCoupled, policy.shape.columns.count == manifest.observationSize else {
        throw damaged("its weights have other shapes than the manifest says")
      }
      let carried = try WeaklyCoupledVectors(file, of: policy)
      difference = carried.difference(
        to: WeaklyCoupledVectors(
          policy, channels: carried.channels, observations: carried.observations,
          logPrices: carried.logPrices))
    }
    guard difference <= 1e-4 else {
      throw damaged("its weights do not give the outputs of the test vectors")
    }
    return PublishedModel(manifest: manifest, policy: policy, attachments: attachments)
  }
}
