#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Work that is cut into numbered pieces, each of which may run on any thread.
///
/// Where a closure would do but nothing may be allocated, give `WorkerPool.run` a structure of this kind.
public protocol ParallelTask {
  /// Does one piece.
  func run(_ index: Int)
}

/// Persistent threads that share the pieces of one task after another.
///
///     let pool = WorkerPool(threads: 2)
///     pool.run(8) { shard in gradients[shard].compute() }
///
/// Between tasks a thread spins for some 30 µs before it parks, so a run of short tasks costs about a
/// microsecond each instead of a wake-up. Each thread begins with its own share of the pieces, the same in every task
/// of as many, so that its core's cache holds what they work on, and then helps with the others': results must not
/// depend on which thread runs a piece, nor on the order.
public final class WorkerPool: @unchecked Sendable {
  /// The number of threads that share a task, the caller's own among them.
  public let threads: Int
  private let team: ThreadTeam
  private let handles: [pthread_t]

  /// Starts `threads - 1` threads; the caller of `run` is the last.
  public init(threads: Int) {
    precondition(threads > 0, "A pool needs at least one thread, not \(threads).")
    let team = ThreadTeam(threads: threads)
    handles = (1..<threads).compactMap { _ in WorkerPool.start(team) }
    self.team = team
    self.threads = handles.count + 1
  }

  deinit {
    team.dismiss()
    for handle in handles { pthread_join(handle, nil) }
  }

  /// Runs the pieces 0 ..< count of a task, each exactly once, and returns when all are done.
  ///
  /// Allocates nothing. Matrix products within run on one thread each. While another thread's task (or one further up this thread's own stack) has the pool,
  /// the caller does all pieces alone.
  @inlinable public func run<Task: ParallelTask>(_ count: Int, _ task: Task) {
    withOneBLASThread {
      if count <= 1 || threads == 1 {
        for index in 0..<max(count, 0) { task.run(index) }
        return
      }
      withUnsafePointer(to: task) { pointer in
        share(count, UnsafeRawPointer(pointer)) { $0.assumingMemoryBound(to: Task.self).pointee.run($1) }
      }
    }
  }

  /// Runs `body(0) ... body(count - 1)`, each exactly once, and returns when all are done.
  ///
  /// Like `run(_:_:)` with a task, but allocates the closure's context.
  @inlinable public func run(_ count: Int, _ body: (Int) -> Void) {
    withoutActuallyEscaping(body) { run(count, ClosureTask(body: $0)) }
  }

  /// The results of `body(0) ... body(count - 1)`, each computed exactly once, in this order.
  package func map<Element>(_ count: Int, _ body: (Int) -> Element) -> [Element] {
    var results = [Element?](repeating: nil, count: count)
    results.withUnsafeMutableBufferPointer { results in
      // Each piece writes a place of its own.
      nonisolated(unsafe) let results = results
      run(count) { results[$0] = body($0) }
    }
    return results.compactMap { $0 }
  }

  @usableFromInline func share(
    _ count: Int, _ task: UnsafeRawPointer, _ piece: @escaping (UnsafeRawPointer, Int) -> Void
  ) {
    if !team.run(count, task, piece) {
      for index in 0..<count { piece(task, index) }
    }
  }

  /// Starts a thread that serves the team; nil where the system has no more.
  private static func start(_ team: ThreadTeam) -> pthread_t? {
    #if canImport(Glibc)
      var handle = pthread_t()
    #else
      var handle: pthread_t?
    #endif
    let context = Unmanaged.passRetained(team).toOpaque()
    let status = pthread_create(&handle, nil, serve, context)
    if status != 0 {
      Unmanaged<ThreadTeam>.fromOpaque(context).release()
      return nil
    }
    return handle
  }
}

/// A closure as a task.
@usableFromInline struct ClosureTask: ParallelTask {
  @usableFromInline let body: (Int) -> Void

  @inlinable init(body: @escaping (Int) -> Void) { self.body = body }

  @inlinable func run(_ index: Int) { body(index) }
}

#if canImport(Glibc)
  private func serve(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let context { Unmanaged<ThreadTeam>.fromOpaque(context).takeRetainedValue().serve() }
    return nil
  }
#else
  private func serve(_ context: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    Unmanaged<ThreadTeam>.fromOpaque(context).takeRetainedValue().serve()
    return nil
  }
#endif
