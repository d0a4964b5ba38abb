/// A combinatorial action space: one choice in every branch (Gymnasium's `MultiDiscrete`).
public struct ActionSpace: Sendable, Equatable {
  /// The number of choices of each branch.
  public let branchSizes: [Int]

  /// Creates a space from the number of choices of each branch.
  public init(branchSizes: [Int]) {
    precondition(
      !branchSizes.isEmpty && branchSizes.allSatisfy { $0 > 0 }, "Every branch needs at least one choice.")
    self.branchSizes = branchSizes
  }

  /// The number of branches.
  public var branchCount: Int { branchSizes.count }
  /// The number of choices over all branches: the width of a branching head.
  public var choiceCount: Int { branchSizes.reduce(0, +) }
  /// The number of joint actions, as a floating-point number because it may exceed 2^63.
  package var jointCount: Double { branchSizes.reduce(1) { $0 * Double($1) } }
}
