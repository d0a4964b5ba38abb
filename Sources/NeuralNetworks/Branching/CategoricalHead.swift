import CKernels
import LinearAlgebra

/// A policy over combinatorial actions: an independent choice in every branch, by the softmax of the branch's logits.
///
/// The probability of an action is the product over its branches, so log-probabilities and entropies add up. A choice
/// that a mask forbids has probability 0, and its logit does not matter (Huang and Ontañón, 2022).
package final class CategoricalHead: @unchecked Sendable {
  /// The number of choices of each branch.
  package let branchSizes: [Int]
  /// The number of choices over all branches: the length of a row of logits.
  package let choiceCount: Int
  private let sizes: Buffer<Int>

  /// Describes the branches.
  package init(branchSizes: [Int]) {
    precondition(
      !branchSizes.isEmpty && branchSizes.allSatisfy { $0 > 0 }, "Every branch needs at least one choice.")
    self.branchSizes = branchSizes
    choiceCount = branchSizes.reduce(0, +)
    sizes = Buffer(branchSizes)
  }

  /// The number of branches.
  package var branchCount: Int { branchSizes.count }

  /// Draws an action.
  ///
  /// - Parameters:
  ///   - logits: a row of logits, all branches behind one another.
  ///   - mask: as many numbers, those up to 0 forbidding the choice; nil allows all. Every branch needs a choice.
  ///   - action: where the choices go, one per branch.
  ///   - stream: one number of it is used per branch.
  /// - Returns: the log-probability of the action.
  package func sample(
    logits: UnsafePointer<Float>, mask: UnsafePointer<Float>?, into action: UnsafeMutablePointer<Int32>,
    stream: inout RandomStream
  ) -> Float {
    var logProbability: Float = 0
    var first = 0
    for branch in 0..<branchCount {
      let size = sizes.pointer[branch]
      let normalizer = softmax(logits, mask, first, size).normalizer
      let choice = ck_softmax_choose(
        logits + first, mask.map { $0 + first }, size, normalizer, stream.uniform())
      precondition(choice >= 0, "A mask must allow at least one choice of every branch.")
      action[branch] = Int32(choice)
      logProbability += logits[first + choice] - normalizer
      first += size
    }
    return logProbability
  }

  /// The log-probability of an action, and the entropy of the whole policy in nats.
  package func measure(
    logits: UnsafePointer<Float>, mask: UnsafePointer<Float>?, action: UnsafePointer<Int32>
  ) -> (logProbability: Float, entropy: Float) {
    var (logProbability, entropy) = (Float(0), Float(0))
    var first = 0
    for branch in 0..<branchCount {
      let size = sizes.pointer[branch]
      let softmax = softmax(logits, mask, first, size)
      entropy += softmax.entropy
      logProbability += logits[first + Int(action[branch])] - softmax.normalizer
      first += size
    }
    return (logProbability, entropy)
  }

  /// Writes the gradient of slope · log π(action) + entropySlope · H(π) by every logit; 0 where a choice is forbidden.
  package func differentiate(
    logits: UnsafePointer<Float>, mask: UnsafePointer<Float>?, action: UnsafePointer<Int32>, slope: Float,
    entropySlope: Float, into gradient: UnsafeMutablePointer<Float>
  ) {
    var first = 0
    for branch in 0..<branchCount {
      let size = sizes.pointer[branch]
      ck_softmax_differentiate(
        logits + first, mask.map { $0 + first }, size, softmax(logits, mask, first, size),
        Int(action[branch]), slope, entropySlope, gradient + first)
      first += size
    }
  }

  /// What the softmax of a branch's allowed logits comes to.
  @inline(__always) private func softmax(
    _ logits: UnsafePointer<Float>, _ mask: UnsafePointer<Float>?, _ first: Int, _ size: Int
  ) -> ck_softmax {
    ck_softmax_measure(logits + first, mask.map { $0 + first }, size)
  }
}
