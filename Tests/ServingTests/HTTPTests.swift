#if Serving
  import Documents
  import Environments
  import Foundation
  import Learning
  import NeuralNetworks
  import PolicyFormats
  import Serving
  import Testing

  /// What HTTP asks of a server beyond its requests' content.
  @Suite struct HTTPTests {
    /// The same request, compressed by Python's gzip and zlib: in two members, in one, as RFC 1950 and as bare RFC 1951.
    private static let compressed = [
      (
        "gzip",
        "H4sIAAAAAAACA6tWyswrKC0pVrKKrlbKS8xNVbJSyk8qTi0qSyzJzM9T0lFKSSxJLKkEAHSl9QEoAAAAH4sIAAAAAAACAytIVbJScgswNlLSUSrOSCwAcqMNdcxidZRSEksSwRwjHWMdEx1ToGBtbC0AswCERTAAAAA="
      ),
      (
        "GZIP",
        "H4sIAAAAAAACA6tWyswrKC0pVrKKrlbKS8xNVbJSyk8qTi0qSyzJzM9T0lFKSSxJLKksAEm4BRgbAUWKMxJB3GhDHbNYiDyYY6RjrGOiYwoUrI2tBQDFbI4HWAAAAA=="
      ),
      (
        "deflate",
        "eJyrVsrMKygtKVayiq5WykvMTVWyUspPKk4tKkssyczPU9JRSkksSSypLABJuAUYGwFFijMSQdxoQx2zWIg8mGOkY6xjomMKFKyNrQUADIUbMQ=="
      ),
      (
        "identity, deflate",
        "q1bKzCsoLSlWsoquVspLzE1VslLKTypOLSpLLMnMz1PSUUpJLEksqSwASbgFGBsBRYozEkHcaEMds1iIPJhjpGOsY6JjChSsja0FAA=="
      ),
    ]

    private func body(_ base64: String) throws -> [UInt8] { Array(try #require(Data(base64Encoded: base64))) }

    @Test func readsCompressedBodies() async throws {
      try await withServer({ $0.bodyLimit = 1000 }) { client, _ async throws in
        let plain = try await client.post("models/m/infer", inferenceRequest([1, 2, 3, 4, 5, 6]))
        let isIdentity = ["Content-Encoding": "identity"]
        #expect(
          try await client.post("models/m/infer", inferenceRequest([1, 2, 3, 4, 5, 6]), headers: isIdentity)
            == plain)
        for (encoding, text) in Self.compressed {
          let bytes = try body(text)
          let (status, document) = try await client.post(
            "models/m/infer", bytes, headers: ["Content-Encoding": encoding])
          #expect(status == 200, "\(encoding)")
          #expect(document["outputs"] == plain.1["outputs"])
          // Cut short, and with something behind it.
          for broken in [Array(bytes.dropLast(3)), bytes + [1], Array(bytes.prefix(1))] {
            #expect(
              try await client.post("models/m/infer", broken, headers: ["Content-Encoding": encoding]).0
                == 400)
          }
        }
        // 20,000 spaces in 46 bytes.
        let bomb = try body("H4sIAAAAAAACA+3BMQEAAADCoCrrn9IaHkABAAAAAAAAAAAAAAAAAAAAAAAA8GAoxAiFIE4AAA==")
        #expect(try await client.post("models/m/infer", bomb, headers: ["Content-Encoding": "gzip"]).0 == 413)
        for encoding in ["br", "gzip, gzip"] {
          #expect(
            try await client.post("models/m/infer", bomb, headers: ["Content-Encoding": encoding]).0 == 415)
        }
      }
    }

    private func exchange(_ line: String, _ client: Client) async throws -> (head: String, body: String) {
      let answer = try await client.exchange("\(line) HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
      let parts = answer.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
      return ("\(parts[0])", parts.count > 1 ? "\(parts[1])" : "")
    }

    @Test func headIsGetWithoutABody() async throws {
      try await withServer { client, _ async throws in
        for path in ["/v2", "/v2/health/live", "/v2/health/ready", "/v2/models/m", "/metrics", "/v2/nothing"]
        {
          let (get, head) = (
            try await exchange("GET \(path)", client), try await exchange("HEAD \(path)", client)
          )
          #expect(head.body == "" && get.body != "")
          #expect(head.head.prefix(13) == get.head.prefix(13))
          guard path != "/metrics" else { continue }
          #expect(head.head.contains("content-length: \(get.body.utf8.count)") || path == "/v2/nothing")
        }
      }
    }

    @Test func readsAbsoluteTargets() async throws {
      try await withServer { client, _ async throws in
        for target in ["http://x/v2/health/live", "HTTPS://x:80/v2/models/m?a=b", "http://x/v2"] {
          #expect(try await exchange("GET \(target)", client).head.hasPrefix("HTTP/1.1 200"), "\(target)")
        }
        #expect(try await exchange("GET http://x", client).head.hasPrefix("HTTP/1.1 404"))
      }
    }

    @Test func readsTheTokenInAnyCase() async throws {
      try await withServer({ $0.token = "se cret" }) { client, _ async throws in
        for value in ["Bearer se cret", "bearer se cret", "BEARER   se cret"] {
          #expect(try await client.get("models/m", headers: ["Authorization": value]).0 == 200, "\(value)")
        }
        for value in ["Bearer", "Bearer ", "se cret", "Basic se cret", "Bearerse cret", "Bearer se Cret"] {
          #expect(try await client.get("models/m", headers: ["Authorization": value]).0 == 401, "\(value)")
        }
        #expect(try await client.get("health/ready").0 == 200)
      }
      var options = PolicyServer.Options(repository: "/tmp")
      options.token = ""
      #expect(throws: InputError.emptyToken()) { try PolicyServer(options: options) }
    }

    /// What may never be taken is refused for good, and not until later.
    @Test func refusesWhatTheQueueCanNeverHold() async throws {
      try await withServer({ $0.queueLimit = 4 }) { client, _ async throws in
        func body(rows: Int) -> String {
          #"{"inputs":[{"name":"observation","datatype":"FP32","shape":[\#(rows),6],"data":\#([Float](repeating: 0, count: 6 * rows))}]}"#
        }
        #expect(try await client.post("models/m/infer", body(rows: 4)).0 == 200)
        #expect(try await client.post("models/m/infer", body(rows: 5)).0 == 413)
      }
    }

    @Test func readyMeansAllModelsUnlessToldOtherwise() async throws {
      for readiness in PolicyServer.Readiness.allCases {
        try await withServer({ $0.readiness = readiness }) { client, repository async throws in
          #expect(try await client.get("health/ready").0 == 200)
          try repository.publish(randomPolicy(seed: 1), name: "other", label: .canary)
          _ = try await client.post("repository/models/other/load", "")
          #expect(try await client.get("models/other/ready").0 == 503)
          #expect(try await client.get("health/ready").0 == (readiness == .all ? 503 : 200))
        }
      }
    }

    /// Health answers though idle connections, and ones that trickle, have taken every place.
    @Test func idleConnectionsKeepNobodyOut() async throws {
      try await withServer({ $0.connectionLimit = 50 }) { client, _ async throws in
        let idle = try (0..<80).map { _ in try client.connect() }
        for connection in idle.prefix(20) { connection.write(Data("GET /v2 HTT".utf8)) }
        for _ in 0..<3 {
          #expect(try await exchange("GET /v2/health/live", client).head.hasPrefix("HTTP/1.1 200"))
        }
        for connection in idle { try connection.close() }
      }
    }

    /// Numbers beyond what the network can hold are named, and are no decision.
    @Test func answersNoNumberThatIsNone() async throws {
      let path = temporaryPath("decisions")
      defer { try? FileManager.default.removeItem(atPath: path) }
      let log = try JSONLinesLog(path: path)
      try await withServer({ $0.decisionLog = log }) { client, repository async throws in
        // The columns of the prior are never cut, and reach the values by a scale of 1e10.
        let shape = NetworkShape(
          layout: ObservationLayout(size: 7, prior: 1..<7).named(["a", "b", "c", "d", "e", "f", "g"]),
          hidden: [4],
          branchSizes: [3, 2])
        let policy = Policy(
          shape: shape, weights: [Float](repeating: 0.1, count: shape.parameterCount),
          normalizer: ObservationNormalizer(
            means: [Float](repeating: 0, count: 7), deviations: [Float](repeating: 1e-3, count: 7)))
        try repository.publish(policy, name: "prior")
        _ = try await client.post("repository/models/prior/load", "")
        func request(_ row: [Float]) -> String { inferenceRequest(row).replacing("[1,6]", with: "[1,7]") }
        var (status, document) = try await client.post(
          "models/prior/infer", request([3e38, 1, 2, 1, 0, 1, 0]))
        #expect(status == 200)
        (status, document) = try await client.post(
          "models/prior/infer", request([0, 1, 2, 3e38, 0, 1, 0]))
        #expect(status == 400)
        #expect(document["error"]?.string?.contains("column 3 ('d')") == true)
        (status, document) = try await client.post(
          "models/prior/infer", request([0, 1, 2, 3, 4, 5, 0]).replacing("4.0", with: "-1e39"))
        #expect(status == 400)
        #expect(document["error"]?.string?.contains("column 4 ('e')") == true)
      }
      let lines = try AtomicFile.read(path).split(separator: UInt8(ascii: "\n"))
      #expect(lines.count == 1)
    }
  }
#endif
