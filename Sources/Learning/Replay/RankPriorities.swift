#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif
import LinearAlgebra

/// Transitions are drawn by the rank of the errors last seen in them: the r-th largest with a probability in proportion to
/// r^−α.
///
/// Ranks are the places of a heap, which are about in order, and put in order whenever as many errors were set as there
/// are transitions (Schaul, Quan, Antonoglou and Silver, 2016, appendix B.2.1). A rank is found in the running sum of r^−α
/// by bisection, in O(log n).
final class RankPriorities: ReplayPriorities {
  private let heap: ErrorHeap
  private let exponent: Float
  /// The sum of r^−α over the ranks up to one.
  private let sums: Buffer<Double>
  private var largest: Float = 1
  private var changes = 0

  init(capacity: Int, exponent: Float) {
    heap = ErrorHeap(capacity: capacity)
    self.exponent = exponent
    sums = Buffer(unfilled: capacity + 1)
    sums[0] = 0
    for rank in 1...capacity {
      (sums.pointer + rank).initialize(to: sums.pointer[rank - 1] + pow(Double(rank), Double(-exponent)))
    }
  }

  func admit(_ slot: Int) { heap.set(largest, at: slot) }

  func forget(_ slot: Int) { heap.remove(slot) }

  func draw(into slots: UnsafeMutablePointer<Int32>, count: Int, stream: inout RandomStream) {
    drawFromEqualParts(of: sums.pointer[heap.count], count: count, stream: &stream) {
      slots[$0] = heap.slot(rank(at: $1))
    }
  }

  /// The first rank at which the running sum exceeds a mass.
  private func rank(at mass: Double) -> Int {
    var (below, upTo) = (0, heap.count)
    while upTo - below > 1 {
      let middle = (below + upTo) / 2
      if sums.pointer[middle] > mass { upTo = middle } else { below = middle }
    }
    return upTo
  }

  func weigh(
    _ slots: UnsafePointer<Int32>, count: Int, correction: Float, into weights: UnsafeMutablePointer<Float>
  ) {
    var last = 1
    for index in 0..<count { last = max(last, heap.rank(of: slots[index])) }
    for index in 0..<count {
      weights[index] = powf(Float(heap.rank(of: slots[index])) / Float(last), exponent * correction)
    }
  }

  func learn(_ errors: UnsafeMutablePointer<Float>, at slots: UnsafePointer<Int32>, count: Int) {
    for index in 0..<count {
      largest = max(largest, errors[index])
      heap.set(errors[index], at: Int(slots[index]))
    }
    changes += count
    guard changes >= heap.count else { return }
    heap.sort()
    changes = 0
  }
}
