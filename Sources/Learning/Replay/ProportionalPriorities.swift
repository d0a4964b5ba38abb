#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif
import LinearAlgebra

/// Transitions are drawn in proportion to the errors last seen in them.
///
/// A slot's priority is p = (|δ| + 0.01)^α.
final class ProportionalPriorities: ReplayPriorities {
  private let tree: SumTree
  private let exponent: Float
  private var largest: Float = 1
  /// Keeps transitions without error drawn now and then.
  private static let floor: Float = 0.01

  init(capacity: Int, exponent: Float) {
    tree = SumTree(count: capacity)
    self.exponent = exponent
  }

  func admit(_ slot: Int) { tree.set(Double(largest), at: slot) }

  func forget(_ slot: Int) { if tree[slot] > 0 { tree.set(0, at: slot) } }

  func draw(into slots: UnsafeMutablePointer<Int32>, count: Int, stream: inout RandomStream) {
    drawFromEqualParts(of: tree.total, count: count, stream: &stream) { slots[$0] = Int32(tree.slot(at: $1)) }
  }

  func weigh(
    _ slots: UnsafePointer<Int32>, count: Int, correction: Float, into weights: UnsafeMutablePointer<Float>
  ) {
    var smallest = Double.infinity
    for index in 0..<count { smallest = min(smallest, tree[Int(slots[index])]) }
    for index in 0..<count { weights[index] = powf(Float(smallest / tree[Int(slots[index])]), correction) }
  }

  func learn(_ errors: UnsafeMutablePointer<Float>, at slots: UnsafePointer<Int32>, count: Int) {
    for index in 0..<count {
      errors[index] = powf(errors[index] + Self.floor, exponent)
      largest = max(largest, errors[index])
    }
    tree.set(errors, at: slots, count: count)
  }
}
