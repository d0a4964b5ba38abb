import Learning
import LinearAlgebra
import Testing

@Suite struct SumTreeTests {
  @Test("Slots are found as by a running sum", arguments: [1, 2, 3, 8, 37, 1000])
  func slotsAreFoundAsByARunningSum(count: Int) {
    var stream = RandomStream(seed: UInt64(count), purpose: .test)
    let tree = SumTree(count: count)
    var priorities = [Double](repeating: 0, count: count)
    for round in 0..<20 {
      for _ in 0..<count {
        let slot = stream.integer(below: count)
        // Multiples of 2^-10 add up exactly in any order. A third of the slots have no priority.
        priorities[slot] = stream.uniform() < 0.33 ? 0 : Double(1 + stream.integer(below: 1 << 20)) / 1024
        tree.set(priorities[slot], at: slot)
      }
      if priorities.allSatisfy({ $0 == 0 }) { continue }
      #expect(tree.total == priorities.reduce(0, +), "round \(round)")
      for slot in 0..<count { #expect(tree[slot] == priorities[slot]) }
      for _ in 0..<100 {
        let mass = Double(stream.uniform()) * tree.total
        var sum = 0.0
        let expected = priorities.firstIndex { priority in
          sum += priority
          return sum > mass
        }
        #expect(tree.slot(at: mass) == expected)
      }
    }
  }

  @Test func aSlotWithoutPriorityIsNeverFound() {
    let tree = SumTree(count: 11)
    tree.set(0.1, at: 3)
    tree.set(0.2, at: 6)
    // The sum of both is rounded; a mass at or beyond it belongs to the last slot that has any.
    for mass in [0, 0.0999, 0.1, 0.3, tree.total, tree.total.nextUp, 1] {
      #expect(tree.slot(at: mass) == (mass < 0.1 ? 3 : 6))
    }
  }

  @Test func manyPrioritiesAtOnceAreThoseOneByOne() {
    var stream = RandomStream(seed: 4, purpose: .test)
    let (together, single) = (SumTree(count: 100), SumTree(count: 100))
    for _ in 0..<50 {
      // 64 draws from 100 slots: many stand twice.
      let slots = (0..<64).map { _ in Int32(stream.integer(below: 100)) }
      let priorities = slots.map { _ in stream.uniform() }
      together.set(priorities, at: slots, count: 64)
      for (slot, priority) in zip(slots, priorities) { single.set(Double(priority), at: Int(slot)) }
      #expect(together.total == single.total)
      for slot in 0..<100 { #expect(together[slot] == single[slot]) }
      for _ in 0..<50 {
        let mass = Double(stream.uniform()) * together.total
        #expect(together.slot(at: mass) == single.slot(at: mass))
      }
    }
  }
}
