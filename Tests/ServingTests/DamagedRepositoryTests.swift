#if Serving
  import Documents
  import Foundation
  import PolicyFormats
  import Serving
  import Synchronization
  import Testing

  /// What a server does where its repository is damaged or changed under it.
  @Suite struct DamagedRepositoryTests {
    private static let body = inferenceRequest([0.5, 1, 0, 0, 0, 0])

    /// The version that answers where none is named, once the repository is read again; nil for 503.
    private func answering(_ client: Client) async throws -> String? {
      _ = try await client.post("repository/models/m/load", "")
      let (status, document) = try await client.post("models/m/infer", Self.body)
      #expect(status == 200 || status == 503)
      return document["model_version"]?.string
    }

    private func damage(_ repository: ModelRepository, _ version: Int, _ file: String) throws {
      let path = repository.folder(of: "m", version: version) + "/" + file
      var bytes = try AtomicFile.read(path)
      bytes[bytes.count - 9] ^= 1
      try AtomicFile.write(bytes, to: path)
    }

    /// Stable stood at 1, then 2; 3 is a canary.
    private func withCanary(_ body: (Client, ModelRepository) async throws -> Void) async throws {
      try await withServer({ $0.refreshInterval = .zero }) { client, repository async throws in
        try repository.publish(randomPolicy(seed: 2), name: "m")
        try repository.publish(randomPolicy(seed: 3), name: "m", label: .canary)
        #expect(try await answering(client) == "2")
        try await body(client, repository)
      }
    }

    @Test(arguments: ["policy.safetensors", "model.onnx", "manifest.json"])
    func theEarlierStableVersionAnswers(file: String) async throws {
      try await withCanary { client, repository async throws in
        try damage(repository, 2, file)
        #expect(try await answering(client) == "1")
        #expect(try await client.get("models/m/versions/stable/ready").0 == 200)
        #expect(try await client.get("models/m/versions/2/ready").0 == 503)
        #expect(try await client.get("health/ready").0 == 200)
        try damage(repository, 1, file)
        #expect(try await answering(client) == nil)
        #expect(try await client.get("health/ready").0 == 503)
        #expect(try await client.get("models/m/versions/canary/ready").0 == 200)
        let index = try await client.post("repository/index", "").1.array ?? []
        #expect(index.count { $0["state"] == "UNAVAILABLE" && $0["reason"] != "" } == 2)
        let metrics = try await client.exchange(
          "GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        #expect(metrics.contains(#"apportion_refused{model="m",version="2",reason=""#))
      }
    }

    @Test func afterARollBackTheLaterVersionDoesNotAnswer() async throws {
      try await withCanary { client, repository async throws in
        try repository.rollBack("m")
        #expect(try await answering(client) == "1")
        try damage(repository, 1, "policy.safetensors")
        #expect(try await answering(client) == nil)
      }
    }

    /// A server that knew the labels goes on by them; one that starts anew has no stable version to answer with.
    @Test(arguments: [nil, "", "{\"stable\":[1,", "[]"]) func damagedLabels(text: String?) async throws {
      try await withCanary { client, repository async throws in
        let path = repository.path + "/m/labels.json"
        try FileManager.default.removeItem(atPath: path)
        if let text { try AtomicFile.write(text, to: path) }
        #expect(try await answering(client) == "2")
        var options = PolicyServer.Options(repository: repository.path)
        let notices = Mutex<[String]>([])
        options.notice = { notice in notices.withLock { $0.append(notice) } }
        let second = try PolicyServer(options: options)
        let inventory = try #require(second.inventory.first)
        #expect(inventory.version == nil)
        #expect(inventory.served == [1, 2, 3])
        #expect(notices.withLock { $0.count } == 1)
        #expect(notices.withLock { $0.first }?.contains("labels.json") == true)
      }
    }

    @Test func aCanaryAloneIsNotStable() async throws {
      let folder = temporaryPath("canary")
      defer { try? FileManager.default.removeItem(atPath: folder) }
      try ModelRepository(folder).publish(randomPolicy(seed: 1), name: "m", label: .canary)
      let server = try PolicyServer(options: .init(repository: folder))
      #expect(try #require(server.inventory.first).version == nil)
    }

    private func waitFor(_ version: String, _ client: Client) async throws {
      for _ in 0..<500 {
        if try await client.post("models/m/infer", Self.body).1["model_version"]?.string == version { return }
        try await Task.sleep(for: .milliseconds(20))
      }
      Issue.record("Version \(version) was not taken up within 10 seconds.")
    }

    /// File by file, the manifest first, each in two halves.
    @Test func takesUpAVersionOnceItIsWhole() async throws {
      try await withServer { client, repository async throws in
        let other = ModelRepository(temporaryPath("other"))
        defer { try? FileManager.default.removeItem(atPath: other.path) }
        for seed in 1...2 { try other.publish(randomPolicy(seed: UInt64(seed)), name: "m") }
        try AtomicFile.write(#"{"stable":[1,2],"canary":[]}"#, to: repository.path + "/m/labels.json")
        let (source, copy) = (other.folder(of: "m", version: 2), repository.folder(of: "m", version: 2))
        try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: false)
        for file in ["manifest.json", "policy.safetensors", "model.onnx"] {
          let bytes = try AtomicFile.read("\(source)/\(file)")
          for end in [bytes.count / 2, bytes.count] {
            #expect(try await client.post("models/m/infer", Self.body).1["model_version"] == "1")
            try AtomicFile.write(Array(bytes[..<end]), to: "\(copy)/\(file)")
            try await Task.sleep(for: .milliseconds(50))
          }
        }
        try await waitFor("2", client)
      }
    }

    @Test func aReplacedFolderIsNoticed() async throws {
      try await withServer { client, repository async throws in
        func values() async throws -> JSONValue? {
          try await client.post("models/m/infer", Self.body).1["outputs"]?.array?.last?["data"]
        }
        let former = try await values()
        let other = ModelRepository(temporaryPath("other"))
        defer { try? FileManager.default.removeItem(atPath: other.path) }
        try other.publish(randomPolicy(seed: 9), name: "m")
        let place = repository.folder(of: "m", version: 1)
        try FileManager.default.moveItem(atPath: place, toPath: repository.path + "/m/.old")
        try FileManager.default.moveItem(atPath: other.folder(of: "m", version: 1), toPath: place)
        var isNew = false
        for _ in 0..<500 where !isNew {
          try await Task.sleep(for: .milliseconds(20))
          let now = try await values()
          isNew = now != nil && now != former
        }
        #expect(isNew)
      }
    }

    @Test func loadReadsAnewAndSaysWhatIsWrong() async throws {
      try await withServer({ $0.refreshInterval = .zero }) { client, repository async throws in
        try repository.publish(randomPolicy(seed: 2), name: "m")
        #expect(try await client.post("repository/models/m/load", "").0 == 200)
        #expect(try await client.post("models/m/infer", Self.body).1["model_version"] == "2")
        try damage(repository, 2, "manifest.json")
        let (status, document) = try await client.post("repository/models/m/load", "")
        #expect(status == 400)
        #expect(document["error"]?.string?.contains(repository.folder(of: "m", version: 2)) == true)
        try damage(repository, 2, "manifest.json")
        #expect(try await client.post("repository/models/m/load", "").0 == 200)
      }
    }
  }
#endif
