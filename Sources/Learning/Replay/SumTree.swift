import LinearAlgebra

/// The priorities of a fixed number of slots and their sums, to draw slots in proportion (Schaul, Quan, Antonoglou and
/// Silver, 2016, appendix B.2.1).
///
/// ```swift
/// let tree = SumTree(count: 4)
/// tree.set(3, at: 1)
/// tree.set(1, at: 2)
/// tree.slot(at: 3.5)  // 2: slot 1 covers the masses from 0 to 3, slot 2 those from 3 to 4
/// ```
///
/// A complete binary tree in one flat array: node i stands over nodes 2i and 2i + 1 and holds their sum, the slots'
/// priorities being the leaves. Sums are always taken anew from below, so no rounding piles up. Setting and finding cost
/// O(log count) and allocate nothing.
package final class SumTree {
  /// The number of slots.
  package let count: Int
  /// The number of leaves, a power of two; leaf i is node `leaves + i`, the root node 1.
  private let leaves: Int
  private let nodes: Buffer<Double>

  /// Creates a tree whose priorities are all 0.
  package init(count: Int) {
    precondition(count > 0 && count <= Int(Int32.max), "A tree needs a slot at least, not \(count).")
    self.count = count
    var leaves = 1
    while leaves < count { leaves *= 2 }
    self.leaves = leaves
    nodes = Buffer(repeating: 0, count: 2 * leaves)
  }

  /// The sum of all priorities.
  package var total: Double { nodes.pointer[1] }

  /// The priority of a slot.
  package subscript(slot: Int) -> Double {
    assert(slot >= 0 && slot < count)
    return nodes.pointer[leaves + slot]
  }

  /// Sets the priority of a slot, a finite number of at least 0.
  package func set(_ priority: Double, at slot: Int) {
    assert(slot >= 0 && slot < count && priority >= 0 && priority.isFinite)
    var node = leaves + slot
    nodes.pointer[node] = priority
    while node > 1 {
      node /= 2
      nodes.pointer[node] = nodes.pointer[2 * node] + nodes.pointer[2 * node + 1]
    }
  }

  /// Sets the priorities of many slots; of a slot that stands twice, the later counts.
  ///
  /// - Parameters:
  ///   - priorities: count: finite numbers of at least 0.
  ///   - slots: count: where they go.
  package func set(_ priorities: UnsafePointer<Float>, at slots: UnsafePointer<Int32>, count: Int) {
    for index in 0..<count {
      assert(slots[index] >= 0 && slots[index] < self.count)
      assert(priorities[index] >= 0 && priorities[index].isFinite)
      nodes.pointer[leaves + Int(slots[index])] = Double(priorities[index])
    }
    // Level by level, so that an inner node is summed after all that stands below it.
    var level = 1
    while leaves >> level > 0 {
      var last = 0
      for index in 0..<count {
        let node = (leaves + Int(slots[index])) >> level
        if node != last { nodes.pointer[node] = nodes.pointer[2 * node] + nodes.pointer[2 * node + 1] }
        last = node
      }
      level += 1
    }
  }

  /// The slot at which the running sum of priorities first exceeds `mass`, which lies in 0..<total; never one of
  /// priority 0.
  package func slot(at mass: Double) -> Int {
    precondition(total > 0, "A slot can be found only where a priority is above 0.")
    var mass = mass
    var node = 1
    while node < leaves {
      node *= 2
      // Rounding may leave a mass beyond the last priority.
      guard mass >= nodes.pointer[node], nodes.pointer[node + 1] > 0 else { continue }
      mass -= nodes.pointer[node]
      node += 1
    }
    return node - leaves
  }
}
