import Documents
import Environments
import Foundation
import Learning
import NeuralNetworks
import PolicyFormats
import Testing

/// Repositories that were damaged, filled by hand, or cannot be written to.
@Suite struct DamagedRepositoryTests {
  @Test(arguments: ["", "{", "[]", #"{"stable":[0],"canary":[]}"#, #"{"stable":"1"}"#])
  func publishesOverDamagedLabels(text: String) throws {
    try withTemporaryFolder { folder in
      let repository = ModelRepository(folder)
      for seed in 1...2 { try repository.publish(randomPolicy(seed: UInt64(seed)), name: "m") }
      try AtomicFile.write(text, to: folder + "/m/labels.json")
      let error = #expect(throws: InputError.self) { try repository.labels(of: "m") }
      #expect(error?.file == folder + "/m/labels.json")
      // A canary does not become stable for want of labels: Triton was told which version is.
      var notices: [String] = []
      try repository.publish(randomPolicy(), name: "m", label: .canary) { notices.append($0) }
      let labels = try repository.labels(of: "m")
      #expect(labels[.stable] == 2 && labels[.canary] == 3)
      #expect(notices.count == 1 && notices[0].contains("version 2"))
      try AtomicFile.write(text, to: folder + "/m/labels.json")
      #expect(try repository.move(.stable, of: "m", to: 1)[.stable] == 1)
    }
  }

  @Test(arguments: [nil, "", "{", "{}"]) func publishesOverADamagedManifest(text: String?) throws {
    try withTemporaryFolder { folder in
      let repository = ModelRepository(folder)
      for seed in 1...2 { try repository.publish(randomPolicy(seed: UInt64(seed)), name: "m") }
      let manifest = folder + "/m/2/manifest.json"
      try FileManager.default.removeItem(atPath: manifest)
      if let text { try AtomicFile.write(text, to: manifest) }
      var notices: [String] = []
      #expect(try repository.publish(randomPolicy(), name: "m") { notices.append($0) }.version == 3)
      #expect(notices.count == 1 && notices[0].hasPrefix("Version 2 of 'm' is passed over: "))
      // The version before it still says what the model reads.
      try FileManager.default.removeItem(atPath: folder + "/m/3/manifest.json")
      #expect(throws: InputError.self) {
        try repository.publish(randomPolicy(branchSizes: [3, 4]), name: "m")
      }
    }
  }

  /// A number that was stable once is given to nothing else, so that a canary is never taken for what it named.
  @Test func numbersAreNotUsedAgain() throws {
    try withTemporaryFolder { folder in
      let repository = ModelRepository(folder)
      for seed in 1...2 { try repository.publish(randomPolicy(seed: UInt64(seed)), name: "m") }
      try FileManager.default.removeItem(atPath: folder + "/m/2")
      #expect(try repository.publish(randomPolicy(), name: "m", label: .canary).version == 3)
      #expect(try repository.labels(of: "m").history(of: .stable) == [1])
    }
  }

  private func contents(of folder: String) throws -> [String: [UInt8]] {
    let names = try #require(FileManager.default.enumerator(atPath: folder)).compactMap { $0 as? String }
    return names.reduce(into: [:]) { $0[$1] = (try? AtomicFile.read("\(folder)/\($1)")) ?? [] }
  }

  @Test func aFailureLeavesNothingBehind() throws {
    try withTemporaryFolder { folder in
      let repository = ModelRepository(folder + "/deep/models")
      let joint = jointPolicy()
      #expect(throws: InputError.self) { try repository.publish(joint, name: "m") }
      #expect(try contents(of: folder).isEmpty)
      for seed in 1...2 { try repository.publish(randomPolicy(seed: UInt64(seed)), name: "m") }
      // The last thing that is written cannot be: all before it is undone.
      let configuration = folder + "/deep/models/m/config.pbtxt"
      try FileManager.default.removeItem(atPath: configuration)
      try FileManager.default.createDirectory(atPath: configuration, withIntermediateDirectories: false)
      let before = try contents(of: folder)
      for label in ModelLabels.Label.allCases {
        #expect(throws: InputError.self) { try repository.publish(randomPolicy(), name: "m", label: label) }
        #expect(try contents(of: folder) == before)
      }
      #expect(throws: InputError.self) { try repository.rollBack("m") }
      #expect(try contents(of: folder) == before)
    }
  }

  @Test func tritonServesTheStableVersion() throws {
    try withTemporaryFolder { folder in
      let repository = ModelRepository(folder)
      let path = folder + "/m/config.pbtxt"
      func policies() throws -> [Substring] {
        String(decoding: try AtomicFile.read(path), as: UTF8.self).split(separator: "\n").filter {
          $0.contains("version_policy")
        }
      }
      try repository.publish(randomPolicy(), name: "m", label: .canary)
      #expect(try policies() == ["version_policy: { specific: { versions: [ ] } }"])
      try repository.publish(randomPolicy(), name: "m")
      #expect(try policies() == ["version_policy: { specific: { versions: [ 2 ] } }"])
      try repository.publish(randomPolicy(), name: "m", label: .canary)
      #expect(try policies() == ["version_policy: { specific: { versions: [ 2 ] } }"])
      // What an owner wrote stays to the letter; text in comments, strings and other messages is none of ours.
      let owned = """
        # version_policy: { all: {} }
        name: "m # version_policy { all {} }"
        instance_group [ { count: 2 kind: KIND_CPU } ]
        version_policy {
          latest { num_versions: 2 }  # }
        }
        parameters { key: 'version_policy' value: { string_value: "{" } }
        """
      try AtomicFile.write(owned, to: path)
      try repository.move(.stable, of: "m", to: 1)
      let written = String(decoding: try AtomicFile.read(path), as: UTF8.self)
      #expect(
        written
          == owned.replacing(
            "version_policy {\n  latest { num_versions: 2 }  # }\n}",
            with: "version_policy: { specific: { versions: [ 1 ] } }"))
      try repository.rollBack("m")
      #expect(try policies().contains("version_policy: { specific: { versions: [ 2 ] } }"))
    }
  }

  /// Puts other weights into a version, with the digest of the manifest right.
  private func replaceWeights(_ weights: Safetensors, in repository: ModelRepository) throws {
    let version = repository.folder(of: "m", version: 1)
    let former = try AtomicFile.read(version + "/policy.safetensors")
    let other = weights.serialized()
    try AtomicFile.write(other, to: version + "/policy.safetensors")
    let manifest = String(decoding: try AtomicFile.read(version + "/manifest.json"), as: UTF8.self)
      .replacing(sha256(of: former), with: sha256(of: other))
      .replacing("\"size\": \(former.count)", with: "\"size\": \(other.count)")
    try AtomicFile.write(manifest, to: version + "/manifest.json")
  }

  private func jointPolicy() -> Policy {
    let shape = NetworkShape(observationSize: 15, hidden: [4], branchSizes: [3, 4, 2], aggregation: .joint)
    return Policy(
      shape: shape, weights: [Float](repeating: 0.1, count: shape.parameterCount),
      normalizer: ObservationNormalizer(identity: 15))
  }

  /// Policies whose choices are not made branch by branch cannot be served: each is refused in one line.
  @Test func refusesPoliciesOfOtherKinds() throws {
    let layout = ObservationLayout(size: 15, spend: .init(costs: 5..<14, budget: 14))
    let capped = NetworkShape(
      layout: layout, hidden: [4], branchSizes: [3, 4, 2], aggregation: .additive)
    let columns = WeaklyCoupledShape(columns: ChannelColumns(features: 3, levels: 4), hidden: [5])
    let weaklyCoupled = WeaklyCoupledPolicy(
      shape: columns, weights: DenseNetwork(widths: columns.widths, seed: 3).parameterValues, priceCenter: 0,
      featureNames: ["a", "b", "c"], metadata: [:], trainingSeed: 7,
      trainingSteps: 9)
    let others: [(Safetensors, String)] = [
      (jointPolicy().safetensors, "joint head"),
      (
        Policy(
          shape: capped, weights: [Float](repeating: 0.1, count: capped.parameterCount),
          normalizer: ObservationNormalizer(identity: 15)
        ).safetensors, "capped"
      ),
      (weaklyCoupled.safetensors, "other shapes"),
    ]
    for (weights, word) in others {
      try withTemporaryFolder { folder in
        let repository = ModelRepository(folder)
        try repository.publish(randomPolicy(), name: "m")
        try replaceWeights(weights, in: repository)
        let error = #expect(throws: (any Error).self) { try repository.load("m", version: 1) }
        let sentence = error.map { "\($0)" } ?? ""
        #expect(sentence.contains(word) && !sentence.contains("\n"), "\(sentence)")
      }
    }
  }

  /// Test vectors that name a level which is not there.
  @Test(arguments: [3, -1, 2_147_483_647]) func refusesImpossibleTestVectors(level: Int) throws {
    try withTemporaryFolder { folder in
      let repository = ModelRepository(folder)
      let manifest = try repository.publish(randomPolicy(), name: "m")
      let path = folder + "/m/1/manifest.json"
      let text = String(decoding: try AtomicFile.read(path), as: UTF8.self)
      let pieces = text.split(separator: "\"action\":", maxSplits: 2, omittingEmptySubsequences: false)
      let digit = "\(manifest.vectors.actions[0])"
      let last = try #require(pieces.last)
      let place = try #require(last.range(of: digit))
      let changed =
        pieces.dropLast().joined(separator: "\"action\":") + "\"action\":"
        + last.replacingCharacters(in: place, with: "\(level)")
      try AtomicFile.write(changed, to: path)
      #expect(throws: InputError.self) { try repository.load("m", version: 1) }
    }
  }
}
