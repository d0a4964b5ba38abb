import Synchronization

/// Numbered pieces of one task, dealt to workers as contiguous shares: each worker takes the pieces of its own share,
/// then helps with what is left of the others'.
///
/// A worker's share is the same in every task of as many pieces, so that what it works on stays in its core's cache.
/// Allocates when it is made and never again.
package final class PieceShares: @unchecked Sendable {
  /// The next piece of each worker's share, every one in a cache line of its own.
  private let positions: UnsafeMutablePointer<Atomic<Int>>
  private let capacity: Int
  private static let stride = 8
  // Written by `deal` only.
  private var count = 0
  private var workers = 0

  /// Makes room for up to some number of workers.
  package init(workers capacity: Int) {
    precondition(capacity > 0, "Pieces are dealt to at least one worker, not \(capacity).")
    self.capacity = capacity
    positions = .allocate(capacity: capacity * Self.stride)
    for index in 0..<capacity * Self.stride { (positions + index).initialize(to: Atomic(0)) }
  }

  deinit {
    positions.deinitialize(count: capacity * Self.stride)
    positions.deallocate()
  }

  /// Deals the pieces 0 ..< count of a new task; nobody may be taking any while it does.
  package func deal(_ count: Int, among workers: Int) {
    precondition((1...capacity).contains(workers), "There is room for \(capacity) workers, not \(workers).")
    self.count = count
    self.workers = workers
    for worker in 0..<workers {
      positions[worker * Self.stride].store(count * worker / workers, ordering: .relaxed)
    }
  }

  /// Takes pieces until none is left; each is taken once, whichever workers take them at the same time.
  @inline(__always)
  package func take(by worker: Int, _ piece: (Int) -> Void) {
    for turn in worker..<worker + workers {
      let share = turn % workers
      let end = count * (share + 1) / workers
      while true {
        let index = positions[share * Self.stride].add(1, ordering: .relaxed).oldValue
        if index >= end { break }
        piece(index)
      }
    }
  }
}
