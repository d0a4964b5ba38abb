import Documents
import Foundation
import Learning
import PolicyFormats
import Testing

@Suite struct ModelRepositoryTests {
  @Test func publishesWhatItLoads() throws {
    try withTemporaryFolder { folder in
      let repository = ModelRepository(folder + "/deep/repository")
      #expect(repository.models == [])
      let policy = randomPolicy()
      let manifest = try repository.publish(policy, name: "bids")
      #expect(manifest.version == 1)
      #expect(repository.models == ["bids"])
      #expect(repository.versions(of: "bids") == [1])
      #expect(try repository.labels(of: "bids")[.stable] == 1)
      let loaded = try repository.load("bids", version: 1)
      #expect(loaded.policy == .network(policy))
      #expect(loaded.manifest == manifest)
      let version = repository.folder(of: "bids", version: 1)
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: version).sorted() == [
          "manifest.json", "model.onnx", "policy.safetensors",
        ])
      for file in manifest.files {
        #expect(try sha256(of: AtomicFile.read("\(version)/\(file.name)")) == file.sha256)
      }
      let json = try JSONValue(parsing: AtomicFile.read(version + "/manifest.json"))
      #expect(json["policy"]?["market_digest"]?.string == "0123456789abcdef")
      #expect(json["policy"]?["training_steps"]?.string == "1000")
      #expect(json["branch_sizes"] == [3, 4, 2])
      let triton = String(
        decoding: try AtomicFile.read(folder + "/deep/repository/bids/config.pbtxt"), as: UTF8.self)
      #expect(triton.contains(#"{ name: "observation", data_type: TYPE_FP32, dims: [ 15 ] }"#))
    }
  }

  @Test func weaklyCoupledPoliciesArePublishedAlike() throws {
    try withTemporaryFolder { folder in
      let repository = ModelRepository(folder)
      let shape = WeaklyCoupledShape(columns: ChannelColumns(features: 6, levels: 5), hidden: [7])
      let count = zip(shape.widths, shape.widths.dropFirst()).reduce(0) { $0 + ($1.0 + 1) * $1.1 }
      let policy = TrainedPolicy.weaklyCoupled(
        WeaklyCoupledPolicy(
          shape: shape, weights: (0..<count).map { Float($0 % 7) / 20 - 0.1 }, priceCenter: 0.3,
          schedules: [.init(priceOffsets: [0.1, 0], optimism: [0.4])], featureNames: (0..<6).map { "f\($0)" },
          metadata: ["market": "tiny", "market_digest": "0123"], trainingSeed: 2, trainingSteps: 9))
      let manifest = try repository.publish(policy, name: "w")
      #expect(manifest.isWeaklyCoupled && manifest.metadata["market_digest"] == "0123")
      #expect(manifest.inputs.map(\.shape) == [[-1, -1, shape.columns.count], [-1]])
      #expect(manifest.outputs.map(\.shape) == [[-1, -1, 5], [-1, -1, 5]])
      let loaded = try repository.load("w", version: 1)
      #expect(loaded.policy == policy && loaded.manifest == manifest)
      #expect(throws: InputError.self) { try repository.publish(randomPolicy(), name: "w") }
      try repository.publish(randomPolicy(), name: "m")
      #expect(throws: InputError.self) { try repository.publish(policy, name: "m") }
      #expect(manifest.tritonConfiguration.contains("log_money_price"))
    }
  }

  @Test func labelsMoveAndRollBack() throws {
    try withTemporaryFolder { folder in
      let repository = ModelRepository(folder)
      for seed in 1...3 { try repository.publish(randomPolicy(seed: UInt64(seed)), name: "m") }
      try repository.publish(randomPolicy(seed: 4), name: "m", label: .canary)
      var labels = try repository.labels(of: "m")
      #expect(labels[.stable] == 3 && labels[.canary] == 4)
      try repository.move(.stable, of: "m", to: 4)
      // Back through the versions that were stable, not through the numbers.
      try repository.move(.stable, of: "m", to: 1)
      labels = try repository.rollBack("m")
      #expect(labels[.stable] == 4)
      #expect(try repository.rollBack("m")[.stable] == 3)
      #expect(throws: InputError.missingVersion(9, of: "m", in: folder)) {
        try repository.move(.stable, of: "m", to: 9)
      }
      #expect(throws: InputError.missingModel("n", in: folder)) {
        try repository.rollBack("n")
      }
      #expect(try repository.labels(of: "m")[.stable] == 3)
    }
  }

  @Test func keepsTheNewestAndTheLabelled() throws {
    try withTemporaryFolder { folder in
      let repository = ModelRepository(folder)
      try repository.publish(randomPolicy(), name: "m", label: .canary)
      for _ in 2...5 { try repository.publish(randomPolicy(), name: "m", keep: 2) }
      #expect(repository.versions(of: "m") == [1, 4, 5])
      #expect(try repository.rollBack("m")[.stable] == 4)
      let error = #expect(throws: InputError.self) { try repository.rollBack("m") }
      #expect(error?.problem == "model 'm' has no earlier stable version to roll back to")
      let left = try FileManager.default.contentsOfDirectory(atPath: folder + "/m")
      #expect(Set(left) == ["1", "4", "5", ".lock", "config.pbtxt", "labels.json"])
      try repository.publish(randomPolicy(), name: "m")
      #expect(repository.versions(of: "m").last == 6)
    }
  }

  @Test func refusesWhatDoesNotFit() throws {
    try withTemporaryFolder { folder in
      let repository = ModelRepository(folder)
      for name in ["", ".", "..", "a/b", ".hidden", "ü", "a b"] {
        #expect(throws: InputError.invalidName(name)) {
          try repository.publish(randomPolicy(), name: name)
        }
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
      try repository.publish(randomPolicy(), name: "m")
      #expect(throws: InputError.self) {
        try repository.publish(randomPolicy(branchSizes: [3, 4]), name: "m")
      }
      #expect(
        throws: InputError.otherSpaces(
          "m", "it chooses among [4, 3, 2] levels and not [3, 4, 2]")
      ) { try repository.publish(randomPolicy(branchSizes: [4, 3, 2]), name: "m") }
      #expect(repository.versions(of: "m") == [1])
    }
  }

  @Test(arguments: ["policy.safetensors", "model.onnx", "manifest.json"]) func refusesDamage(file: String)
    throws
  {
    try withTemporaryFolder { folder in
      let repository = ModelRepository(folder)
      try repository.publish(randomPolicy(), name: "m")
      let path = repository.folder(of: "m", version: 1) + "/" + file
      var bytes = try AtomicFile.read(path)
      // In the manifest this is a digit of the last test vectors' values or a bracket; elsewhere any bit.
      bytes[bytes.count - (file == "manifest.json" ? 4 : 9)] ^= 1
      try AtomicFile.write(bytes, to: path)
      #expect(throws: InputError.self) { try repository.load("m", version: 1) }
      try FileManager.default.removeItem(atPath: path)
      #expect(throws: InputError.missing(path: path)) { try repository.load("m", version: 1) }
    }
  }

  /// Weights that do not give the promised outputs are refused even where all digests are right.
  @Test func playsTheTestVectors() throws {
    try withTemporaryFolder { folder in
      let repository = ModelRepository(folder)
      try repository.publish(randomPolicy(), name: "m")
      let version = repository.folder(of: "m", version: 1)
      let former = try AtomicFile.read(version + "/policy.safetensors")
      let other = randomPolicy(seed: 99).safetensors.serialized()
      try AtomicFile.write(other, to: version + "/policy.safetensors")
      let manifest = String(decoding: try AtomicFile.read(version + "/manifest.json"), as: UTF8.self)
        .replacing(sha256(of: former), with: sha256(of: other))
        .replacing("\"size\": \(former.count)", with: "\"size\": \(other.count)")
      try AtomicFile.write(manifest, to: version + "/manifest.json")
      #expect(
        throws: InputError.damagedVersion(
          version, "its weights do not give the outputs of the test vectors")
      ) { try repository.load("m", version: 1) }
    }
  }

  @Test func publishersTakeTurns() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "turns-\(UUID())").path()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let repository = ModelRepository(folder)
    try await withThrowingTaskGroup { group in
      for seed in 1...8 {
        group.addTask { _ = try repository.publish(randomPolicy(seed: UInt64(seed)), name: "m") }
      }
      try await group.waitForAll()
    }
    #expect(repository.versions(of: "m") == Array(1...8))
    for version in 1...8 { _ = try repository.load("m", version: version) }
  }
}
