#if Serving
  import Foundation
  import Glibc
  import Serving
  import Testing

  @Suite struct HostileRequestTests {
    private let good = inferenceRequest([0, 0, 0, 0, 0, 0])

    @Test func refusesWhatMakesNoSense() async throws {
      try await withServer({ $0.bodyLimit = 100_000 }) { client, _ in
        let hostile: [(String, Int)] = [
          ("", 400), ("{}", 400), ("[]", 400), ("{\"inputs\":[]}", 400), ("nonsense", 400),
          ("{\"inputs\":{}}", 400), ("{\"inputs\":[1]}", 400), (good + "}", 400), (good + "\0", 400),
          (String(repeating: "[", count: 50_000), 400),
          (String(repeating: "{\"a\":", count: 10_000), 400),
          (good.replacing("[0.0, 0.0", with: String(repeating: "[", count: 1000) + "0.0, 0.0"), 400),
          (good.replacing("[1,6]", with: "[-1,6]"), 400), (good.replacing("[1,6]", with: "[1.5,6]"), 400),
          (good.replacing("[1,6]", with: "[1,\(String(repeating: "1,", count: 1000))6]"), 400),
          (good.replacing("[1,6]", with: "[9223372036854775807,9223372036854775807]"), 400),
          (good.replacing("[1,6]", with: "[9223372036854775808,6]"), 400),
          (good.replacing("[1,6]", with: "[1,7]"), 400), (good.replacing("[1,6]", with: "[0,6]"), 400),
          (good.replacing("[1,6]", with: "[]"), 400), (good.replacing("[1,6]", with: "[1,6,1]"), 400),
          (good.replacing("FP32", with: "FP64"), 400), (good.replacing("0.0, 0.0", with: "NaN, 0"), 400),
          (good.replacing("0.0, 0.0", with: "1e999, 0"), 400), (good.replacing("0.0, 0.0", with: "0"), 400),
          (good.replacing("0.0, 0.0", with: "true, 0"), 400),
          (good.replacing("0.0, 0.0", with: "\"0\", 0"), 400),
          (good.replacing("0.0, 0.0", with: "1e39, 0"), 400),
          (good.replacing("\"observation\"", with: "\"x\""), 400),
          (good.replacing("\"id\"", with: "\"inputs\""), 400),
          (
            good.replacing(
              "\"id\":\"7\"", with: "\"outputs\":[\(String(repeating: "{\"name\":\"q\"},", count: 99))1]"),
            400
          ),
          (good.replacing("\"id\":\"7\"", with: "\"outputs\":[{\"name\":\"x\"}]"), 400),
          (
            "{" + (0..<200).map { "\"\($0)\":0" }.joined(separator: ",") + "}", 400
          ),
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
        let compressed = ["Content-Encoding": "br"]
        #expect(try await client.post("models/m/infer", good, headers: compressed).0 == 415)
        #expect(try await client.post("models/none/infer", good).0 == 404)
        #expect(try await client.post("models/m/versions/9/infer", good).0 == 404)
        #expect(try await client.get("nothing").0 == 404)
        #expect(try await client.post("models/m/infer", good).0 == 200)
      }
    }

    @Test func refusesBrokenHTTP() async throws {
      try await withServer({ $0.bodyLimit = 100_000 }) { client, _ async throws in
        let start = "POST /v2/models/m/infer HTTP/1.1\r\nhost: x\r\n"
        #expect(try await client.exchange("nonsense\r\n\r\n").hasPrefix("HTTP/1.1 400"))
        #expect(try await client.exchange(start + "content-length: -5\r\n\r\n").hasPrefix("HTTP/1.1 400"))
        // A connection that is closed with its head half read may be reset before the answer is.
        func isRefused(_ head: String) async throws -> Bool {
          let answer = try await client.exchange(start + head + "\r\n\r\n")
          return answer.isEmpty || answer.hasPrefix("HTTP/1.1 4")
        }
        let long = "a: " + String(repeating: "x", count: 100_000)
        #expect(try await isRefused(long))
        let many = (0..<1000).map { "a\($0): 1\r\n" }.joined()
        #expect(try await isRefused(many))
        // Announced and sent in chunks: too long either way, before the end is sent.
        #expect(
          try await client.exchange(start + "content-length: 99999999999\r\n\r\n{").hasPrefix("HTTP/1.1 413"))
        let chunk = "2710\r\n" + String(repeating: " ", count: 10_000) + "\r\n"
        let chunks = start + "transfer-encoding: chunked\r\n\r\n" + String(repeating: chunk, count: 20)
        #expect(try await client.exchange(chunks).hasPrefix("HTTP/1.1 413"))
        #expect(try await client.get("health/live").0 == 200)
      }
    }

    /// Requests sent without waiting are answered in their order, and a client that sends no more still gets its answers.
    @Test func answersPipelinedRequestsInOrder() async throws {
      try await withServer { client, _ in
        let post =
          "POST /v2/models/m/infer HTTP/1.1\r\nhost: x\r\ncontent-length: \(good.utf8.count)\r\n\r\n\(good)"
        let get = "GET /v2/nothing HTTP/1.1\r\nhost: x\r\n\r\n"
        let last = "GET /v2 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
        let answer = try await client.exchange(post + get + post + last)
        let statuses = answer.split(separator: "HTTP/1.1 ").map { $0.prefix(3) }
        #expect(statuses == ["200", "404", "200", "200"])
      }
    }

    @Test func goesOnWhereAskedTo() async throws {
      try await withServer { client, _ in
        let answer = try await client.exchange(
          "POST /v2/models/m/infer HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\nconnection: close\r\n"
            + "content-length: \(good.utf8.count)\r\n\r\n\(good)")
        #expect(answer.hasPrefix("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK"))
      }
    }

    /// Slow loris: a head or a body that trickles in, byte after byte, does not keep its connection.
    @Test(arguments: [
      "GET /v2 HTTP/1.1\r\nx: ",
      "POST /v2/models/m/infer HTTP/1.1\r\nhost: x\r\ncontent-length: 9000\r\n\r\n",
    ])
    func closesConnectionsThatTrickle(start: String) async throws {
      try await withServer({ $0.requestTimeout = .seconds(1) }) { client, _ in
        let connections = try (0..<50).map { _ in try client.connect() }
        let begin = ContinuousClock.now
        for connection in connections { connection.write(Data(start.utf8)) }
        // A byte every 20 ms, until the server has closed them all; a machine that runs every other test beside may take its time.
        var open = connections
        while !open.isEmpty, begin.duration(to: .now) < .seconds(60) {
          try await Task.sleep(for: .milliseconds(20))
          open.removeAll { connection in
            var byte = UInt8(ascii: "a")
            return send(connection.fileDescriptor, &byte, 1, Int32(MSG_NOSIGNAL)) < 0
          }
        }
        #expect(open.isEmpty)
        #expect(try await client.get("health/live").0 == 200)
      }
    }

    /// Clients that announce large bodies and send half of them cost no more memory than what they sent.
    @Test func memoryStaysBounded() async throws {
      try await withServer({ $0.bodyLimit = 16 << 20 }) { client, _ in
        let before = try residentMegabytes()
        let start =
          "POST /v2/models/m/infer HTTP/1.1\r\nhost: x\r\ncontent-length: \(16 << 20)\r\n\r\n{\"inputs\":"
        let connections = try (0..<200).map { _ in
          let connection = try client.connect()
          connection.write(Data(start.utf8))
          return connection
        }
        // The worst that can be sent whole: a list of numbers, of which each byte becomes two.
        let numbers = "{\"inputs\":[{\"data\":[" + String(repeating: "1,", count: 5 << 20)
        for _ in 0..<4 { #expect(try await client.post("models/m/infer", numbers).0 == 400) }
        #expect(try residentMegabytes() - before < 300)
        for connection in connections { try connection.close() }
        #expect(try await client.get("health/live").0 == 200)
      }
    }

    private func residentMegabytes() throws -> Int {
      let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
      return (Int(text.split(separator: " ")[1]) ?? 0) * 4096 >> 20
    }
  }
#endif
