import CKernels
import Dispatch
import Synchronization

/// What the threads of a pool share: the task at hand and the words they meet at.
///
/// Protocol: the round is odd while a task is open. A worker first counts itself in (`active`), then looks
/// whether the round is still open, and only then touches the task; the caller first closes the round, then
/// waits until nobody is counted in. Both orders being sequentially consistent, no worker can meet a task
/// that has gone.
final class ThreadTeam: @unchecked Sendable {
  private let busy = Atomic(false)
  private let dismissed = Atomic(false)
  private let round = Atomic(0)
  private let threads: Int
  private let joined = Atomic(0)
  private let shares: PieceShares
  private let active = Atomic(0)
  private let sleepers = Atomic(0)
  private let callerSleeps = Atomic(false)
  private let wake = DispatchSemaphore(value: 0)
  private let done = DispatchSemaphore(value: 0)
  // Written between rounds only.
  private var task: UnsafeRawPointer?
  private var piece: (UnsafeRawPointer, Int) -> Void = { _, _ in }

  /// Pauses before a thread parks: some 30 µs.
  private static let patience = 1_500

  /// Makes a team of some threads, the caller's among them.
  init(threads: Int) {
    self.threads = threads
    shares = PieceShares(workers: threads)
  }

  /// Shares the pieces of a task; false, with nothing done, while the team is at another task.
  func run(_ count: Int, _ task: UnsafeRawPointer, _ piece: @escaping (UnsafeRawPointer, Int) -> Void) -> Bool
  {
    if busy.exchange(true, ordering: .acquiring) { return false }
    self.task = task
    self.piece = piece
    shares.deal(count, among: threads)
    round.add(1, ordering: .sequentiallyConsistent)
    wakeSleepers(count - 1)
    takePieces(of: 0)
    round.add(1, ordering: .sequentiallyConsistent)
    awaitWorkers()
    busy.store(false, ordering: .releasing)
    return true
  }

  /// Ends all threads once they have no task.
  func dismiss() {
    dismissed.store(true, ordering: .sequentiallyConsistent)
    wakeSleepers(.max)
  }

  /// A worker's life: waits for a round, joins it, until dismissed.
  func serve() {
    let thread = joined.add(1, ordering: .relaxed).newValue
    var last = 0
    while awaitRound(after: last) {
      active.add(1, ordering: .sequentiallyConsistent)
      let current = round.load(ordering: .sequentiallyConsistent)
      if !current.isMultiple(of: 2) {
        takePieces(of: thread)
        last = current
      }
      let left = active.subtract(1, ordering: .sequentiallyConsistent).newValue
      if left == 0 && callerSleeps.exchange(false, ordering: .sequentiallyConsistent) { done.signal() }
    }
  }

  private func takePieces(of thread: Int) {
    guard let task else { return }
    let piece = self.piece
    shares.take(by: thread) { piece(task, $0) }
  }

  /// Returns true when a round newer than `last` is open, false when dismissed.
  private func awaitRound(after last: Int) -> Bool {
    while true {
      for _ in 0..<Self.patience {
        if isOpen(after: last) { return true }
        if dismissed.load(ordering: .relaxed) { return false }
        ck_pause()
      }
      sleepers.add(1, ordering: .sequentiallyConsistent)
      // Whoever opens a round after this line sees the sleeper; a round opened before is seen here.
      let needed = isOpen(after: last) || dismissed.load(ordering: .sequentiallyConsistent)
      if !(needed && takeSleepers(1) == 1) { wake.wait() }
    }
  }

  private func isOpen(after last: Int) -> Bool {
    let current = round.load(ordering: .sequentiallyConsistent)
    return current != last && !current.isMultiple(of: 2)
  }

  private func wakeSleepers(_ most: Int) {
    for _ in 0..<takeSleepers(most) { wake.signal() }
  }

  /// Strikes up to `most` sleepers off and returns their number; each owes or is owed one signal.
  private func takeSleepers(_ most: Int) -> Int {
    var seen = sleepers.load(ordering: .sequentiallyConsistent)
    while seen > 0 {
      let taken = min(seen, most)
      let result = sleepers.compareExchange(
        expected: seen, desired: seen - taken, ordering: .sequentiallyConsistent)
      if result.exchanged { return taken }
      seen = result.original
    }
    return 0
  }

  /// Returns when no worker is counted in; the round is closed.
  private func awaitWorkers() {
    while true {
      for _ in 0..<Self.patience {
        if active.load(ordering: .sequentiallyConsistent) == 0 { return }
        ck_pause()
      }
      callerSleeps.store(true, ordering: .sequentiallyConsistent)
      let finished = active.load(ordering: .sequentiallyConsistent) == 0
      // A worker that has taken the flag away owes a signal, which must be waited for in any case. It may be
      // a late one of the round before, so the count is looked at again.
      if finished && callerSleeps.exchange(false, ordering: .sequentiallyConsistent) { return }
      done.wait()
    }
  }
}
