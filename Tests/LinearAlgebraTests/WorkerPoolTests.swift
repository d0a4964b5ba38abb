import AllocationCounting
import Foundation
import LinearAlgebra
import Synchronization
import Testing

/// Counts how often each piece ran.
private struct Tally: ParallelTask {
  let counts: UnsafeMutablePointer<Int32>

  func run(_ index: Int) { counts[index] += 1 }
}

private final class Counters: Sendable {
  let total = Atomic(0)
}

struct WorkerPoolTests {
  @Test(arguments: [1, 2, 3, 16]) func everyPieceRunsExactlyOnce(threads: Int) {
    let pool = WorkerPool(threads: threads)
    let counts = UnsafeMutablePointer<Int32>.allocate(capacity: 100)
    defer { counts.deallocate() }
    for round in 0..<3_000 {
      let count = round % 101
      counts.initialize(repeating: 0, count: 100)
      pool.run(count, Tally(counts: counts))
      #expect((0..<100).allSatisfy { counts[$0] == ($0 < count ? 1 : 0) })
    }
  }

  /// Pauses longer than the workers' patience: they park and must be woken.
  @Test func parkedWorkersWake() {
    let pool = WorkerPool(threads: 4)
    var sums = [Int](repeating: 0, count: 8)
    for round in 0..<200 {
      usleep(round.isMultiple(of: 2) ? 300 : 20)
      sums.withUnsafeMutableBufferPointer { buffer in
        let base = buffer
        pool.run(8) { base[$0] += $0 }
      }
    }
    #expect(sums == (0..<8).map { 200 * $0 })
  }

  /// The caller has little to do and must wait for a worker that sleeps.
  @Test func slowPiecesAreAwaited() {
    let pool = WorkerPool(threads: 3)
    let counters = Counters()
    for round in 1...40 {
      pool.run(3) { index in
        if index == round % 3 { usleep(1_000) }
        counters.total.add(1, ordering: .relaxed)
      }
      #expect(counters.total.load(ordering: .relaxed) == 3 * round)
    }
  }

  @Test func severalThreadsMayCallAtOnce() {
    let pool = WorkerPool(threads: 3)
    let counters = Counters()
    DispatchQueue.concurrentPerform(iterations: 6) { _ in
      for _ in 0..<500 { pool.run(7) { _ in counters.total.add(1, ordering: .relaxed) } }
    }
    #expect(counters.total.load(ordering: .relaxed) == 6 * 500 * 7)
  }

  @Test func aPieceMayCallThePoolAgain() {
    let pool = WorkerPool(threads: 4)
    let counters = Counters()
    pool.run(5) { _ in
      pool.run(5) { _ in pool.run(2) { _ in counters.total.add(1, ordering: .relaxed) } }
    }
    #expect(counters.total.load(ordering: .relaxed) == 50)
  }

  @Test func poolsEndInEveryState() {
    for round in 0..<200 {
      let pool = WorkerPool(threads: 1 + round % 5)
      if round.isMultiple(of: 3) { pool.run(4) { _ in } }
      if round.isMultiple(of: 7) { usleep(500) }
    }
  }

  @Test func aTaskAllocatesNothing() {
    let pool = WorkerPool(threads: 2)
    let counts = UnsafeMutablePointer<Int32>.allocate(capacity: 8)
    defer { counts.deallocate() }
    counts.initialize(repeating: 0, count: 8)
    for _ in 0..<10 { pool.run(8, Tally(counts: counts)) }
    let before = allocations_of_this_thread()
    for _ in 0..<100 { pool.run(8, Tally(counts: counts)) }
    #expect(allocations_of_this_thread() == before)
    #expect(counts[7] == 110)
  }
}
