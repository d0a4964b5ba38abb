import Documents
import Foundation
import Learning

extension ModelRepository {
  static let weightsName = "policy.safetensors"
  static let graphName = "model.onnx"

  /// Adds a policy as a model's next version and moves a label to it.
  ///
  /// The version is written beside, flushed to the disk, checked and renamed, so that a crash at any point leaves all
  /// other versions whole and never a part of this one. A failure, on a full disk too, leaves the repository as it was.
  /// Publishers of one model take turns. What is damaged already does not stand in the way: see `notice`.
  ///
  /// - Parameters:
  ///   - policy: what to publish.
  ///   - name: the model's name.
  ///   - label: the label that shall stand at the new version.
  ///   - keep: how many versions stay: older ones that bear no label are removed; nil keeps all.
  ///   - attachments: files that lie beside the policy, by name: what describes its problem.
  ///   - notice: takes a sentence for each thing that was found damaged and passed over or mended.
  /// - Returns: the version's manifest.
  /// - Throws: `InputError`.
  @discardableResult
  public func publish(
    _ policy: TrainedPolicy, name: String, label: ModelLabels.Label = .stable, keep: Int? = nil,
    attachments: [String: [UInt8]] = [:], notice: (String) -> Void = { _ in }
  ) throws -> ModelManifest {
    precondition(keep ?? 1 > 0, "At least one version must be kept, not \(keep ?? 0).")
    guard Self.isName(name) else { throw InputError.invalidName(name) }
    let created = Self.firstMissing(of: folder(of: name))
    do {
      try create(folder(of: name))
      let lock = try FileLock(folder(of: name) + "/.lock")
      defer { lock.release() }
      let manifest = try add(policy, attachments, name: name, label: label, notice: notice)
      if let keep { try removeVersions(of: name, keeping: keep) }
      return manifest
    } catch {
      // Another may have come to the same new folder meanwhile, and have had better luck.
      if let created, versions(of: name).isEmpty { try? FileManager.default.removeItem(atPath: created) }
      throw error
    }
  }

  /// Adds a network as a model's next version; see above.
  @discardableResult
  public func publish(
    _ policy: Policy, name: String, label: ModelLabels.Label = .stable, keep: Int? = nil,
    attachments: [String: [UInt8]] = [:], notice: (String) -> Void = { _ in }
  ) throws -> ModelManifest {
    try publish(
      .network(policy), name: name, label: label, keep: keep, attachments: attachments, notice: notice)
  }

  /// Writes the next version, moves the label and tells Triton; undoes what was done where the rest cannot be.
  private func add(
    _ policy: TrainedPolicy, _ attachments: [String: [UInt8]], name: String, label: ModelLabels.Label,
    notice: (String) -> Void
  ) throws -> ModelManifest {
    removeLeftovers(of: name)
    let former = versions(of: name)
    try checkSpaces(policy, of: name, versions: former, notice: notice)
    var labels = try readableLabels(of: name, notice: notice)
    // A number that ever bore a label stands for what bore it: it is given to nothing else.
    let version = max(former.last ?? 0, labels.newest) + 1
    labels.keep(only: Set(former))
    labels.move(label, to: version)
    let (temporary, folder) = (
      folder(of: name) + "/.publishing-\(version)", folder(of: name, version: version)
    )
    let before = Self.smallFiles.map { try? AtomicFile.read("\(self.folder(of: name))/\($0)") }
    do {
      let manifest = try write(policy, attachments, name: name, version: version, to: temporary)
      try rename(temporary, to: folder)
      try write(labels, of: name)
      try configureTriton(of: name, stable: labels[.stable], manifest: manifest)
      return manifest
    } catch {
      // The version goes first: that frees the room that the files before it may need.
      try? rename(folder, to: temporary)
      try? FileManager.default.removeItem(atPath: temporary)
      for (file, bytes) in zip(Self.smallFiles, before) {
        let path = "\(self.folder(of: name))/\(file)"
        guard (try? AtomicFile.read(path)) != bytes else { continue }
        if let bytes {
          try? AtomicFile.write(bytes, to: path)
        } else {
          try? FileManager.default.removeItem(atPath: path)
        }
      }
      throw error
    }
  }

  /// What stands beside a model's versions.
  private static let smallFiles = ["labels.json", "config.pbtxt"]

  /// The labels; where `labels.json` makes no sense, what is left: the stable version that Triton was told of.
  private func readableLabels(of name: String, notice: (String) -> Void) throws(InputError) -> ModelLabels {
    do { return try labels(of: name) } catch  where error.kind == .malformed {
      var labels = ModelLabels()
      let configuration = (try? AtomicFile.read(folder(of: name) + "/config.pbtxt")) ?? []
      let stable = TritonConfiguration(text: String(decoding: configuration, as: UTF8.self)).version
      if let stable, versions(of: name).contains(stable) { labels.move(.stable, to: stable) }
      let left = labels[.stable].map { "version \($0), which Triton was told of, counts as stable" }
      notice(
        "\(error.file ?? name): \(error.problem). It is written anew: \(left ?? "no version before this one bears a label")."
      )
      return labels
    }
  }

  /// Tells Triton, which knows no labels, to serve the stable version and no other; leaves what else an owner wrote.
  private func configureTriton(of name: String, stable: Int?, manifest: ModelManifest? = nil) throws {
    let path = folder(of: name) + "/config.pbtxt"
    let isThere = FileMark(path) != nil
    guard isThere || manifest != nil else { return }
    let former = isThere ? String(decoding: try AtomicFile.read(path), as: UTF8.self) : nil
    let configured = TritonConfiguration(text: former ?? manifest?.tritonConfiguration ?? "").serving(stable)
    if configured != former { try AtomicFile.write(configured, to: path) }
  }

  /// The first folder of a path that is not there; nil where all are.
  private static func firstMissing(of path: String) -> String? {
    var missing: String?
    var folder = path
    while !folder.isEmpty, FileMark(folder) == nil {
      missing = folder
      folder = folder.lastIndex(of: "/").map { String(folder[..<$0]) } ?? ""
    }
    return missing
  }

  /// Moves a label to a version that is there, after checking that it can be used; `notice` is told of damage, as by `publish`.
  ///
  /// - Throws: what `load` throws.
  @discardableResult
  package func move(
    _ label: ModelLabels.Label, of name: String, to version: Int, notice: (String) -> Void = { _ in }
  ) throws -> ModelLabels {
    try changeLabels(of: name, notice: notice) { labels in
      _ = try load(name, version: version)
      labels.move(label, to: version)
    }
  }

  /// Moves the stable label back to where it stood before.
  ///
  /// - Throws: `InputError`, or what `load` throws.
  @discardableResult
  package func rollBack(_ name: String, notice: (String) -> Void = { _ in }) throws -> ModelLabels {
    try changeLabels(of: name, notice: notice) { labels in
      labels.keep(only: Set(versions(of: name)))
      guard labels.rollBack(.stable), let version = labels[.stable] else {
        throw InputError(
          .invalid, file: path, problem: "model '\(name)' has no earlier stable version to roll back to",
          remedy: "name the version with `apportion publish --version`")
      }
      _ = try load(name, version: version)
    }
  }

  private func changeLabels(
    of name: String, notice: (String) -> Void, _ change: (inout ModelLabels) throws -> Void
  ) throws -> ModelLabels {
    guard Self.isName(name) else { throw InputError.invalidName(name) }
    guard !versions(of: name).isEmpty else {
      throw InputError.missingModel(name, in: path)
    }
    let lock = try FileLock(folder(of: name) + "/.lock")
    defer { lock.release() }
    let former = try readableLabels(of: name, notice: notice)
    var labels = former
    try change(&labels)
    try write(labels, of: name)
    do { try configureTriton(of: name, stable: labels[.stable]) } catch {
      try? write(former, of: name)
      throw error
    }
    return labels
  }

  private func write(_ labels: ModelLabels, of name: String) throws(InputError) {
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
        throw InputError.damagedVersion(folder, "\(file) computes something else")
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

  /// Compares what a policy reads and chooses with the newest version whose manifest can be read.
  private func checkSpaces(
    _ policy: TrainedPolicy, of name: String, versions: [Int], notice: (String) -> Void
  ) throws(InputError) {
    var newest: ModelManifest?
    for version in versions.reversed() {
      do { newest = try manifest(of: name, version: version) } catch {
        notice("Version \(version) of '\(name)' is passed over: \(error)")
      }
      if newest != nil { break }
    }
    guard let manifest = newest else { return }
    guard let shape = policy.network?.shape, !manifest.isWeaklyCoupled else {
      guard case .weaklyCoupled(let policy) = policy, manifest.isWeaklyCoupled,
        policy.featureNames == manifest.observationNames,
        policy.shape.columns.count == manifest.observationSize
      else {
        throw .otherSpaces(manifest.name, "it reads other rows, or is of another form")
      }
      return
    }
    guard shape.observationSize == manifest.observationSize else {
      throw .otherSpaces(
        manifest.name, "it reads \(shape.observationSize) columns and not \(manifest.observationSize)")
    }
    guard shape.branchSizes == manifest.branchSizes else {
      throw .otherSpaces(
        manifest.name, "it chooses among \(shape.branchSizes) levels and not \(manifest.branchSizes)")
    }
  }

  /// Removes all but the newest versions and those that bear a label. A version goes by one renaming.
  private func removeVersions(of name: String, keeping count: Int) throws {
    var labels = try labels(of: name)
    let versions = versions(of: name)
    let kept = labels.versions.union(versions.suffix(count))
    for version in versions where !kept.contains(version) {
      try rename(folder(of: name, version: version), to: folder(of: name) + "/.removing-\(version)")
    }
    removeLeftovers(of: name)
    labels.keep(only: kept)
    try write(labels, of: name)
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

  private func create(_ folder: String) throws(InputError) {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw .unwritable(path: folder, reason: "the folder cannot be created")
    }
    AtomicFile.flush(folder: folder + "/..")
  }

  private func rename(_ folder: String, to destination: String) throws(InputError) {
    do {
      try FileManager.default.moveItem(atPath: folder, toPath: destination)
    } catch {
      throw .unwritable(path: destination, reason: "the folder cannot be renamed")
    }
    AtomicFile.flush(folder: destination + "/..")
  }
}
