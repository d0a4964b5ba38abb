import LinearAlgebra

/// Many items, each with a vector and features: the best of a vector product are found without looking at anything else.
public final class Catalogue: @unchecked Sendable {
  /// Items × dimension: what users' vectors are multiplied with.
  public let vectors: Matrix
  /// Items × features: what a network reads of an item.
  public let features: Matrix

  /// The number of items.
  public var count: Int { vectors.rows }

  /// Gathers items.
  ///
  /// - Parameters:
  ///   - vectors: items × dimension.
  ///   - features: items × features.
  public init(vectors: consuming Matrix, features: consuming Matrix) {
    precondition(
      vectors.rows > 0 && vectors.rows == features.rows, "Every item needs a vector and features.")
    self.vectors = vectors
    self.features = features
  }

  /// The items whose vectors have the largest products with a user's, best first; O(items × dimension).
  ///
  /// - Parameters:
  ///   - user: the user's vector.
  ///   - count: how many items.
  ///   - scores: room for a score per item.
  ///   - items: where the items go; room for `count`.
  public func retrieve(
    _ user: UnsafePointer<Float>, count: Int, scores: UnsafeMutablePointer<Float>,
    into items: UnsafeMutablePointer<Int32>
  ) {
    precondition((1...self.count).contains(count), "There are \(self.count) items, not \(count).")
    multiply(vectors.view, vector: user, into: scores)
    // A heap whose root is the worst of the best: most items are compared with it and no more.
    for item in 0..<count { items[item] = Int32(item) }
    for root in stride(from: count / 2 - 1, through: 0, by: -1) { sink(root, count, scores, items) }
    for item in count..<self.count where scores[item] > scores[Int(items[0])] {
      items[0] = Int32(item)
      sink(0, count, scores, items)
    }
    // The heap's worst to the back, again and again, leaves the best in front.
    for size in stride(from: count - 1, to: 0, by: -1) {
      (items[0], items[size]) = (items[size], items[0])
      sink(0, size, scores, items)
    }
  }

  /// Lets an item sink in a heap whose root has the lowest score; of equal scores, the higher number is lower.
  private func sink(
    _ start: Int, _ size: Int, _ scores: UnsafePointer<Float>, _ heap: UnsafeMutablePointer<Int32>
  ) {
    func isLower(_ first: Int32, _ second: Int32) -> Bool {
      let (one, other) = (scores[Int(first)], scores[Int(second)])
      return one < other || (one == other && first > second)
    }
    var place = start
    while 2 * place + 1 < size {
      var child = 2 * place + 1
      if child + 1 < size && isLower(heap[child + 1], heap[child]) { child += 1 }
      guard isLower(heap[child], heap[place]) else { return }
      (heap[child], heap[place]) = (heap[place], heap[child])
      place = child
    }
  }
}
