import CKernels
import LinearAlgebra

/// Finds the best allowed action by the values of a network's head.
///
/// The head's values are computed a block at a time and looked through while they are in cache, so a head of 2^20
/// values needs no more room than one of 512: no batch × values matrix is stored. A branch's mean and the state value
/// shift all its values alike, so neither is computed. One search at a time uses the room.
package final class GreedySearch: @unchecked Sendable {
  /// Picks actions where all values are at hand.
  package let choice: GreedyChoice
  /// Whether the choice weighs all values at once, by a spend cap.
  private let isCapped: Bool
  /// Rows × block: the values of a block.
  private let values: Matrix
  /// Block: the mask of a block of joint actions.
  private let jointMask: Matrix
  /// Rows × branches of the head: the best values so far, and their outputs.
  private let bestValues: Matrix
  private let bestOutputs: Buffer<Int32>
  /// Head inputs × block: the weights of a block of a wide head, transposed, as products have them fastest; empty
  /// where they are not needed.
  private let weights: Matrix

  /// Values per block: they and their weights share a core's second-level cache.
  private static let blockSize = 512
  private static let wideBlockSize = 256
  /// From how many rows on transposed weights repay their copy, where products do not copy them anyway.
  private static let transposingRows = 5

  /// How many rows at once searches of a batch are about fastest at: few, so that small batches can be shared among
  /// threads, but many where a block's weights have to be copied for them.
  package static func rows(for shape: NetworkShape, batch: Int) -> Int {
    if shape.isWide { return min(batch, 128) }
    if multipliesSmallMatricesDirectly { return min(batch, 8) }
    return min(batch, 256, max(32, (batch / 2 + 15) / 16 * 16))
  }

  /// Makes room for up to `rows` rows at once of networks of a shape.
  package init(shape: NetworkShape, rows: Int) {
    choice = GreedyChoice(shape: shape)
    isCapped = shape.layout.spend != nil
    let count = shape.valueCount
    let block = isCapped ? count : min(count, shape.isWide ? Self.wideBlockSize : Self.blockSize)
    values = Matrix(rows: rows, columns: block)
    jointMask = Matrix(rows: 1, columns: shape.aggregation == .joint ? block : 0)
    bestValues = Matrix(rows: rows, columns: shape.headSizes.count)
    bestOutputs = Buffer(repeating: -1, count: bestValues.count)
    let inputs = shape.hidden.last ?? shape.observationSize
    let isTransposing = multipliesSmallMatricesDirectly && shape.isWide && rows >= Self.transposingRows
    weights = Matrix(rows: isTransposing ? inputs : 0, columns: block)
  }

  /// The output of the best choice of every branch of the head in every row, of equals the first; until the next search.
  ///
  /// - Parameters:
  ///   - network: the network whose head is searched.
  ///   - hidden: rows × head inputs: what the head reads.
  ///   - observations: rows × observation size, with prior and mask where the network has them.
  ///   - limits: costs and budgets of as many rows, where a cap limits actions.
  /// - Returns: rows × branches of the head.
  package func outputs(
    of network: BranchingNetwork, hidden: MatrixView, observations: MatrixView, limits: SpendLimits?
  ) -> UnsafePointer<Int32> {
    let branches = network.branches
    assert(hidden.rows <= values.rows && branches.count == bestValues.columns)
    let bestOutputs = bestOutputs.pointer
    bestOutputs.update(repeating: -1, count: hidden.rows * branches.count)
    var firstBranch = 0
    for start in stride(from: 0, to: branches.valueCount, by: values.columns) {
      let range = start..<min(start + values.columns, branches.valueCount)
      let block = MatrixView(
        pointer: values.pointer, rows: hidden.rows, columns: range.count, stride: range.count)
      multiply(hidden, network, range, into: block)
      while branches.starts.pointer[firstBranch] - 1 + branches.sizes.pointer[firstBranch] <= start {
        firstBranch += 1
      }
      for row in 0..<hidden.rows {
        score(block.row(row), range, network, observations.row(row))
        let mask = mask(range, branches, observations.row(row))
        if isCapped {
          pick(block.row(row), mask: mask, limits: limits, row, branches)
        } else {
          look(through: block.row(row), range, from: firstBranch, branches, mask: mask, row)
        }
      }
    }
    for index in 0..<hidden.rows * branches.count {
      precondition(bestOutputs[index] > 0, "A mask must allow at least one choice of every branch.")
    }
    return UnsafePointer(bestOutputs)
  }

  /// The products of the rows with the weights of a range of values.
  @inline(__always) private func multiply(
    _ hidden: MatrixView, _ network: BranchingNetwork, _ range: Range<Int>, into values: MatrixView
  ) {
    guard weights.rows > 0, hidden.rows >= Self.transposingRows else {
      return network.multiplyHead(hidden, range, into: values)
    }
    let transposed = weights.view.columns(0..<range.count)
    let head = network.head.weights(in: network.parameters.pointer)
    ck_transpose(
      head.row(1 + range.lowerBound), head.stride, transposed.pointer, transposed.stride, range.count,
      head.columns)
    LinearAlgebra.multiply(hidden, transposed, into: values)
  }

  /// Adds biases and prior to the products of a range of values.
  @inline(__always) private func score(
    _ values: UnsafeMutablePointer<Float>, _ range: Range<Int>, _ network: BranchingNetwork,
    _ observation: UnsafePointer<Float>
  ) {
    let branches = network.branches
    let first = 1 + range.lowerBound
    ck_score(
      values, network.parameters.pointer + network.head.biases + first,
      branches.priorStart.map { observation + $0 + first }, branches.scales.pointer + first,
      branches.offsets.pointer + first,
      range.count)
  }

  /// The mask of a range of values: the observation's, or of joint actions what it says of their parts.
  @inline(__always) private func mask(
    _ range: Range<Int>, _ branches: BranchTable, _ observation: UnsafePointer<Float>
  ) -> UnsafePointer<Float>? {
    guard let mask = branches.mask(observation) else { return nil }
    guard let joint = branches.joint else { return mask + range.lowerBound }
    joint.expand(mask, range, into: jointMask.pointer)
    return UnsafePointer(jointMask.pointer)
  }

  /// Compares the best of a block's values with the best of the blocks before, branch by branch.
  @inline(__always) private func look(
    through values: UnsafePointer<Float>, _ range: Range<Int>, from firstBranch: Int, _ branches: BranchTable,
    mask: UnsafePointer<Float>?, _ row: Int
  ) {
    var branch = firstBranch
    var start = range.lowerBound
    while start < range.upperBound {
      let end = min(branches.starts.pointer[branch] - 1 + branches.sizes.pointer[branch], range.upperBound)
      let offset = start - range.lowerBound
      var value: Float = 0
      let best = ck_argmax(values + offset, mask.map { $0 + offset }, end - start, &value)
      let place = row * branches.count + branch
      if best >= 0 && (bestOutputs.pointer[place] < 0 || value > bestValues.pointer[place]) {
        bestValues.pointer[place] = value
        bestOutputs.pointer[place] = Int32(truncatingIfNeeded: 1 + start + Int(best))
      }
      start = end
      branch += 1
    }
  }

  /// Picks a row's action from all values.
  @inline(__always) private func pick(
    _ values: UnsafePointer<Float>, mask: UnsafePointer<Float>?, limits: SpendLimits?, _ row: Int,
    _ branches: BranchTable
  ) {
    let outputs = bestOutputs.pointer + row * branches.count
    choice.pick(values, mask: mask, limits: limits, row, into: outputs)
    for branch in 0..<branches.count {
      outputs[branch] += Int32(truncatingIfNeeded: branches.starts.pointer[branch])
    }
  }
}
