#if Serving
  import Apportion
  import ArgumentParser
  import Dispatch
  import Documents
  import Foundation
  import Runs
  import Serving
  import Synchronization

  struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "serve",
      abstract: "Serves a model repository over HTTP: the Open Inference Protocol (KServe V2).",
      discussion:
        "New versions and labels are taken up as they appear. SIGTERM ends it after what is under way.")

    @Option(help: "The repository's folder.")
    var repository: String

    @Option(help: "The address to listen at; 0.0.0.0 for all.")
    var host = "127.0.0.1"

    @Option(help: "The port to listen at; 0 for a free one.")
    var port = 8000

    @Option(help: "The most rows of a request and of a run of the network.")
    var maxBatch = 1024

    @Option(help: "How many microseconds a request waits for others to share a run with.")
    var maxDelay = 0

    @Option(help: "The most rows that may wait.")
    var queueLimit = 65_536

    @Option(help: "After how many milliseconds of waiting a request is refused.")
    var deadline = 1000

    @Option(help: "The most bytes of a request's body.")
    var bodyLimit = 16 << 20

    @Option(help: "How many seconds a connection may take for one request.")
    var requestTimeout = 60

    @Option(help: "Which models must be able to answer for the server to be ready: all or any.")
    var readyWhen = PolicyServer.Readiness.all

    @Option(
      help:
        "For how many seconds after SIGTERM the server says that it is not ready, before it stops listening.")
    var drainDelay = 0.0

    @Option(help: "The file that holds the token which clients must send (Authorization: Bearer).")
    var tokenFile: String?

    @Option(
      help: "The file of the certificate chain (PEM), for TLS; needs --key, and a build with the trait TLS.")
    var certificate: String?

    @Option(help: "The file of the certificate's key (PEM).")
    var key: String?

    @Option(help: "A file that takes a JSON line for every request.")
    var accessLog: String?

    @Option(help: "A file that takes a JSON line for every decision.")
    var decisionLog: String?

    @Option(help: "The file in which campaigns are kept (default: in memory, gone when the server ends).")
    var state: String?

    @Flag(help: "Let campaigns outlive the loss of power, too, at a flush of the disk for each transaction.")
    var survivePowerLoss = false

    @OptionGroup var output: OutputOptions

    func validate() throws {
      guard (0...65_535).contains(port) else { throw ValidationError("--port takes a number up to 65535.") }
      guard maxBatch > 0, maxDelay >= 0, queueLimit > 0, deadline > 0, bodyLimit > 0, requestTimeout > 0
      else {
        throw ValidationError("Limits take numbers above 0.")
      }
      guard (0...86_400).contains(drainDelay) else {
        throw ValidationError("--drain-delay takes a number of seconds from 0 to 86400.")
      }
      guard (certificate == nil) == (key == nil) else {
        throw ValidationError("--certificate and --key go together.")
      }
    }

    func run() throws {
      var options = PolicyServer.Options(repository: repository)
      options.host = host
      options.port = port
      options.batchLimit = maxBatch
      options.batchDelay = .microseconds(maxDelay)
      options.queueLimit = queueLimit
      options.deadline = .milliseconds(deadline)
      options.bodyLimit = bodyLimit
      options.requestTimeout = .seconds(requestTimeout)
      options.readiness = readyWhen
      options.drainDelay = .seconds(drainDelay)
      options.notice = { standardError("apportion: \($0)\n") }
      allowManyFiles()
      if let certificate, let key { options.certificate = (certificate, key) }
      if let tokenFile {
        let text = String(decoding: try AtomicFile.read(tokenFile), as: UTF8.self)
        let token = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !token.isEmpty else { throw InputError.emptyToken(tokenFile) }
        options.token = token
      }
      options.accessLog = try accessLog.map { try JSONLinesLog(path: $0) }
      options.decisionLog = try decisionLog.map { try JSONLinesLog(path: $0) }
      options.campaigns = state
      options.survivesPowerLoss = survivePowerLoss
      let server = try PolicyServer(options: options)
      let (host, scheme, output, inventory, state) = (
        host, certificate == nil ? "http" : "https", output, server.inventory, state
      )
      try waitFor {
        try await server.run { port in
          output.show(
            ["host": .string(host), "port": JSONValue(port), "models": JSONValue(encoding: inventory)],
            text: "Serving at \(scheme)://\(host):\(port)/v2\n" + Self.lines(inventory)
              + Self.campaigns(inventory, state: state))
          fflush(nil)
        }
      }
    }

    /// Where campaigns are kept, if any model keeps them.
    private static func campaigns(_ inventory: [ModelInventory], state: String?) -> String {
      let names = inventory.filter(\.campaigns).map(\.name)
      guard !names.isEmpty else { return "" }
      let place = state ?? "memory: they are gone when the server ends (--state FILE keeps them)"
      return "Campaigns of \(names.map { $0 + ".campaign" }.joined(separator: ", ")) are kept in \(place).\n"
    }

    /// A line for each model, and for each version that is left out.
    private static func lines(_ inventory: [ModelInventory]) -> String {
      guard !inventory.isEmpty else {
        return "The repository is empty: versions are taken up once `apportion publish` has put them there.\n"
      }
      return inventory.map { model -> String in
        let refused: String = model.refused.members.map { place, reason -> String in
          let part = place == "labels" ? "its labels are" : "version \(place) is"
          return "\(model.name): \(part) left out. \(reason)\n"
        }.joined()
        guard let version = model.version else {
          return refused + "\(model.name): no version can be served.\n"
        }
        let served = model.served.map { "\($0)" }.joined(separator: ", ")
        return refused + "\(model.name): version \(version) answers; served are \(served).\n"
      }.joined()
    }
  }

  extension PolicyServer.Readiness: ExpressibleByArgument {}

  /// Raises the limit of open files as far as this user may, so that connections do not use up what reading files needs.
  private func allowManyFiles() {
    var limit = rlimit()
    #if canImport(Glibc)
      let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
      let files = RLIMIT_NOFILE
    #endif
    guard getrlimit(files, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
    limit.rlim_cur = limit.rlim_max
    _ = setrlimit(files, &limit)
  }

  /// Waits on this thread for asynchronous work on others.
  private func waitFor(_ work: @escaping @Sendable () async throws -> Void) throws {
    let done = DispatchSemaphore(value: 0)
    let failure = Mutex<(any Error)?>(nil)
    Task.detached {
      do { try await work() } catch { failure.withLock { $0 = error } }
      done.signal()
    }
    done.wait()
    if let error = failure.withLock({ $0 }) { throw error }
  }
#endif
