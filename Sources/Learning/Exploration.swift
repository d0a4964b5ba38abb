import LinearAlgebra

/// ε-greedy exploration, branch by branch.
///
/// In every lane each branch is disturbed on its own, with probability ε: a joint action of many branches then keeps
/// most of what the policy would do, and credit can be told apart. A disturbed branch takes any of its choices with
/// equal chance, or, where a width is given, any choice at most `width` levels away from the policy's: right for
/// ladders of bids, where far levels are never good.
public struct Exploration: Sendable, Equatable {
  /// The number of choices of each branch.
  public let branchSizes: [Int]
  /// How many levels a disturbed branch may leave the policy's choice; nil for any choice.
  public let width: Int?

  /// Describes exploration for branches of these sizes.
  public init(branchSizes: [Int], width: Int? = nil) {
    precondition(width ?? 1 > 0, "Exploration needs a width of at least 1, not \(width ?? 0).")
    self.branchSizes = branchSizes
    self.width = width
  }

  /// Disturbs the actions of all lanes (lanes × branches) in place.
  public func disturb(
    _ actions: UnsafeMutablePointer<Int32>, lanes: Int, epsilon: Float, stream: inout RandomStream
  ) {
    guard epsilon > 0 else { return }
    branchSizes.withUnsafeBufferPointer { sizes in
      for lane in 0..<lanes {
        let action = actions + lane * sizes.count
        for branch in 0..<sizes.count where stream.uniform() < epsilon {
          var lowest = 0
          var highest = sizes[branch] - 1
          if let width {
            let center = Int(action[branch])
            lowest = max(lowest, center - width)
            highest = min(highest, center + width)
          }
          // The chances of two choices differ by at most (number of choices) / 2^32 of themselves.
          let offset = (UInt64(stream.nextWord()) &* UInt64(highest - lowest + 1)) >> 32
          action[branch] = Int32(lowest + Int(offset))
        }
      }
    }
  }
}
