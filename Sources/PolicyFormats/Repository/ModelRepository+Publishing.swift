import Documents
import Foundation
import Learning

extension ModelRepository {
  static let weightsName = "policy.safetensors"
  static let graphName = "model.onnx"

  /// Adds a policy as a model's next version and moves a label to it.
  ///
  /// The version is written beside, flushed to the disk, checked and renamed, so that a crash at any point leaves all
  /// other versions whole and never a part of this one. Publishers of one model take turns.
  ///
  /// - Parameters:
  ///   - policy: what to publish.
  ///   - name: the model's name.
  ///   - label: the label that shall stand at the new version.
  ///   - keep: how many versions stay: older ones that bear no label are removed; nil keeps all.
  ///   - attachments: files that lie beside the policy, by name: what describes its problem.
  /// - Returns: the version's manifest.
  /// - Throws: `RepositoryError`, `FileError` or `ONNXError`.
  @discardableResult
  public func publish(
    _ policy: TrainedPolicy, name: String, label: ModelLabels.Label = .stable, keep: Int? = nil,
    attachments: [String: [UInt8]] = [:]
  ) throws -> ModelManifest {
    precondition(keep ?? 1 > 0, "At least one version must be kept, not \(keep ?? 0).")
    guard Self.isName(name) else { throw RepositoryError.invalidName(name) }
    try create(folder(of: name))
    let lock = try FileLock(folder(of: name) + "/.lock")
    defer { lock.release() }
    removeLeftovers(of: name)
    let former = versions(of: name)
    if let last = former.last { try checkSpaces(policy, against: manifest(of: name, version: last)) }
    let version = (former.last ?? 0) + 1
    let temporary = folder(of: name) + "/.publishing-\(version)"
    let manifest = try write(policy, attachments, name: name, version: version, to: temporary)
    let configuration = folder(of: name) + "/config.pbtxt"
    // Whoever runs the servers may have tuned it.
    if !FileManager.default.fileExists(atPath: configuration) {
      try AtomicFile.write(manifest.tritonConfiguration, to: configuration)
    }
    try rename(temporary, to: folder(of: name, version: version))
    var labels = try labels(of: name)
    labels.move(label, to: version)
    try write(labels, of: name)
    if let keep { try removeVersions(of: name, keeping: keep) }
    return manifest
  }

  /// Adds a network as a model's next version; see above.
  @discardableResult
  public func publish(
    _ policy: Policy, name: String, label: ModelLabels.Label = .stable, keep: Int? = nil,
    attachments: [String: [UInt8]] = [:]
  ) throws -> ModelManifest {
    try publish(.network(policy), name: name, label: label, keep: keep, attachments: attachments)
  }

  /// Moves a label to a version that is there, after checking that it can be used.
  ///
  /// - Throws: what `load` throws.
  @discardableResult
  public func move(_ label: ModelLabels.Label, of name: String, to version: Int) throws -> ModelLabels {
    try changeLabels(of: name) { labels in
      _ = try load(name, version: version)
      labels.move(label, to: version)
    }
  }

  /// Moves the stable label back to where it stood before.
  ///
  /// - Throws: `RepositoryError.nothingToRollBackTo`, or what `load` throws.
  @discardableResult
  public func rollBack(_ name: String) throws -> ModelLabels {
    try changeLabels(of: name) { labels in
      labels.keep(only: Set(versions(of: name)))
      guard labels.rollBack(.stable), let version = labels[.stable] else {
        throw RepositoryError.nothingToRollBackTo(name: name)
      }
      _ = try load(name, version: version)
    }
  }

  private func changeLabels(
    of name: String, _ change: (inout ModelLabels) throws -> Void
  ) throws -> ModelLabels {
    guard Self.isName(name) else { throw RepositoryError.invalidName(name) }
    guard !versions(of: name).isEmpty else {
      throw RepositoryError.missingModel(name: name, repository: path)
    }
    let lock = try FileLock(folder(of: name) + "/.lock")
    defer { lock.release() }
    var labels = try labels(of: name)
    try change(&labels)
    try write(labels, of: name)
    return labels
  }

  private func write(_ labels: ModelLabels, of name: String) throws(FileError) {
    try AtomicFile.write(document: labels, to: folder(of: name) + "/labels.json")
  }

  /// Writes a version's files to a folder and reads them back.
  private func write(
    _ policy: TrainedPolicy, _ attachments: [String: [UInt8]], name: String, version: Int, to folder: String
  ) throws -> ModelManifest {
    let formats = [(PolicyFormat.safetensors, Self.weightsName), (.onnx, Self.graphName)]
    if let network = policy.network, let refusal = PolicyFormat.onnx.refusal(of: network) { throw refusal }
    try create(folder)
    var names: [String] = []
    for (format, file) in formats {
      guard try format.writeChecked(policy, to: "\(folder)/\(file)") <= 1e-4 else {
        throw RepositoryError.damaged(folder: folder, detail: "\(file) computes something else")
      }
      names.append(file)
      if FileManager.default.fileExists(atPath: "\(folder)/\(file).data") { names.append(file + ".data") }
    }
    for (attachment, bytes) in attachments.sorted(by: { $0.key < $1.key }) {
      precondition(
        !attachment.contains("/") && !names.contains(attachment) && attachment != "manifest.json",
        "An attachment needs a file name of its own, not \(attachment).")
      try AtomicFile.write(bytes, to: "\(folder)/\(attachment)")
      names.append(attachment)
    }
    let files = try names.map { name in
      let bytes = try AtomicFile.read("\(folder)/\(name)")
      return ModelManifest.File(name: name, size: bytes.count, sha256: sha256(of: bytes))
    }
    let manifest = ModelManifest(name: name, version: version, policy: policy, files: files)
    try AtomicFile.write(document: manifest, to: folder + "/manifest.json")
    return manifest
  }

  private func checkSpaces(_ policy: TrainedPolicy, against manifest: ModelManifest) throws(RepositoryError) {
    guard let shape = policy.network?.shape, !manifest.isWeaklyCoupled else {
      guard case .weaklyCoupled(let policy) = policy, manifest.isWeaklyCoupled,
        policy.featureNames == manifest.observationNames,
        policy.shape.columns.count == manifest.observationSize
      else {
        throw .otherSpaces(name: manifest.name, detail: "it reads other rows, or is of another form")
      }
      return
    }
    guard shape.observationSize == manifest.observationSize else {
      throw .otherSpaces(
        name: manifest.name,
        detail: "it reads \(shape.observationSize) columns and not \(manifest.observationSize)")
    }
    guard shape.branchSizes == manifest.branchSizes else {
      throw .otherSpaces(
        name: manifest.name,
        detail: "it chooses among \(shape.branchSizes) levels and not \(manifest.branchSizes)")
    }
  }

  /// Removes all but the newest versions and those that bear a label. A version goes by one renaming.
  private func removeVersions(of name: String, keeping count: Int) throws {
    var labels = try labels(of: name)
    let versions = versions(of: name)
    let kept = labels.versions.union(versions.suffix(count))
    labels.keep(only: kept)
    try write(labels, of: name)
    for version in versions where !kept.contains(version) {
      try rename(folder(of: name, version: version), to: folder(of: name) + "/.removing-\(version)")
    }
    removeLeftovers(of: name)
  }

  /// Removes what a publisher that did not end well left behind; the lock says that no other is at work.
  private func removeLeftovers(of name: String) {
    let files = FileManager.default
    for entry in (try? files.contentsOfDirectory(atPath: folder(of: name))) ?? []
    where [".publishing-", ".removing-", ".labels.json-", ".config.pbtxt-"].contains(where: {
      entry.hasPrefix($0)
    }) {
      try? files.removeItem(atPath: "\(folder(of: name))/\(entry)")
    }
  }

  private func create(_ folder: String) throws(FileError) {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw .unwritable(path: folder, reason: "the folder cannot be created")
    }
    AtomicFile.flush(folder: folder + "/..")
  }

  private func rename(_ folder: String, to destination: String) throws(FileError) {
    do {
      try FileManager.default.moveItem(atPath: folder, toPath: destination)
    } catch {
      throw .unwritable(path: destination, reason: "the folder cannot be renamed")
    }
    AtomicFile.flush(folder: destination + "/..")
  }
}
