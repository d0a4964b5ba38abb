import LinearAlgebra

/// ε-greedy exploration, branch by branch.
///
/// In every lane each branch is disturbed on its own, with probability ε: a joint action of many branches then keeps
/// most of what the policy would do, and credit can be told apart. A disturbed branch takes any of its choices with
/// equal chance, or, where a width is given, any choice at most `width` levels away from the policy's: right for
/// ladders of bids, where far levels are never good. Choices that a state forbids are never taken.
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
  ///
  /// - Parameter mask: lanes × choice count, above 0 where a choice is allowed; nil allows all.
  public func disturb(
    _ actions: UnsafeMutablePointer<Int32>, lanes: Int, epsilon: Float, mask: MatrixView? = nil,
    stream: inout RandomStream
  ) {
    guard epsilon > 0 else { return }
    branchSizes.withUnsafeBufferPointer { sizes in
      for lane in 0..<lanes {
        let action = actions + lane * sizes.count
        var start = 0
        for branch in 0..<sizes.count {
          defer { start += sizes[branch] }
          guard stream.uniform() < epsilon else { continue }
          var lowest = 0
          var highest = sizes[branch] - 1
          if let width {
            let center = Int(action[branch])
            lowest = max(lowest, center - width)
            highest = min(highest, center + width)
          }
          let allowed = mask.map { UnsafePointer($0.row(lane) + start) }
          action[branch] = Self.draw(lowest...highest, mask: allowed, stream: &stream)
        }
      }
    }
  }

  /// Any allowed choice of a range; the chances of two differ by at most (number of choices) / 2^32 of themselves.
  private static func draw(
    _ range: ClosedRange<Int>, mask: UnsafePointer<Float>?, stream: inout RandomStream
  ) -> Int32 {
    guard let mask else { return Int32(range.lowerBound + below(range.count, &stream)) }
    var count = 0
    for choice in range where mask[choice] > 0 { count += 1 }
    precondition(count > 0, "A mask must allow at least one choice of every branch.")
    var rank = below(count, &stream)
    for choice in range where mask[choice] > 0 {
      if rank == 0 { return Int32(choice) }
      rank -= 1
    }
    fatalError("A rank below the number of allowed choices belongs to one of them.")
  }

  @inline(__always) private static func below(_ count: Int, _ stream: inout RandomStream) -> Int {
    Int((UInt64(stream.nextWord()) &* UInt64(count)) >> 32)
  }
}
