import LinearAlgebra
import Optimization

/// Picks the best allowed action from the values of a network's head, whichever it is.
///
/// Branching and additive heads need the best choice of every branch; additive ones under a spend cap a multiple-choice
/// knapsack; joint heads the best of all combinations, which are allowed where each of their parts is. Room is made at
/// creation and nothing allocated later; one thread at a time may use it.
package final class GreedyChoice: @unchecked Sendable {
  private let sizes: Buffer<Int>
  private let branchCount: Int
  private let joint: JointActions?
  /// Room for a mask of whole actions; empty of heads that are not joint.
  private let jointMask: Buffer<Float>
  private let knapsack: MultipleChoiceKnapsack?

  /// Makes room for the actions of networks of a shape.
  package init(shape: NetworkShape) {
    branchCount = shape.branchCount
    sizes = Buffer(shape.branchSizes)
    joint = shape.aggregation == .joint ? JointActions(branchSizes: shape.branchSizes) : nil
    jointMask = Buffer(repeating: 0, count: joint?.count ?? 0)
    knapsack = shape.layout.spend == nil ? nil : MultipleChoiceKnapsack(branchSizes: shape.branchSizes)
  }

  /// Writes the best choice of every branch in every row.
  ///
  /// - Parameters:
  ///   - values: rows × value count.
  ///   - mask: rows × choice count, above 0 where a choice is allowed; nil allows all.
  ///   - limits: costs and budgets of as many rows, where a cap limits actions.
  ///   - actions: rows × branches.
  package func act(
    _ values: MatrixView, mask: MatrixView?, limits: SpendLimits?, into actions: UnsafeMutablePointer<Int32>
  ) {
    for row in 0..<values.rows {
      let action = actions + row * branchCount
      pick(values.row(row), mask: mask.map { UnsafePointer($0.row(row)) }, limits: limits, row, into: action)
      if let joint { joint.write(Int(action[0]), into: action) }
    }
  }

  /// Writes the best choice of every branch of the head: of a joint head, the number of the action.
  package func pick(
    _ values: UnsafePointer<Float>, mask: UnsafePointer<Float>?, limits: SpendLimits?, _ row: Int,
    into picks: UnsafeMutablePointer<Int32>
  ) {
    if let joint {
      if let mask { joint.expand(mask, 0..<joint.count, into: jointMask.pointer) }
      let best = argmax(
        values, count: joint.count, mask: mask == nil ? nil : UnsafePointer(jointMask.pointer))
      picks[0] = Int32(truncatingIfNeeded: best)
    } else if let knapsack, let limits {
      knapsack.solve(
        values: values, costs: limits.costs.row(row), mask: mask, budget: limits.budgets[row, 0], into: picks)
    } else {
      var start = 0
      for branch in 0..<branchCount {
        let size = sizes.pointer[branch]
        let best = argmax(values + start, count: size, mask: mask.map { $0 + start })
        picks[branch] = Int32(truncatingIfNeeded: best)
        start += size
      }
    }
  }
}
