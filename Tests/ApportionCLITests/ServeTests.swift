#if Serving
  import Documents
  import Foundation
  import FoundationNetworking
  import Learning
  import LinearAlgebra
  import NeuralNetworks
  import PolicyFormats
  import Testing

  @Suite struct ServeTests {
    /// On SIGTERM readiness ends at once, while the server goes on listening and answering for the seconds of its delay.
    @Test func saysThatItIsNotReadyBeforeItEnds() async throws {
      let folder = FileManager.default.temporaryDirectory.appending(path: "serve-\(UUID())").path()
      defer { try? FileManager.default.removeItem(atPath: folder) }
      let shape = NetworkShape(observationSize: 2, hidden: [4], branchSizes: [2])
      let policy = Policy(
        shape: shape, weights: [Float](repeating: 0.5, count: shape.parameterCount),
        normalizer: ObservationNormalizer(identity: 2),
        metadata: ["action_ladder": #"[{"name":"a","levels":[0,1]}]"#])
      try ModelRepository(folder).publish(policy, name: "m")
      let delay = 20.0
      let running = try CommandLineProgram.start(
        ["serve", "--repository", folder, "--port", "0", "--drain-delay", "\(delay)", "--json"])
      let port = try await firstAnswer {
        try JSONValue(parsing: AtomicFile.read(running.stem + ".out"))["port"]?.int
      }
      #expect(try await status(port, "health/ready") == 200)
      let signalled = ContinuousClock.now
      kill(running.process.processIdentifier, SIGTERM)
      let refused = try await firstAnswer { try await status(port, "health/ready") == 200 ? nil : true }
      #expect(refused && signalled.duration(to: .now) < .seconds(delay))
      // Each request comes over a connection of its own, so the listener is still there.
      #expect(try await status(port, "health/ready") == 503)
      #expect(try await status(port, "health/live") == 200)
      #expect(try await status(port, "models/m") == 200)
      #expect(running.process.isRunning)
      let ended = try running.finish()
      #expect(ended.status == 0, "\(ended.errors)")
      #expect(signalled.duration(to: .now) >= .seconds(delay))
      await #expect(throws: URLError.self) { try await status(port, "health/live") }
    }

    /// What something says once it says anything, asked every 20 ms for 20 s.
    private func firstAnswer<Value>(_ ask: () async throws -> Value?) async throws -> Value {
      for _ in 0..<1000 {
        if let answer = try? await ask() { return answer }
        try await Task.sleep(for: .milliseconds(20))
      }
      return try #require(try await ask())
    }

    private func status(_ port: Int, _ path: String) async throws -> Int {
      let session = URLSession(configuration: .ephemeral)
      defer { session.finishTasksAndInvalidate() }
      let url = try #require(URL(string: "http://127.0.0.1:\(port)/v2/\(path)"))
      let (_, response) = try await session.data(from: url)
      return try #require(response as? HTTPURLResponse).statusCode
    }
  }
#endif
