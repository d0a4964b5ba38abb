#if Serving
  import Dispatch
  import Documents
  import Foundation
  import HummingbirdCore
  import Logging
  import PolicyFormats
  import NIOCore
  import NIOPosix
  import ServiceLifecycle
  import Synchronization

  /// An HTTP server of the Open Inference Protocol (KServe V2) over a model repository.
  ///
  /// ```swift
  /// try await PolicyServer(options: .init(repository: "models")).run()
  /// ```
  ///
  /// It runs until SIGTERM or SIGINT, answers what is under way, and returns.
  public struct PolicyServer: Sendable {
    /// How to serve.
    public struct Options: Sendable {
      /// The model repository's folder.
      public var repository: String
      /// The address to listen at.
      public var host = "127.0.0.1"
      /// The port to listen at; 0 for a free one.
      public var port = 8000
      /// The most rows of a request and of a run.
      public var batchLimit = 1024
      /// How long a request waits for others to share a run with.
      public var batchDelay: Duration = .zero
      /// The most rows that may wait.
      public var queueLimit = 65_536
      /// How long a request may wait before it is refused.
      public var deadline: Duration = .seconds(1)
      /// The most bytes of a request's body.
      public var bodyLimit = 16 << 20
      /// The most connections at once; above it, a new one takes the place of the one that has waited longest for a request.
      public var connectionLimit = 1024
      /// Which models must be able to answer for the server to be ready.
      public var readiness = Readiness.all
      /// How long the server says that it is not ready, and answers nevertheless, before it ends.
      public var drainDelay: Duration = .zero
      /// How long a connection may take for one request, from its first byte or the last answer on.
      public var requestTimeout: Duration = .seconds(60)
      /// How often the repository is looked at for new versions and labels; zero for never.
      public var refreshInterval: Duration = .seconds(1)
      /// Takes a sentence once for each version or file of labels that is left out.
      public var notice: @Sendable (String) -> Void = { _ in }
      /// What clients must send as `Authorization: Bearer …`; nil for nothing.
      public var token: String?
      /// The files of a certificate chain and its key (PEM), for TLS.
      public var certificate: (chain: String, key: String)?
      /// The file of the campaigns that the server keeps; nil for in memory, gone when it ends.
      public var campaigns: String?
      /// Whether a campaign's request outlives the loss of power, too, and not only the end of the process.
      public var survivesPowerLoss = false
      /// Takes a line for every request.
      public var accessLog: JSONLinesLog?
      /// Takes a line for every decision: observation, action, propensity, version.
      public var decisionLog: JSONLinesLog?

      /// Serves a repository, all else by default.
      public init(repository: String) { self.repository = repository }
    }

    /// Which models must be able to answer for the server to be ready.
    public enum Readiness: String, Sendable, CaseIterable {
      /// All of them, as the protocol has it, and there is one.
      case all
      /// One of them.
      case any
    }

    private let options: Options
    private let drain = Drain()
    private let catalog: ModelCatalog
    private let campaigns: CampaignService
    private let eventLoops = MultiThreadedEventLoopGroup.singleton

    /// Reads the repository's models; versions that cannot be used are left out.
    ///
    /// - Throws: `InputError` where there is no such folder, it holds nothing to serve, or campaigns cannot be kept.
    public init(options: Options) throws {
      self.options = options
      guard options.token != "" else { throw InputError.emptyToken() }
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: options.repository, isDirectory: &isFolder),
        isFolder.boolValue
      else { throw InputError.missing(path: options.repository) }
      campaigns = try CampaignService(
        file: options.campaigns, durability: options.survivesPowerLoss ? .full : .normal)
      catalog = ModelCatalog(
        repository: ModelRepository(options.repository), eventLoops: Array(eventLoops.makeIterator()),
        limits: Batcher.Limits(
          rows: options.batchLimit, delay: options.batchDelay, waitingRows: options.queueLimit,
          deadline: options.deadline),
        decisionLog: options.decisionLog, notice: options.notice)
      catalog.refresh()
    }

    /// What is served now: for each model the version that answers where none is named, and what is left out and why.
    public var inventory: [ModelInventory] { catalog.inventory }

    /// Serves until a signal ends it.
    ///
    /// - Parameter onStart: is called with the port once the server listens.
    /// - Throws: `InputError` where the certificate cannot be read.
    public func run(onStart: @escaping @Sendable (Int) -> Void = { _ in }) async throws {
      var logger = Logger(label: "apportion")
      logger.logLevel = .critical
      let channel = PolicyChannel(
        responder: InferenceResponder(catalog: catalog, options: options, campaigns: campaigns, drain: drain),
        connections: Connections(limit: options.connectionLimit), options: options)
      let configuration = ServerConfiguration(
        address: .hostname(options.host, port: options.port),
        availableConnectionsDelegate: MaximumAvailableConnections(
          options.connectionLimit + Connections.reserve))
      let started: @Sendable (any Channel) async -> Void = { onStart($0.localAddress?.port ?? 0) }
      func server(_ channel: some ServerChildChannel) -> any Service {
        channel.server(
          configuration: configuration, onServerRunning: started, eventLoopGroup: eventLoops, logger: logger)
      }
      let listener =
        if let certificate = options.certificate {
          server(try channel.secured(chain: certificate.chain, key: certificate.key))
        } else {
          server(channel)
        }
      defer {
        options.accessLog?.flush()
        options.decisionLog?.flush()
      }
      let services: [any Service] = [
        listener, RefreshService(catalog: catalog, interval: options.refreshInterval),
        DrainService(drain: drain, delay: options.drainDelay),
      ]
      do {
        try await ServiceGroup(
          configuration: .init(
            services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        ).run()
      } catch let error as IOError {
        throw cannotListen(String(cString: strerror(error.errnoCode)))
      } catch is SocketAddressError.UnknownHost {
        throw cannotListen("there is no such host")
      }
    }

    private func cannotListen(_ reason: String) -> InputError {
      InputError(
        .inputOutput, file: "\(options.host):\(options.port)", problem: "cannot be listened at: \(reason)",
        remedy: "choose another with --host and --port")
    }
  }

  /// Whether the server is about to end.
  final class Drain: Sendable {
    private let state = Atomic(false)

    var hasBegun: Bool { state.load(ordering: .relaxed) }

    func begin() { state.store(true, ordering: .relaxed) }
  }

  /// Is the first to hear of the end, and holds the others up until load balancers have seen that no more should come.
  private struct DrainService: Service {
    let drain: Drain
    let delay: Duration

    func run() async throws {
      try await gracefulShutdown()
      drain.begin()
      try? await Task.sleep(for: delay)
    }
  }

  /// Looks at the repository from time to time, away from the threads that answer.
  private struct RefreshService: Service {
    let catalog: ModelCatalog
    let interval: Duration

    func run() async throws {
      guard interval > .zero else { return try await gracefulShutdown() }
      try? await cancelWhenGracefulShutdown {
        while true {
          try await Task.sleep(for: interval)
          await withCheckedContinuation { done in
            DispatchQueue.global(qos: .utility).async {
              catalog.refresh()
              done.resume()
            }
          }
        }
      }
    }
  }

  extension InputError {
    /// The token that clients must send has no letter, so that everybody would have it.
    package static func emptyToken(_ file: String? = nil) -> InputError {
      InputError(
        .malformed, file: file, problem: "the token is empty",
        remedy: "write one to its file, such as the output of `openssl rand -hex 32`")
    }
  }
#endif
