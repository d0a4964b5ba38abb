import COpenBLAS
import Synchronization

/// The number of threads that a matrix product runs on.
package var blasThreads: Int { Int(openblas_get_num_threads()) }

/// Sets the number of threads that matrix products run on, in the whole process.
///
/// Products are bit-identical from run to run for one number of threads, not across numbers. What runs inside
/// `withOneBLASThread` meanwhile keeps its one thread: the setting holds when the last of it has ended.
public func setBLASThreads(_ count: Int) {
  precondition(count > 0, "Matrix products need at least one thread, not \(count).")
  inside.withLock { state in
    state.threads = Int32(clamping: count)
    if state.count == 0 { openblas_set_num_threads(state.threads) }
  }
}

/// Runs `body` with every matrix product on the thread that asks for it; what the process had set holds again afterwards.
///
/// OpenBLAS has one setting for all threads, so it is the last of those inside at once that puts it back. `WorkerPool`
/// runs its tasks so: threads of OpenBLAS's own would fight the pool's, allocate in every product and make bits depend
/// on their number.
@inlinable package func withOneBLASThread<Result, Failure: Error>(
  _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
  enterOneBLASThread()
  defer { leaveOneBLASThread() }
  return try body()
}

/// How many are inside, and the setting to put back.
private let inside = Mutex((count: 0, threads: Int32(1)))

@usableFromInline func enterOneBLASThread() {
  inside.withLock { state in
    state.count += 1
    guard state.count == 1 else { return }
    state.threads = openblas_get_num_threads()
    if state.threads != 1 { openblas_set_num_threads(1) }
  }
}

@usableFromInline func leaveOneBLASThread() {
  inside.withLock { state in
    state.count -= 1
    if state.count == 0 && state.threads != 1 { openblas_set_num_threads(state.threads) }
  }
}
