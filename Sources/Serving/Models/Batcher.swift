#if Serving
  import Learning
  import LinearAlgebra
  import NIOCore
  import NIOPosix
  import Synchronization

  /// Values the observations of requests, one run of the network for all that came in together.
  ///
  /// Every event loop has a batcher of its own for each version of a model, and only that loop may call it. Without a delay
  /// a run takes what the loop read from its sockets in one go, so that a lone request never waits and many share. Short
  /// runs happen on the loop; long ones on a thread of the pool, and what arrives meanwhile makes up the next run.
  final class Batcher: @unchecked Sendable {
    /// When requests are batched and when they are refused.
    struct Limits {
      /// The most rows of a run.
      var rows: Int
      /// How long a request waits for others.
      var delay: Duration
      /// The most rows that may wait for a model's version.
      var waitingRows: Int
      /// How long a request may wait before it is refused.
      var deadline: Duration
    }

    /// Makes a reply of the values of a request's choices (rows × choice count, in raw reward units) and the time that the
    /// request waited. Called on the loop or on a thread of the pool.
    typealias Completion = @Sendable (MatrixView, Duration) throws(ServingError) -> HTTPReply

    private struct Waiting {
      let observations: [Float]
      let rows: Int
      let isLong: Bool
      let since: ContinuousClock.Instant
      let completion: Completion
      let promise: EventLoopPromise<HTTPReply>
    }

    /// A run of at most so many rows takes less time than it takes to wake another thread.
    private static let rowsOnLoop = 64

    let eventLoop: any EventLoop
    private let policy: Policy
    private let limits: Limits
    private let statistics: Statistics
    private let waitingRows: WaitingRows
    private lazy var engine = Engine(policy, rows: limits.rows)
    private var waiting: [Waiting] = []
    /// Whether a run is due at the end of a delay or of the loop's present round.
    private var isScheduled = false
    /// Whether a thread of the pool uses the engine.
    private var isRunning = false

    init(
      _ policy: Policy, on eventLoop: any EventLoop, limits: Limits, statistics: Statistics,
      waitingRows: WaitingRows
    ) {
      self.policy = policy
      self.eventLoop = eventLoop
      self.limits = limits
      self.statistics = statistics
      self.waitingRows = waitingRows
    }

    /// Values rows × observation size raw observations. Fails with status 503 where too much waits, or for too long.
    ///
    /// - Parameters:
    ///   - observations: rows × observation size, raw.
    ///   - rows: the number of observations.
    ///   - isLong: whether the completion takes long.
    ///   - since: when the request arrived.
    ///   - completion: makes the reply.
    func values(
      of observations: [Float], rows: Int, isLong: Bool, since: ContinuousClock.Instant,
      completion: @escaping Completion
    ) -> EventLoopFuture<HTTPReply> {
      eventLoop.preconditionInEventLoop()
      let promise = eventLoop.makePromise(of: HTTPReply.self)
      guard rows <= limits.waitingRows else {
        promise.fail(
          ServingError(
            413, "The request has \(rows) rows, more than the \(limits.waitingRows) that may ever wait."))
        return promise.futureResult
      }
      guard waitingRows.add(rows, limit: limits.waitingRows) else {
        promise.fail(ServingError.unavailable("Too many requests wait: try again later."))
        return promise.futureResult
      }
      waiting.append(
        Waiting(
          observations: observations, rows: rows, isLong: isLong, since: since, completion: completion,
          promise: promise))
      if !isScheduled && !isRunning {
        isScheduled = true
        if limits.delay == .zero {
          eventLoop.execute { self.runScheduled() }
        } else {
          eventLoop.scheduleTask(in: TimeAmount(limits.delay)) { self.runScheduled() }
        }
      }
      // With a delay, a whole batch need not wait for its end.
      if limits.delay > .zero && waiting.reduce(0, { $0 + $1.rows }) >= limits.rows { run() }
      return promise.futureResult
    }

    private func runScheduled() {
      isScheduled = false
      run()
    }

    /// Runs what waits, batch after batch, until nothing does or a long batch is under way.
    private func run() {
      while !isRunning, !waiting.isEmpty {
        let batch = takeBatch()
        guard !batch.isEmpty else { continue }
        if batch.reduce(0, { $0 + $1.rows }) <= Self.rowsOnLoop && !batch.contains(where: \.isLong) {
          for (request, reply) in zip(batch, replies(to: batch)) { request.promise.completeWith(reply) }
        } else {
          isRunning = true
          NIOThreadPool.singleton.runIfActive(eventLoop: eventLoop) { self.replies(to: batch) }
            .assumeIsolated().whenComplete { result in
              self.isRunning = false
              switch result {
              case .success(let replies):
                for (request, reply) in zip(batch, replies) { request.promise.completeWith(reply) }
              case .failure(let error):
                for request in batch { request.promise.fail(error) }
              }
              self.run()
            }
        }
      }
    }

    /// Takes as many requests as fit a run, and refuses those that waited too long.
    private func takeBatch() -> [Waiting] {
      var rows = 0
      let count = waiting.prefix { request in
        rows += request.rows
        return rows <= limits.rows
      }.count
      let taken = waiting.prefix(count)
      waiting.removeFirst(count)
      waitingRows.remove(taken.reduce(0) { $0 + $1.rows })
      let now = ContinuousClock.now
      return taken.filter { request in
        guard request.since.duration(to: now) > limits.deadline else { return true }
        request.promise.fail(ServingError.unavailable("The request waited past its deadline."))
        return false
      }
    }

    /// Runs the network once and makes each request's reply.
    private func replies(to batch: [Waiting]) -> [Result<HTTPReply, any Error>] {
      let start = ContinuousClock.now
      let q = engine.values(of: batch.map(\.observations))
      statistics.addExecution(rows: q.rows, start.duration(to: .now))
      var row = 0
      return batch.map { request in
        let values = q.rows(row..<row + request.rows)
        row += request.rows
        return Result { try request.completion(values, request.since.duration(to: start)) }
      }
    }
  }

  /// How many rows wait for one version of a model, on whatever loop.
  final class WaitingRows: Sendable {
    private let count = Atomic(0)

    /// Counts rows that begin to wait; false where that would be too many.
    func add(_ rows: Int, limit: Int) -> Bool {
      guard count.add(rows, ordering: .relaxed).newValue > limit else { return true }
      remove(rows)
      return false
    }

    /// Counts rows that wait no longer.
    func remove(_ rows: Int) { count.subtract(rows, ordering: .relaxed) }
  }

  /// A runner with room for its rows; one thread at a time may use it.
  private final class Engine {
    private let runner: PolicyRunner
    private let observations: Matrix
    private let q: Matrix

    init(_ policy: Policy, rows: Int) {
      runner = PolicyRunner(policy, maximumBatch: rows)
      observations = Matrix(rows: rows, columns: policy.shape.observationSize)
      q = Matrix(rows: rows, columns: policy.shape.choiceCount)
    }

    /// The values of the choices of whole rows of observations, valid until the next call.
    func values(of parts: [[Float]]) -> MatrixView {
      if parts.count == 1 {
        return parts[0].withUnsafeBufferPointer { values(of: $0) }
      }
      var end = observations.pointer
      for part in parts {
        part.withUnsafeBufferPointer { buffer in
          guard let first = buffer.baseAddress else { return }
          end.update(from: first, count: buffer.count)
        }
        end += part.count
      }
      return values(of: UnsafeBufferPointer(start: observations.pointer, count: end - observations.pointer))
    }

    private func values(of elements: UnsafeBufferPointer<Float>) -> MatrixView {
      guard let first = elements.baseAddress else { return q.view.rows(0..<0) }
      let columns = observations.columns
      let rows = elements.count / columns
      // The runner only reads its observations.
      let input = MatrixView(
        pointer: UnsafeMutablePointer(mutating: first), rows: rows, columns: columns, stride: columns)
      let output = q.view.rows(0..<rows)
      runner.qValues(observations: input, into: output)
      return output
    }
  }
#endif
