#if Serving
  import Foundation
  import HTTPTypes
  import Hummingbird
  import ModelFormats
  import NIOCore

  /// Answers the requests of the Open Inference Protocol.
  struct InferenceResponder: HTTPResponder {
    typealias Context = BasicRequestContext

    let catalog: ModelCatalog
    let options: PolicyServer.Options

    func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
      let start = ContinuousClock.now
      var response: Response
      do {
        try authorize(request)
        response = try await answer(request, start: start)
      } catch let error as ServingError {
        response = Self.json(["error": .string(error.description)], status: error.status)
        // What is left of a body that was not read could be taken for the next request.
        if error.status == 413 { response.headers[.connection] = "close" }
      }
      if let log = options.accessLog {
        log.append([
          "time": JSONValue(Date().timeIntervalSince1970), "method": .string(request.method.rawValue),
          "path": .string(request.uri.path), "status": JSONValue(response.status.code),
          "bytes": JSONValue(response.body.contentLength ?? 0),
          "seconds": JSONValue(start.duration(to: .now) / .seconds(1)),
        ])
      }
      return response
    }

    /// Health is everybody's; anything else needs the token, where there is one.
    private func authorize(_ request: Request) throws(ServingError) {
      guard let token = options.token, !request.uri.path.hasPrefix("/v2/health/") else { return }
      let given = Array((request.headers[.authorization] ?? "").utf8)
      let expected = Array("Bearer \(token)".utf8)
      // Equal time for every wrong token of the right length.
      let difference = zip(given, expected).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) }
      guard given.count == expected.count, difference == 0 else {
        throw ServingError(401, "The request needs the server's token.")
      }
    }

    private func answer(_ request: Request, start: ContinuousClock.Instant) async throws -> Response {
      let parts = request.uri.path.split(separator: "/").map { String($0) }
      let rest = Array(parts.dropFirst(2))
      switch (request.method, parts.first, parts.dropFirst().first) {
      case (.get, "metrics", nil): return Self.text(catalog.prometheusText)
      case (.get, "v2", nil):
        return Self.json([
          "name": "apportion", "version": "0.1.0",
          "extensions": [
            "binary_tensor_data", "model_configuration", "model_repository",
            "model_repository(unload_dependents)", "statistics",
          ],
        ])
      case (.get, "v2", "health") where rest == ["live"]: return Self.json(["live": true])
      case (.get, "v2", "health") where rest == ["ready"]:
        let isReady = catalog.models.values.contains { $0.current != nil }
        return Self.json(["ready": .boolean(isReady)], status: isReady ? 200 : 503)
      case (.get, "v2", "models") where rest == ["stats"]: return try statistics(of: nil, version: nil)
      case (_, "v2", "models"): return try await model(request, rest, start: start)
      case (.post, "v2", "repository"): return try await repository(request, rest)
      default: throw ServingError.missing("There is nothing at \(request.method) \(request.uri.path).")
      }
    }

    /// `models/NAME[/versions/VERSION][/ready|/config|/stats|/infer]`.
    private func model(_ request: Request, _ path: [String], start: ContinuousClock.Instant) async throws
      -> Response
    {
      let nothing = ServingError.missing("There is nothing at \(request.method) \(request.uri.path).")
      guard let name = path.first else { throw nothing }
      let isVersioned = path.count > 2 && path[1] == "versions"
      let version = isVersioned ? path[2] : nil
      let task = path.dropFirst(isVersioned ? 3 : 1)
      switch (request.method, task.first, task.count) {
      case (.get, nil, 0):
        let model = try catalog.model(name, version: version)
        return Self.json(model.metadata(versions: catalog.models[name]?.served.keys.sorted() ?? []))
      case (.get, "ready", 1):
        _ = try catalog.model(name, version: version)
        return Self.json(["ready": true])
      case (.get, "config", 1):
        return Self.json(
          try catalog.model(name, version: version).configuration(batchLimit: options.batchLimit))
      case (.get, "stats", 1): return try statistics(of: name, version: version)
      case (.post, "infer", 1):
        let model = try catalog.model(name, version: version)
        do {
          return try await infer(request, model, start: start)
        } catch {
          model.statistics.addFailure()
          throw error
        }
      default: throw nothing
      }
    }

    private func infer(_ request: Request, _ model: ServedModel, start: ContinuousClock.Instant) async throws
      -> Response
    {
      guard request.headers[.contentEncoding] == nil else {
        throw ServingError(415, "Compressed bodies are not read.")
      }
      let headerLength = try Self.headerLength(request)
      let body = try await self.body(of: request)
      let inference = try body.withUnsafeReadableBytes { bytes throws(ServingError) in
        try InferenceRequest(
          bytes, headerLength: headerLength, manifest: model.manifest, rowLimit: options.batchLimit)
      }
      let answer = try await model.answer(inference)
      if let log = options.decisionLog { log.append(model.decision(inference, answer.actions)) }
      let result = InferenceResponse(
        to: inference, from: model.manifest, actions: answer.actions, q: answer.q)
      model.statistics.add(
        rows: inference.rows, request: start.duration(to: .now), queue: answer.queue,
        at: Int(Date().timeIntervalSince1970 * 1000))
      var headers: HTTPFields = [
        .contentType: result.headerLength == nil ? "application/json" : "application/octet-stream"
      ]
      if let length = result.headerLength { headers[.inferenceHeaderLength] = "\(length)" }
      return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: result.body)))
    }

    private static func headerLength(_ request: Request) throws(ServingError) -> Int? {
      guard let text = request.headers[.inferenceHeaderLength] else { return nil }
      guard let length = Int(text), length >= 0 else {
        throw .invalid("Inference-Header-Content-Length is no whole number.")
      }
      return length
    }

    private func body(of request: Request) async throws -> ByteBuffer {
      let tooLarge = ServingError(413, "The body has more than \(options.bodyLimit) bytes.")
      if let text = request.headers[.contentLength], let length = Int(text), length > options.bodyLimit {
        throw tooLarge
      }
      do {
        return try await request.body.collect(upTo: options.bodyLimit)
      } catch is NIOTooManyBytesError {
        throw tooLarge
      }
    }

    /// `repository/index`, `repository/models/NAME/load` and `…/unload`.
    private func repository(_ request: Request, _ path: [String]) async throws -> Response {
      _ = try await body(of: request)
      switch (path.first, path.count, path.last) {
      case ("index", 1, _): return Self.json(catalog.index)
      case ("models", 3, "load"): try catalog.load(path[1])
      case ("models", 3, "unload"): try catalog.unload(path[1])
      default: throw ServingError.missing("There is nothing at \(request.uri.path).")
      }
      return Self.json([:])
    }

    private func statistics(of name: String?, version: String?) throws(ServingError) -> Response {
      var models: [ServedModel] = []
      if let name, let version {
        models = [try catalog.model(name, version: version)]
      } else {
        if let name { _ = try catalog.model(name) }
        for (key, versions) in catalog.models.sorted(by: { $0.key < $1.key }) where name ?? key == key {
          models += versions.served.sorted { $0.key < $1.key }.map(\.value)
        }
      }
      return Self.json(["model_stats": .array(models.map(\.statisticsDocument))])
    }

    private static func json(_ document: JSONValue, status: Int = 200) -> Response {
      Response(
        status: .init(code: status), headers: [.contentType: "application/json"],
        body: .init(byteBuffer: ByteBuffer(string: document.text())))
    }

    private static func text(_ text: String) -> Response {
      Response(
        status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
        body: .init(byteBuffer: ByteBuffer(string: text)))
    }
  }

  extension HTTPField.Name {
    /// How many bytes of JSON stand in front of raw tensors.
    fileprivate static let inferenceHeaderLength: HTTPField.Name = {
      guard let name = HTTPField.Name("Inference-Header-Content-Length") else {
        preconditionFailure("The name is a token of HTTP.")
      }
      return name
    }()
  }

  extension ServedModel {
    /// A line of the decision log, the input of off-policy evaluation. The policy is greedy, so it chooses what it chose
    /// with propensity 1.
    fileprivate func decision(_ request: InferenceRequest, _ actions: [Int32]) -> JSONValue {
      func rows(_ values: [JSONValue]) -> JSONValue {
        let columns = values.count / request.rows
        return .array((0..<request.rows).map { .array(Array(values[$0 * columns..<($0 + 1) * columns])) })
      }
      return [
        "time": JSONValue(Date().timeIntervalSince1970), "model": .string(manifest.name),
        "version": JSONValue(manifest.version), "id": request.id.map { .string($0) } ?? .null,
        "observation": rows(request.observations.map { JSONValue($0) }),
        "action": rows(actions.map { JSONValue(Int($0)) }), "propensity": 1,
      ]
    }
  }
#endif
