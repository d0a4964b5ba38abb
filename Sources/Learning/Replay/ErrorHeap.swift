import LinearAlgebra

/// Slots in a binary heap by their errors, the largest on top: the place of a slot in it, from 1 on, is about the rank of
/// its error, and just that after `sort`.
///
/// Setting and removing cost O(log count), sorting O(count log count); none allocates.
final class ErrorHeap {
  /// How many slots the heap holds.
  private(set) var count = 0
  private let slots: Buffer<Int32>
  /// Each slot's place, 0 where the heap does not hold it.
  private let places: Buffer<Int32>
  private let errors: Buffer<Float>

  /// Makes an empty heap for the slots below a number.
  init(capacity: Int) {
    precondition(capacity > 0 && capacity < Int32.max, "A heap needs a slot at least, not \(capacity).")
    slots = Buffer(repeating: -1, count: capacity + 1)
    places = Buffer(repeating: 0, count: capacity)
    errors = Buffer(repeating: 0, count: capacity)
  }

  /// The slot at a place from 1 to count.
  func slot(_ place: Int) -> Int32 { slots.pointer[place] }

  /// The place of a slot that the heap holds.
  func rank(of slot: Int32) -> Int { Int(places.pointer[Int(slot)]) }

  /// Sets the error of a slot, which the heap then holds.
  func set(_ error: Float, at slot: Int) {
    if places.pointer[slot] == 0 {
      count += 1
      put(Int32(slot), at: count)
    }
    errors.pointer[slot] = error
    settle(Int(places.pointer[slot]))
  }

  /// Takes a slot out, where the heap holds it.
  func remove(_ slot: Int) {
    let place = Int(places.pointer[slot])
    guard place > 0 else { return }
    places.pointer[slot] = 0
    let last = slots.pointer[count]
    count -= 1
    guard place <= count else { return }
    put(last, at: place)
    settle(place)
  }

  /// Puts all places in the order of errors, largest first: a sorted heap is a heap.
  func sort() {
    // The largest go to the end one by one (heapsort), then everything is turned around.
    for end in stride(from: count, to: 1, by: -1) {
      exchange(1, end)
      sink(1, end: end - 1)
    }
    for place in 1..<max(count / 2 + 1, 1) { exchange(place, count + 1 - place) }
  }

  private func error(at place: Int) -> Float { errors.pointer[Int(slots.pointer[place])] }

  private func put(_ slot: Int32, at place: Int) {
    slots.pointer[place] = slot
    places.pointer[Int(slot)] = Int32(place)
  }

  private func exchange(_ one: Int, _ other: Int) {
    let slot = slots.pointer[one]
    put(slots.pointer[other], at: one)
    put(slot, at: other)
  }

  /// Moves what stands at a place up or down to where it belongs.
  private func settle(_ place: Int) {
    var place = place
    while place > 1, error(at: place) > error(at: place / 2) {
      exchange(place, place / 2)
      place /= 2
    }
    sink(place, end: count)
  }

  private func sink(_ place: Int, end: Int) {
    var place = place
    while 2 * place <= end {
      var child = 2 * place
      if child < end, error(at: child + 1) > error(at: child) { child += 1 }
      guard error(at: child) > error(at: place) else { return }
      exchange(place, child)
      place = child
    }
  }
}
