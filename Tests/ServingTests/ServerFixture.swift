#if Serving
  import Documents
  import Foundation
  import FoundationNetworking
  import Glibc
  import Learning
  import LinearAlgebra
  import PolicyFormats
  import NeuralNetworks
  import Serving
  import Testing

  /// A policy of random weights: 6 columns, branches of 3 and 2 levels with a ladder of spends.
  func randomPolicy(seed: UInt64) -> Policy {
    let shape = NetworkShape(observationSize: 6, hidden: [8], branchSizes: [3, 2])
    var stream = RandomStream(seed: seed, purpose: .test)
    return Policy(
      shape: shape, weights: (0..<shape.parameterCount).map { _ in stream.uniform() - 0.5 },
      normalizer: ObservationNormalizer(identity: 6),
      metadata: ["action_ladder": #"[{"name":"a","levels":[0,1,2]},{"name":"b","levels":[0,4]}]"#])
  }

  /// The path of a file or folder that does not exist yet.
  func temporaryPath(_ name: String) -> String {
    FileManager.default.temporaryDirectory.appending(path: "\(name)-\(UUID())").path()
  }

  /// Runs a server on a free port over a repository with one version of model `m`.
  func withServer(
    _ change: (inout PolicyServer.Options) -> Void = { _ in },
    _ body: (Client, ModelRepository) async throws -> Void
  ) async throws {
    let folder = temporaryPath("serving")
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let repository = ModelRepository(folder)
    try repository.publish(randomPolicy(seed: 1), name: "m")
    try await withServer(over: repository, change, body)
  }

  /// Runs a server on a free port over a repository.
  func withServer(
    over repository: ModelRepository, _ change: (inout PolicyServer.Options) -> Void,
    _ body: (Client, ModelRepository) async throws -> Void
  ) async throws {
    var options = PolicyServer.Options(repository: repository.path)
    options.port = 0
    options.refreshInterval = .milliseconds(20)
    change(&options)
    let server = try PolicyServer(options: options)
    let (ports, started) = AsyncStream.makeStream(of: Int.self)
    let running = Task {
      // A server that cannot start says why, and nobody waits for its port.
      defer { started.finish() }
      try await server.run { started.yield($0) }
    }
    var iterator = ports.makeAsyncIterator()
    guard let port = await iterator.next() else { return try await running.value }
    try await body(Client(port: port), repository)
    running.cancel()
    _ = await running.result
  }

  /// A request of one observation in JSON.
  func inferenceRequest(_ observation: [Float], _ more: String = "") -> String {
    #"{"id":"7","inputs":[{"name":"observation","datatype":"FP32","shape":[1,6],"data":\#(observation)}\#(more)]}"#
  }

  /// Talks to a server on this machine.
  struct Client: Sendable {
    let port: Int

    func get(_ path: String, headers: [String: String] = [:]) async throws -> (Int, JSONValue) {
      try await send("GET", path, nil, headers)
    }

    func post(_ path: String, _ body: String, headers: [String: String] = [:]) async throws -> (
      Int, JSONValue
    ) {
      try await send("POST", path, Data(body.utf8), headers)
    }

    func post(_ path: String, _ body: [UInt8], headers: [String: String] = [:]) async throws -> (
      Int, JSONValue
    ) {
      try await send("POST", path, Data(body), headers)
    }

    private func send(
      _ method: String, _ path: String, _ body: Data?, _ headers: [String: String]
    ) async throws -> (Int, JSONValue) {
      let url = try #require(URL(string: "http://127.0.0.1:\(port)/v2\(path.isEmpty ? "" : "/")\(path)"))
      var request = URLRequest(url: url)
      request.httpMethod = method
      request.httpBody = body
      for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
      let (data, response) = try await URLSession.shared.data(for: request)
      return ((response as? HTTPURLResponse)?.statusCode ?? 0, try JSONValue(parsing: data))
    }

    /// Sends bytes over a bare connection, closes the way there, and reads until the server closes the way back; nothing
    /// where it resets the connection.
    func exchange(_ text: String) async throws -> String {
      let file = try connect()
      // Blocking calls would take the few threads that tasks share.
      return await withCheckedContinuation { done in
        DispatchQueue.global().async { done.resume(returning: Self.exchange(text, over: file)) }
      }
    }

    private static func exchange(_ text: String, over file: FileHandle) -> String {
      let descriptor = file.fileDescriptor
      var rest = Array(text.utf8)[...]
      while !rest.isEmpty {
        let sent = rest.withUnsafeBytes {
          Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        guard sent > 0 else { break }
        rest = rest.dropFirst(sent)
      }
      shutdown(descriptor, Int32(SHUT_WR))
      var answer: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      while true {
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { return String(decoding: answer, as: UTF8.self) }
        answer += buffer[..<count]
      }
    }

    /// A bare connection.
    func connect() throws -> FileHandle {
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
      return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }
  }
#endif
