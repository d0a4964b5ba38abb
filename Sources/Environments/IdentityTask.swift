import LinearAlgebra

/// Name the number you are shown, in every branch: the simplest task of a combinatorial action space, after
/// Stable-Baselines3's `IdentityEnvMultiDiscrete`.
///
/// The observation shows one number per branch, each as a column per choice that is 1 for the number and 0 elsewhere. A
/// step pays the share of branches that named theirs, and draws new numbers; episodes last 100 steps, so the best return
/// is 100. (There, a step pays 1 if all branches are right: with many branches nobody would ever see a reward.)
public struct IdentityTask: ScalarEnvironment {
  /// The number of choices of each branch.
  public let branchSizes: [Int]

  /// Creates the task.
  public init(branchSizes: [Int]) { self.branchSizes = branchSizes }

  /// A column per choice.
  public var observationLayout: ObservationLayout { ObservationLayout(size: branchSizes.reduce(0, +)) }
  /// As many branches as numbers.
  public var actionSpace: ActionSpace { ActionSpace(branchSizes: branchSizes) }
  /// The task's name.
  public var metadata: [String: String] { ["environment": "identity \(branchSizes)"] }
  /// A hundred steps.
  public var timeLimit: Int? { 100 }

  /// One number per branch.
  public func makeState(stream: inout RandomStream) -> [Int32] {
    branchSizes.map { Int32(stream.integer(below: $0)) }
  }

  /// 1 in the column of each branch's number.
  public func observe(_ state: [Int32], into row: inout MutableSpan<Float>) {
    row.fill(0)
    var first = 0
    for (branch, size) in branchSizes.enumerated() {
      row[first + Int(state[branch])] = 1
      first += size
    }
  }

  /// Pays the share of branches that are right.
  public func step(
    _ state: inout [Int32], action: Span<Int32>, stream: inout RandomStream
  ) -> ScalarStep {
    var hits = 0
    for branch in branchSizes.indices {
      if action[branch] == state[branch] { hits += 1 }
      state[branch] = Int32(stream.integer(below: branchSizes[branch]))
    }
    return ScalarStep(reward: Float(hits) / Float(branchSizes.count))
  }
}
