#if Serving
  import Foundation
  import PolicyFormats
  import NIOCore
  import NIOHTTP1
  import NIOPosix

  /// Answers the requests of the Open Inference Protocol.
  struct InferenceResponder: Sendable {
    let catalog: ModelCatalog
    let options: PolicyServer.Options
    let campaigns: CampaignService
    let drain: Drain
    private let monitor = CampaignMonitor()

    init(catalog: ModelCatalog, options: PolicyServer.Options, campaigns: CampaignService, drain: Drain) {
      (self.catalog, self.options, self.campaigns, self.drain) = (catalog, options, campaigns, drain)
    }

    /// Bodies of more bytes are read on a thread of the pool, so that others need not wait for it.
    private static let bytesOnLoop = 64 << 10

    /// Answers a request; never fails. Called on an event loop and never long on it.
    func respond(to request: HTTPRequest, on eventLoop: any EventLoop) -> EventLoopFuture<HTTPReply> {
      let reply: EventLoopFuture<HTTPReply>
      do {
        try authorize(request)
        reply = try answer(request, on: eventLoop).flatMapErrorThrowing { HTTPReply($0) }
      } catch {
        reply = eventLoop.makeSucceededFuture(HTTPReply(error))
      }
      if let log = options.accessLog { reply.whenSuccess { log.append(request, $0) } }
      return reply
    }

    /// Health is everybody's; anything else needs the token, where there is one.
    private func authorize(_ request: HTTPRequest) throws(ServingError) {
      guard let token = options.token, !request.path.starts(with: "/v2/health/".utf8) else { return }
      // The scheme's name is read in any case, and before any number of spaces (RFC 9110, section 11.1).
      let value = request.head.headers.first(name: "authorization") ?? ""
      let isBearer = value.prefix { $0 != " " }.lowercased() == "bearer"
      let given = isBearer ? Array(value.drop { $0 != " " }.drop { $0 == " " }.utf8) : []
      let expected = Array(token.utf8)
      // Equal time for every wrong token of the right length.
      let difference = zip(given, expected).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) }
      guard given.count == expected.count, difference == 0 else {
        throw ServingError(401, "The request needs the server's token.")
      }
    }

    private func answer(
      _ request: HTTPRequest, on eventLoop: any EventLoop
    ) throws(ServingError) -> EventLoopFuture<HTTPReply> {
      let parts = request.path.split(separator: UInt8(ascii: "/")).map { String(Substring($0)) }
      let rest = Array(parts.dropFirst(2))
      let reply: HTTPReply
      switch (request.method, parts.first, parts.dropFirst().first) {
      case (_, "v2", "models") where rest != ["stats"]:
        return try model(request, rest, on: eventLoop)
      case (.POST, "v2", "repository"): return try repository(request, rest, on: eventLoop)
      case (.GET, "v2", "models"): reply = try statistics(of: nil, version: nil)
      case (.GET, "metrics", nil):
        return watched(on: eventLoop) { watched in
          HTTPReply(
            ByteBuffer(
              string: catalog.prometheusText + campaigns.prometheusText + options.logsPrometheusText
                + watched.prometheusText),
            contentType: "text/plain; version=0.0.4; charset=utf-8")
        }
      case (.GET, "campaigns", nil):
        return watched(on: eventLoop) { watched in
          HTTPReply(
            ByteBuffer(string: CampaignPage(watched).html), contentType: "text/html; charset=utf-8")
        }
      case (.GET, "v2", nil):
        reply = HTTPReply([
          "name": "apportion", "version": "0.1.0",
          "extensions": [
            "binary_tensor_data", "model_configuration", "model_repository",
            "model_repository(unload_dependents)", "sequence", "statistics",
          ],
        ])
      case (.GET, "v2", "health") where rest == ["live"]: reply = HTTPReply(["live": true])
      case (.GET, "v2", "health") where rest == ["ready"]:
        let isReady = !drain.hasBegun && catalog.isReady(options.readiness)
        reply = HTTPReply(["ready": .boolean(isReady)], status: isReady ? 200 : 503)
      default: throw .nothing(at: request)
      }
      return eventLoop.makeSucceededFuture(reply)
    }

    /// `models/NAME[/versions/VERSION][/ready|/config|/stats|/infer]`.
    private func model(
      _ request: HTTPRequest, _ path: [String], on eventLoop: any EventLoop
    ) throws(ServingError) -> EventLoopFuture<HTTPReply> {
      guard let name = path.first else { throw .nothing(at: request) }
      let isVersioned = path.count > 2 && path[1] == "versions"
      let version = isVersioned ? path[2] : nil
      let task = path.dropFirst(isVersioned ? 3 : 1)
      if task.first == "sequences", task.count == 1, request.method == .GET {
        return try sequences(name, on: eventLoop)
      }
      if let campaign = catalog.campaigns(name) {
        return try self.campaign(request, campaign, task: Array(task), on: eventLoop)
      }
      let reply: HTTPReply
      switch (request.method, task.first, task.count) {
      case (.POST, "infer", 1):
        let model = try catalog.model(name, version: version)
        let future: EventLoopFuture<HTTPReply>
        do { future = try infer(request, model, on: eventLoop) } catch {
          model.statistics.addFailure(after: request.arrival.duration(to: .now))
          throw error
        }
        future.whenFailure { _ in model.statistics.addFailure(after: request.arrival.duration(to: .now)) }
        return future
      case (.GET, nil, 0):
        let model = try catalog.model(name, version: version)
        reply = HTTPReply(model.metadata(versions: catalog.models[name]?.served.keys.sorted() ?? []))
      case (.GET, "ready", 1):
        _ = try catalog.model(name, version: version)
        reply = HTTPReply(["ready": true])
      case (.GET, "config", 1):
        reply = HTTPReply(
          try catalog.model(name, version: version).configuration(batchLimit: options.batchLimit))
      case (.GET, "stats", 1): reply = try statistics(of: name, version: version)
      default: throw .nothing(at: request)
      }
      return eventLoop.makeSucceededFuture(reply)
    }

    private func infer(
      _ request: HTTPRequest, _ model: ServedModel, on eventLoop: any EventLoop
    ) throws(ServingError) -> EventLoopFuture<HTTPReply> {
      let headerLength = try Self.headerLength(request)
      let encoding = try request.encoding
      @Sendable func read() throws(ServingError) -> InferenceRequest {
        try encoding.decoded(request.body, limit: options.bodyLimit).withUnsafeReadableBytes {
          bytes throws(ServingError) in
          try InferenceRequest(
            bytes, headerLength: headerLength, manifest: model.manifest, rowLimit: options.batchLimit)
        }
      }
      if case .identity = encoding, request.body.readableBytes <= Self.bytesOnLoop {
        return model.answer(try read(), on: eventLoop, arrival: request.arrival)
      }
      return NIOThreadPool.singleton.runIfActive(eventLoop: eventLoop) { try read() }.flatMap {
        model.answer($0, on: eventLoop, arrival: request.arrival)
      }
    }

    /// The campaigns of a model, named with the suffix or without.
    private func sequences(
      _ name: String, on eventLoop: any EventLoop
    ) throws(ServingError) -> EventLoopFuture<HTTPReply> {
      let named = catalog.campaigns(name) ?? catalog.campaigns(name + ModelCatalog.campaignSuffix)
      guard let named else { throw .missing("There is no model '\(name)' that keeps campaigns.") }
      return campaigns.list(model: named.model, on: eventLoop)
    }

    /// What a model that keeps campaigns is asked: `infer`, `ready`, `config`, or nothing for its metadata.
    private func campaign(
      _ request: HTTPRequest, _ campaign: (model: String, versions: CampaignVersions), task: [String],
      on eventLoop: any EventLoop
    ) throws(ServingError) -> EventLoopFuture<HTTPReply> {
      guard let model = campaign.versions.models[campaign.versions.current] else {
        throw .missing("Model '\(campaign.model)' has no version that keeps campaigns.")
      }
      let description = CampaignDescription(
        name: campaign.model, versions: campaign.versions, market: model.market)
      switch (request.method, task.first, task.count) {
      case (.POST, "infer", 1):
        let headerLength = try Self.headerLength(request)
        let read = try request.decodedBody(limit: options.bodyLimit).withUnsafeReadableBytes {
          bytes throws(ServingError) in
          try CampaignRequest(bytes, headerLength: headerLength, market: model.market)
        }
        return campaigns.answer(
          CampaignJob(request: read, model: campaign.model, versions: campaign.versions), on: eventLoop)
      case (.GET, nil, 0): return eventLoop.makeSucceededFuture(HTTPReply(description.metadata))
      case (.GET, "ready", 1): return eventLoop.makeSucceededFuture(HTTPReply(["ready": true]))
      case (.GET, "config", 1): return eventLoop.makeSucceededFuture(HTTPReply(description.configuration))
      default: throw .nothing(at: request)
      }
    }

    /// What is made of the newest campaigns and their forecasts, on a thread of the pool.
    private func watched(
      on eventLoop: any EventLoop, _ body: @escaping @Sendable ([CampaignMonitor.Watched]) -> HTTPReply
    ) -> EventLoopFuture<HTTPReply> {
      let (campaigns, catalog, monitor) = (campaigns, catalog, monitor)
      return NIOThreadPool.singleton.runIfActive(eventLoop: eventLoop) {
        body(
          try campaigns.watched(monitor) { name, version in
            catalog.campaigns(name + ModelCatalog.campaignSuffix)?.versions.models[version]
          })
      }
    }

    private static func headerLength(_ request: HTTPRequest) throws(ServingError) -> Int? {
      guard let text = request.head.headers.first(name: "inference-header-content-length") else { return nil }
      guard let length = Int(text), length >= 0 else {
        throw .invalid("Inference-Header-Content-Length is no whole number.")
      }
      return length
    }

    /// `repository/index`, `repository/models/NAME/load` and `…/unload`; the latter two read files.
    private func repository(
      _ request: HTTPRequest, _ path: [String], on eventLoop: any EventLoop
    ) throws(ServingError) -> EventLoopFuture<HTTPReply> {
      let catalog = catalog
      switch (path.first, path.count, path.last) {
      case ("index", 1, _): return eventLoop.makeSucceededFuture(HTTPReply(catalog.index))
      case ("models", 3, "load"):
        return NIOThreadPool.singleton.runIfActive(eventLoop: eventLoop) {
          try catalog.load(path[1])
          return HTTPReply([:])
        }
      case ("models", 3, "unload"):
        return NIOThreadPool.singleton.runIfActive(eventLoop: eventLoop) {
          try catalog.unload(path[1])
          return HTTPReply([:])
        }
      default: throw .nothing(at: request)
      }
    }

    private func statistics(of name: String?, version: String?) throws(ServingError) -> HTTPReply {
      var models: [ServedModel] = []
      if let name, let version {
        models = [try catalog.model(name, version: version)]
      } else {
        if let name { _ = try catalog.model(name) }
        for (key, versions) in catalog.models.sorted(by: { $0.key < $1.key }) where name ?? key == key {
          models += versions.served.sorted { $0.key < $1.key }.map(\.value)
        }
      }
      return HTTPReply(["model_stats": .array(models.map(\.statisticsDocument))])
    }
  }

  extension ServingError {
    fileprivate static func nothing(at request: HTTPRequest) -> ServingError {
      .missing("There is nothing at \(request.head.method) \(request.head.uri).")
    }
  }
#endif
