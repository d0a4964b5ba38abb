#if Serving
  import Documents
  import Foundation
  import PolicyFormats
  import Serving
  import Synchronization
  import Testing

  @Suite struct PolicyServerTests {
    @Test func actsAsThePolicyDoes() async throws {
      try await withServer { client, _ in
        let vectors = TestVectors(randomPolicy(seed: 1), rows: 20)
        for row in 0..<20 {
          let observation = Array(vectors.observations[row * 6..<row * 6 + 6])
          let (status, document) = try await client.post("models/m/infer", inferenceRequest(observation))
          #expect(status == 200)
          #expect(document["id"] == "7" && document["model_version"] == "1")
          let outputs = try #require(document["outputs"]?.array)
          #expect(
            outputs[0]["data"]?.array?.map(\.int) == vectors.actions[row * 2..<row * 2 + 2].map { Int($0) })
          let q = outputs[1]["data"]?.array?.map { Float($0.double ?? .nan) } ?? []
          #expect(zip(q, vectors.q[row * 5..<row * 5 + 5]).allSatisfy { abs($0 - $1) < 1e-5 } && q.count == 5)
        }
        // A mask that leaves one level each, and a budget that the ladder allows nothing but zero for.
        let zeros = [Float](repeating: 0, count: 6)
        let mask = #",{"name":"mask","datatype":"BOOL","shape":[1,5],"data":[false,true,false,false,true]}"#
        var answer = try await client.post("models/m/infer", inferenceRequest(zeros, mask))
        #expect(answer.1["outputs"]?.array?[0]["data"] == [1, 1])
        let budget = #",{"name":"budget","datatype":"FP32","shape":[1],"data":[0.5]}"#
        answer = try await client.post("models/m/infer", inferenceRequest(zeros, budget))
        #expect(answer.1["outputs"]?.array?[0]["data"] == [0, 0])
        answer = try await client.post("models/m/infer", inferenceRequest(zeros, mask + budget))
        #expect(answer.0 == 400)
      }
    }

    /// Many rows go another way than few: through a thread of the pool, for bodies of any size.
    @Test(arguments: [1, 65, 1024])
    func answersBatches(rows: Int) async throws {
      try await withServer { client, _ in
        let vectors = TestVectors(randomPolicy(seed: 1), rows: rows)
        let body =
          #"{"inputs":[{"name":"observation","datatype":"FP32","shape":[\#(rows),6],"data":\#(vectors.observations)}]}"#
        let (status, document) = try await client.post("models/m/infer", body)
        #expect(status == 200)
        #expect(document["outputs"]?.array?[0]["data"]?.array?.map(\.int) == vectors.actions.map { Int($0) })
      }
    }

    /// Requests that come together share runs, and each gets its own answer.
    @Test func batchesWhatComesTogether() async throws {
      try await withServer({ $0.batchDelay = .milliseconds(50) }) { client, _ in
        let vectors = TestVectors(randomPolicy(seed: 1), rows: 40)
        try await withThrowingTaskGroup(of: Bool.self) { group in
          for row in 0..<40 {
            group.addTask {
              let observation = Array(vectors.observations[row * 6..<row * 6 + 6])
              let answer = try await client.post("models/m/infer", inferenceRequest(observation)).1
              return answer["outputs"]?.array?[0]["data"]?.array?.map(\.int)
                == vectors.actions[row * 2..<row * 2 + 2].map { Int($0) }
            }
          }
          for try await isRight in group { #expect(isRight) }
        }
        let statistics = try await client.get("models/m/stats").1["model_stats"]?.array?.first
        #expect(statistics?["inference_count"]?.int == 40)
        #expect(try #require(statistics?["execution_count"]?.int) < 40)
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
        _ = try await client.post("models/m/infer", inferenceRequest([0, 0, 0, 0, 0, 0]))
        _ = try await client.post("models/m/infer", "{}")
        let statistics = try await client.get("models/m/stats").1["model_stats"]?.array?.first
        #expect(statistics?["inference_count"]?.int == 1)
        #expect(statistics?["inference_stats"]?["fail"]?["count"]?.int == 1)
        #expect(statistics?["batch_stats"]?.array?.first?["batch_size"]?.int == 1)
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
        let body = inferenceRequest([0, 0, 0, 0, 0, 0])
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
        try await waitForVersion("30", client, body)
        // Version 31 is not what its manifest says.
        let copy = repository.folder(of: "m", version: 31)
        try FileManager.default.copyItem(atPath: repository.folder(of: "m", version: 30), toPath: copy)
        try AtomicFile.write(
          #"{"stable":[30,31],"canary":[]}"#, to: repository.path + "/m/labels.json")
        // Requests go on for a while, however slow they are beside the other tests.
        for _ in 0..<20 {
          #expect(try await client.post("models/m/infer", body).1["model_version"] == "30")
          try await Task.sleep(for: .milliseconds(10))
        }
        done.store(true, ordering: .relaxed)
        let (failures, count) = try await load.value
        #expect(failures == 0)
        #expect(count > 0)
      }
    }

    private func waitForVersion(_ version: JSONValue, _ client: Client, _ body: String) async throws {
      for _ in 0..<500 {
        if try await client.post("models/m/infer", body).1["model_version"] == version { return }
        try await Task.sleep(for: .milliseconds(20))
      }
      Issue.record("Version \(version) was not taken up within 10 seconds.")
    }

    @Test func asksForTheToken() async throws {
      try await withServer({ $0.token = "secret" }) { client, _ async throws in
        #expect(try await client.get("models/m").0 == 401)
        #expect(try await client.get("models/m", headers: ["Authorization": "Bearer secreT"]).0 == 401)
        #expect(try await client.get("models/m", headers: ["Authorization": "Bearer secret"]).0 == 200)
        #expect(try await client.get("health/live").0 == 200)
      }
    }

    @Test func refusesMoreThanMayWait() async throws {
      let change = { (options: inout PolicyServer.Options) in
        options.batchDelay = .milliseconds(300)
        options.queueLimit = 2
      }
      try await withServer(change) { client, _ in
        let statuses = try await statuses(of: 6, client)
        #expect(statuses.filter { $0 == 200 }.count == 2)
        #expect(statuses.filter { $0 == 503 }.count == 4)
      }
    }

    @Test func refusesWhatWaitsPastTheDeadline() async throws {
      let change = { (options: inout PolicyServer.Options) in
        options.batchDelay = .milliseconds(100)
        options.deadline = .milliseconds(10)
      }
      try await withServer(change) { client, _ async throws in
        #expect(try await statuses(of: 3, client) == [503, 503, 503])
      }
    }

    /// The statuses of requests that are sent at once.
    private func statuses(of count: Int, _ client: Client) async throws -> [Int] {
      try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<count {
          group.addTask {
            try await client.post("models/m/infer", inferenceRequest([0, 0, 0, 0, 0, 0])).0
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
    }

    @Test func logsRequestsAndDecisions() async throws {
      let (accessPath, decisionPath) = (temporaryPath("access"), temporaryPath("decisions"))
      defer {
        try? FileManager.default.removeItem(atPath: accessPath)
        try? FileManager.default.removeItem(atPath: decisionPath)
      }
      let (access, decisions) = (try JSONLinesLog(path: accessPath), try JSONLinesLog(path: decisionPath))
      let change = { (options: inout PolicyServer.Options) in
        options.accessLog = access
        options.decisionLog = decisions
      }
      var values = JSONValue.null
      try await withServer(change) { client, _ in
        let limits =
          #",{"name":"mask","datatype":"BOOL","shape":[1,5],"data":[true,true,false,true,true]},{"name":"budget","datatype":"FP32","shape":[1],"data":[3]}"#
        let answer = try await client.post("models/m/infer", inferenceRequest([1, 2, 3, 4, 5, 6], limits)).1
        values = answer["outputs"]?.array?.last?["data"] ?? .null
        _ = try await client.get("nothing?x=1")
        let metrics = try await client.exchange(
          "GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        #expect(metrics.contains("apportion_log_lost_lines_total{log=\"decisions\"} 0"))
      }
      let line = try JSONValue(parsing: AtomicFile.read(decisionPath))
      #expect(line["mask"] == [[true, true, false, true, true]] && line["budget"] == [3])
      #expect(line["cost"] == [[0, 1, 2, 0, 4]])
      #expect(line["q"] == [values])
      #expect(line["observation"] == [[1, 2, 3, 4, 5, 6]])
      #expect(line["version"]?.int == 1 && line["propensity"]?.int == 1 && line["id"] == "7")
      #expect(line["action"]?.array?.first?.array?.count == 2)
      let lines = try AtomicFile.read(accessPath).split(separator: UInt8(ascii: "\n")).map {
        try JSONValue(parsing: $0)
      }
      #expect(lines.map { $0["status"]?.int } == [200, 404, 200])
      #expect(lines.map { $0["path"] } == ["/v2/models/m/infer", "/v2/nothing", "/metrics"])
      #expect(lines.allSatisfy { ($0["seconds"]?.double ?? -1) > 0 && ($0["bytes"]?.int ?? 0) > 0 })
    }

    @Test func saysWhyItCannotStart() async throws {
      #expect(throws: InputError.missing(path: "/no/such/folder")) {
        try PolicyServer(options: .init(repository: "/no/such/folder"))
      }
      try await withServer { client, repository in
        var options = PolicyServer.Options(repository: repository.path)
        options.port = client.port
        let second = try PolicyServer(options: options)
        let taken = await #expect(throws: InputError.self) { try await second.run() }
        #expect(taken?.file == "127.0.0.1:\(client.port)" && taken?.kind == .inputOutput)
        #expect(taken?.problem.hasSuffix("Address already in use") == true)
      }
    }
  }
#endif
