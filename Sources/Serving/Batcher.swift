import Learning
import LinearAlgebra
import Synchronization

/// Values observations, those of many requests at once where they wait anyway.
///
/// A request that finds an engine free runs at once on its caller's thread. Where all are busy, requests wait, and the
/// engine that is free first takes as many rows of them as fit a batch. With a delay, requests wait that long for company.
final class Batcher: Sendable {
  /// When requests are batched and when they are refused.
  struct Limits {
    /// The most rows of a run.
    var rows: Int
    /// How long a request waits for others.
    var delay: Duration
    /// The most rows that may wait.
    var waitingRows: Int
    /// How long a request may wait before it is refused.
    var deadline: Duration
  }

  /// What a request gets.
  struct Outcome {
    /// Rows × choice count: the value of every choice in raw reward units.
    let q: [Float]
    /// How long the request waited.
    let queue: Duration
  }

  private struct Waiting {
    let observations: [Float]
    let rows: Int
    let since: ContinuousClock.Instant
    let continuation: CheckedContinuation<Result<Outcome, ServingError>, Never>
  }

  private struct State {
    var waiting: [Waiting] = []
    var waitingRows = 0
    var free: [Engine]
    var isTimerSet = false
  }

  private let limits: Limits
  private let statistics: Statistics
  private let state: Mutex<State>

  /// Makes room to run a policy on several threads at once.
  init(_ policy: Policy, engines: Int, limits: Limits, statistics: Statistics) {
    self.limits = limits
    self.statistics = statistics
    state = Mutex(State(free: (0..<engines).map { _ in Engine(policy, rows: limits.rows) }))
  }

  /// Values the choices of rows × observation size raw observations.
  func values(of observations: [Float], rows: Int) async throws(ServingError) -> Outcome {
    let since = ContinuousClock.now
    let engine = limits.delay > .zero ? nil : state.withLock { $0.waiting.isEmpty ? $0.free.popLast() : nil }
    if let engine {
      let q = run(engine, observations, rows: rows)
      release(engine)
      return Outcome(q: q, queue: .zero)
    }
    let result = await withCheckedContinuation { continuation in
      wait(Waiting(observations: observations, rows: rows, since: since, continuation: continuation))
    }
    return try result.get()
  }

  /// Puts a request in the queue.
  private func wait(_ request: Waiting) {
    enum Next { case refuse, run, sleep, rest }
    let next = state.withLock { state -> Next in
      guard state.waitingRows + request.rows <= limits.waitingRows else { return .refuse }
      state.waiting.append(request)
      state.waitingRows += request.rows
      if limits.delay == .zero || state.waitingRows >= limits.rows { return .run }
      defer { state.isTimerSet = true }
      return state.isTimerSet ? .rest : .sleep
    }
    switch next {
    case .refuse:
      request.continuation.resume(
        returning: .failure(.unavailable("Too many requests wait: try again later.")))
    case .run: runWaiting()
    case .sleep:
      Task {
        try? await Task.sleep(for: limits.delay)
        state.withLock { $0.isTimerSet = false }
        runWaiting()
      }
    case .rest: break
    }
  }

  /// Starts a run of what waits, where an engine is free.
  private func runWaiting() {
    let work = state.withLock { state -> (Engine, [Waiting])? in
      guard !state.waiting.isEmpty, let engine = state.free.popLast() else { return nil }
      return (engine, takeBatch(&state))
    }
    guard let (engine, batch) = work else { return }
    Task { serve(batch, on: engine) }
  }

  /// Gives an engine back, or to those who wait.
  private func release(_ engine: Engine) {
    let batch = state.withLock { state -> [Waiting] in
      if state.waiting.isEmpty || state.isTimerSet { state.free.append(engine) }
      return state.waiting.isEmpty || state.isTimerSet ? [] : takeBatch(&state)
    }
    if !batch.isEmpty { Task { serve(batch, on: engine) } }
  }

  private func takeBatch(_ state: inout State) -> [Waiting] {
    var rows = 0
    let count = state.waiting.prefix { request in
      rows += request.rows
      return rows <= limits.rows
    }.count
    let batch = Array(state.waiting.prefix(count))
    state.waiting.removeFirst(count)
    state.waitingRows -= batch.reduce(0) { $0 + $1.rows }
    return batch
  }

  /// Answers requests by one run.
  private func serve(_ batch: [Waiting], on engine: Engine) {
    let now = ContinuousClock.now
    let late = batch.filter { $0.since.duration(to: now) > limits.deadline }
    for request in late {
      request.continuation.resume(returning: .failure(.unavailable("The request waited past its deadline.")))
    }
    let batch = batch.filter { $0.since.duration(to: now) <= limits.deadline }
    let rows = batch.reduce(0) { $0 + $1.rows }
    let q = rows > 0 ? run(engine, batch.flatMap(\.observations), rows: rows) : []
    release(engine)
    var start = 0
    for request in batch {
      let count = q.count / max(rows, 1) * request.rows
      request.continuation.resume(
        returning: .success(
          Outcome(q: Array(q[start..<start + count]), queue: request.since.duration(to: now))))
      start += count
    }
  }

  private func run(_ engine: Engine, _ observations: [Float], rows: Int) -> [Float] {
    let start = ContinuousClock.now
    let q = engine.values(of: observations, rows: rows)
    statistics.addExecution(start.duration(to: .now))
    return q
  }
}

/// A runner with room for its rows; whoever took it off the list of free ones uses it alone.
private final class Engine: @unchecked Sendable {
  private let runner: PolicyRunner
  private let observations: Matrix
  private let q: Matrix

  init(_ policy: Policy, rows: Int) {
    runner = PolicyRunner(policy, maximumBatch: rows)
    observations = Matrix(rows: rows, columns: policy.shape.observationSize)
    q = Matrix(rows: rows, columns: policy.shape.choiceCount)
  }

  func values(of rowsOfFloats: [Float], rows: Int) -> [Float] {
    rowsOfFloats.withUnsafeBufferPointer { buffer in
      if let first = buffer.baseAddress { observations.pointer.update(from: first, count: buffer.count) }
    }
    let output = q.view.rows(0..<rows)
    runner.qValues(observations: observations.view.rows(0..<rows), into: output)
    return Array(UnsafeBufferPointer(start: output.pointer, count: rows * q.columns))
  }
}
