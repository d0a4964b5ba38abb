#if Serving
  import Foundation
  import FoundationNetworking
  import Glibc
  import Learning
  import LinearAlgebra
  import ModelFormats
  import NeuralNetworks
  import Serving
  import Synchronization
  import Testing

  /// A policy of random weights: 6 columns, branches of 3 and 2 levels with a ladder of spends.
  private func randomPolicy(seed: UInt64) -> Policy {
    let shape = NetworkShape(observationSize: 6, hidden: [8], branchSizes: [3, 2])
    var stream = RandomStream(seed: seed, purpose: .test)
    return Policy(
      shape: shape, weights: (0..<shape.parameterCount).map { _ in stream.uniform() - 0.5 },
      normalizer: ObservationNormalizer(identity: 6), observationNames: (0..<6).map { "\($0)" },
      metadata: ["action_ladder": #"[{"name":"a","levels":[0,1,2]},{"name":"b","levels":[0,4]}]"#])
  }

  @Suite struct PolicyServerTests {
    /// A server on a free port over a repository with one version of model `m`.
    private func withServer(
      _ change: (inout PolicyServer.Options) -> Void = { _ in },
      _ body: (Client, ModelRepository) async throws -> Void
    ) async throws {
      let folder = FileManager.default.temporaryDirectory.appending(path: "serving-\(UUID())").path()
      defer { try? FileManager.default.removeItem(atPath: folder) }
      let repository = ModelRepository(folder)
      try repository.publish(randomPolicy(seed: 1), name: "m")
      var options = PolicyServer.Options(repository: folder)
      options.port = 0
      options.refreshInterval = .milliseconds(20)
      change(&options)
      let server = PolicyServer(options: options)
      let (ports, started) = AsyncStream.makeStream(of: Int.self)
      let running = Task { try await server.run { started.yield($0) } }
      var iterator = ports.makeAsyncIterator()
      let port = try #require(await iterator.next())
      try await body(Client(port: port), repository)
      running.cancel()
      _ = await running.result
    }

    /// A request of one observation in JSON.
    private func request(_ observation: [Float], _ more: String = "") -> String {
      #"{"id":"7","inputs":[{"name":"observation","datatype":"FP32","shape":[1,6],"data":\#(observation)}\#(more)]}"#
    }

    @Test func actsAsThePolicyDoes() async throws {
      try await withServer { client, _ in
        let vectors = TestVectors(randomPolicy(seed: 1), rows: 20)
        for row in 0..<20 {
          let observation = Array(vectors.observations[row * 6..<row * 6 + 6])
          let (status, document) = try await client.post("models/m/infer", request(observation))
          #expect(status == 200)
          #expect(document["id"] == "7" && document["model_version"] == "1")
          let outputs = try #require(document["outputs"]?.array)
          #expect(
            outputs[0]["data"]?.array?.map(\.int) == vectors.actions[row * 2..<row * 2 + 2].map { Int($0) })
          #expect(
            outputs[1]["data"]?.array?.map { Float($0.double ?? .nan) }
              == Array(vectors.q[row * 5..<row * 5 + 5]))
        }
        // A mask that leaves one level each, and a budget that the ladder allows nothing but zero for.
        let zeros = [Float](repeating: 0, count: 6)
        let mask = #",{"name":"mask","datatype":"BOOL","shape":[1,5],"data":[false,true,false,false,true]}"#
        var answer = try await client.post("models/m/infer", request(zeros, mask))
        #expect(answer.1["outputs"]?.array?[0]["data"] == [1, 1])
        let budget = #",{"name":"budget","datatype":"FP32","shape":[1],"data":[0.5]}"#
        answer = try await client.post("models/m/infer", request(zeros, budget))
        #expect(answer.1["outputs"]?.array?[0]["data"] == [0, 0])
        answer = try await client.post("models/m/infer", request(zeros, mask + budget))
        #expect(answer.0 == 400)
      }
    }

    @Test func refusesWhatMakesNoSense() async throws {
      try await withServer({ $0.bodyLimit = 100_000 }) { client, _ in
        let good = request([0, 0, 0, 0, 0, 0])
        let hostile: [(String, Int)] = [
          ("", 400), ("{}", 400), ("[]", 400), ("{\"inputs\":[]}", 400), ("nonsense", 400),
          (String(repeating: "[", count: 50_000), 400), (good.replacing("[1,6]", with: "[-1,6]"), 400),
          (good.replacing("[1,6]", with: "[9223372036854775807,9223372036854775807]"), 400),
          (good.replacing("[1,6]", with: "[1,7]"), 400), (good.replacing("[1,6]", with: "[0,6]"), 400),
          (good.replacing("FP32", with: "FP64"), 400), (good.replacing("0.0, 0.0", with: "NaN, 0"), 400),
          (good.replacing("0.0, 0.0", with: "1e999, 0"), 400), (good.replacing("0.0, 0.0", with: "0"), 400),
          (good.replacing("\"observation\"", with: "\"x\""), 400),
          (String(repeating: " ", count: 200_000), 413),
        ]
        for (body, expected) in hostile {
          let (status, document) = try await client.post("models/m/infer", body)
          #expect(status == expected, "\(body.prefix(100))")
          #expect(document["error"]?.string?.hasSuffix(".") == true)
        }
        for length in ["99999999999", "-1", "x", "99999999999999999999999"] {
          let header = ["Inference-Header-Content-Length": length]
          #expect(try await client.post("models/m/infer", good, headers: header).0 == 400)
        }
        #expect(try await client.post("models/none/infer", good).0 == 404)
        #expect(try await client.post("models/m/versions/9/infer", good).0 == 404)
        #expect(try await client.get("nothing").0 == 404)
        #expect(try await client.post("models/m/infer", good).0 == 200)
      }
    }

    @Test func describesItself() async throws {
      try await withServer { client, _ in
        for path in ["", "health/live", "health/ready", "models/m/ready", "models/m/versions/1/ready"] {
          #expect(try await client.get(path).0 == 200)
        }
        #expect(try await client.get("models/m").1["versions"] == ["1"])
        #expect(try await client.get("models/m/config").1["max_batch_size"]?.int == 1024)
        #expect(try await client.post("repository/index", "").1.array?.first?["state"] == "READY")
        _ = try await client.post("models/m/infer", request([0, 0, 0, 0, 0, 0]))
        let statistics = try await client.get("models/m/stats").1["model_stats"]?.array?.first
        #expect(statistics?["inference_count"]?.int == 1)
        #expect(try await client.post("repository/models/m/unload", "").0 == 200)
        #expect(try await client.get("models/m/ready").0 == 404)
        #expect(try await client.get("health/ready").0 == 503)
        #expect(try await client.post("repository/models/m/load", "").0 == 200)
        #expect(try await client.get("models/m/ready").0 == 200)
      }
    }

    /// Versions come and go under load: no request fails, and a damaged one never takes over.
    @Test func reloadsUnderLoad() async throws {
      try await withServer { client, repository in
        let body = request([0, 0, 0, 0, 0, 0])
        // Cancelling a task within a URL session can lock both up.
        let done = Atomic(false)
        let load = Task {
          var failures = 0
          var count = 0
          while !done.load(ordering: .relaxed) {
            failures += try await client.post("models/m/infer", body).0 == 200 ? 0 : 1
            count += 1
          }
          return (failures, count)
        }
        for seed in 2...30 { try repository.publish(randomPolicy(seed: UInt64(seed)), name: "m", keep: 3) }
        try await Task.sleep(for: .milliseconds(200))
        #expect(try await client.post("models/m/infer", body).1["model_version"] == "30")
        // Version 31 is not what its manifest says.
        let copy = repository.folder(of: "m", version: 31)
        try FileManager.default.copyItem(atPath: repository.folder(of: "m", version: 30), toPath: copy)
        try AtomicFile.write(
          #"{"stable":[30,31],"canary":[]}"#, to: repository.path + "/m/labels.json")
        try await Task.sleep(for: .milliseconds(200))
        #expect(try await client.post("models/m/infer", body).1["model_version"] == "30")
        done.store(true, ordering: .relaxed)
        let (failures, count) = try await load.value
        #expect(failures == 0)
        #expect(count > 20)
      }
    }

    @Test func asksForTheToken() async throws {
      try await withServer({ $0.token = "secret" }) { client, _ async throws in
        #expect(try await client.get("models/m").0 == 401)
        #expect(try await client.get("models/m", headers: ["Authorization": "Bearer secreT"]).0 == 401)
        #expect(try await client.get("models/m", headers: ["Authorization": "Bearer secret"]).0 == 200)
        #expect(try await client.get("health/live").0 == 200)
      }
    }

    @Test func closesConnectionsThatTrickle() async throws {
      try await withServer({ $0.requestTimeout = .milliseconds(300) }) { client, _ in
        let (input, output) = try client.connect()
        output.write(Data("GET /v2 HTTP/1.1\r\n".utf8))
        let start = ContinuousClock.now
        #expect(input.readDataToEndOfFile().isEmpty)
        #expect(start.duration(to: .now) < .seconds(5))
        #expect(try await client.get("health/live").0 == 200)
      }
    }

    @Test func logsDecisions() async throws {
      let path = FileManager.default.temporaryDirectory.appending(path: "decisions-\(UUID()).jsonl").path()
      defer { try? FileManager.default.removeItem(atPath: path) }
      let log = try JSONLinesLog(path: path)
      try await withServer({ $0.decisionLog = log }) { client, _ in
        _ = try await client.post("models/m/infer", request([1, 2, 3, 4, 5, 6]))
      }
      let line = try JSONValue(parsing: AtomicFile.read(path))
      #expect(line["observation"] == [[1, 2, 3, 4, 5, 6]])
      #expect(line["version"]?.int == 1 && line["propensity"]?.int == 1 && line["id"] == "7")
      #expect(line["action"]?.array?.first?.array?.count == 2)
    }
  }

  /// Talks to a server on this machine.
  private struct Client: Sendable {
    let port: Int

    func get(_ path: String, headers: [String: String] = [:]) async throws -> (Int, JSONValue) {
      try await send("GET", path, nil, headers)
    }

    func post(_ path: String, _ body: String, headers: [String: String] = [:]) async throws -> (
      Int, JSONValue
    ) {
      try await send("POST", path, body, headers)
    }

    private func send(
      _ method: String, _ path: String, _ body: String?, _ headers: [String: String]
    ) async throws -> (Int, JSONValue) {
      let url = try #require(URL(string: "http://127.0.0.1:\(port)/v2\(path.isEmpty ? "" : "/")\(path)"))
      var request = URLRequest(url: url)
      request.httpMethod = method
      request.httpBody = body.map { Data($0.utf8) }
      for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
      let (data, response) = try await URLSession.shared.data(for: request)
      return ((response as? HTTPURLResponse)?.statusCode ?? 0, try JSONValue(parsing: data))
    }

    /// A bare connection.
    func connect() throws -> (FileHandle, FileHandle) {
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = in_port_t(port).bigEndian
      address.sin_addr.s_addr = inet_addr("127.0.0.1")
      let size = socklen_t(MemoryLayout<sockaddr_in>.size)
      let status = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.connect(descriptor, $0, size) }
      }
      try #require(status == 0)
      let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
      return (file, file)
    }
  }
#endif
