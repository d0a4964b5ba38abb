import LinearAlgebra

/// Whole actions as numbers: an index among all combinations of choices, the last branch counting fastest (NumPy's
/// `ravel_multi_index`).
///
///     let actions = JointActions(branchSizes: [3, 4])
///     actions.index(of: [2, 1])    // 9 = 2 · 4 + 1
package final class JointActions: @unchecked Sendable {
  /// The most combinations a joint head can have an output for.
  package static let limit = 1 << 20

  /// The number of combinations.
  package let count: Int
  @usableFromInline let branchCount: Int
  @usableFromInline let sizes: Buffer<Int>

  /// Numbers the combinations of branches of these sizes, at most `limit`.
  package init(branchSizes: [Int]) {
    guard let count = Self.count(branchSizes) else {
      preconditionFailure(Self.refusal(branchSizes))
    }
    self.count = count
    branchCount = branchSizes.count
    sizes = Buffer(branchSizes)
  }

  /// The number of combinations; nil above the limit.
  package static func count(_ branchSizes: [Int]) -> Int? {
    var count = 1
    for size in branchSizes {
      let (product, overflows) = count.multipliedReportingOverflow(by: size)
      guard !overflows, product <= limit else { return nil }
      count = product
    }
    return count
  }

  /// Why branches of these sizes can have no joint head, in a sentence.
  package static func refusal(_ branchSizes: [Int]) -> String {
    let product = branchSizes.reduce((partialValue: 1, overflow: false)) { product, size in
      let next = product.partialValue.multipliedReportingOverflow(by: size)
      return (next.partialValue, product.overflow || next.overflow)
    }
    let count = product.overflow ? "more than \(Int.max)" : "\(product.partialValue)"
    return
      "A joint head has an output for each combination of choices, up to \(limit), and not for \(count) of them: "
      + "use the head branching or additive."
  }

  /// The number of a whole action, a choice per branch.
  @inlinable package func index(of choices: UnsafePointer<Int32>) -> Int {
    var index = 0
    for branch in 0..<branchCount {
      let (choice, size) = (Int(choices[branch]), sizes.pointer[branch])
      precondition(choice >= 0 && choice < size, "An action must be one of its branch's choices.")
      index = index * size + choice
    }
    return index
  }

  /// Writes the choice of each branch of the action of a number.
  @inlinable package func write(_ index: Int, into choices: UnsafeMutablePointer<Int32>) {
    assert(index >= 0 && index < count)
    var rest = index
    for branch in (0..<branchCount).reversed() {
      let (quotient, choice) = rest.quotientAndRemainder(dividingBy: sizes.pointer[branch])
      choices[branch] = Int32(truncatingIfNeeded: choice)
      rest = quotient
    }
  }

  /// Writes a mask of whole actions: 1 where each part is allowed, 0 elsewhere. O(count · branches).
  ///
  /// - Parameters:
  ///   - mask: one number per (branch, choice), above 0 where the choice is allowed.
  ///   - range: the actions whose part of the mask is written.
  ///   - result: as many numbers as the range has actions.
  package func expand(
    _ mask: UnsafePointer<Float>, _ range: Range<Int>, into result: UnsafeMutablePointer<Float>
  ) {
    for index in range {
      var (rest, end, isAllowed) = (index, choiceCount, true)
      for branch in (0..<branchCount).reversed() {
        let (quotient, choice) = rest.quotientAndRemainder(dividingBy: sizes.pointer[branch])
        end -= sizes.pointer[branch]
        isAllowed = isAllowed && mask[end + choice] > 0
        rest = quotient
      }
      result[index - range.lowerBound] = isAllowed ? 1 : 0
    }
  }

  /// The number of choices over all branches.
  private var choiceCount: Int {
    var sum = 0
    for branch in 0..<branchCount { sum += sizes.pointer[branch] }
    return sum
  }
}
