import CKernels
import LinearAlgebra

/// A forward pass cut into blocks of rows, whose activations stay in a core's cache.
struct ValueTask: ParallelTask {
  let network: BranchingNetwork
  let observations: MatrixView
  let workspace: ForwardWorkspace
  let advantages: MatrixView
  /// Where state values go; nil adds them to the advantages.
  let stateValues: UnsafeMutablePointer<Float>?

  /// The cut depends on the batch alone, so that values do not depend on the number of threads. Where products copy their
  /// matrices, blocks are larger, so that weights are copied for more rows.
  private static let blockSize = multipliesSmallMatricesDirectly ? 64 : 128

  var blockCount: Int { (observations.rows + Self.blockSize - 1) / Self.blockSize }

  func run(_ block: Int) {
    let rows = block * Self.blockSize..<min((block + 1) * Self.blockSize, observations.rows)
    let input = observations.rows(rows)
    let values = advantages.rows(rows)
    let hidden = network.forwardTrunk(input, workspace: workspace, rows: rows)
    let (head, branches) = (network.head, network.branches)
    let parameters = network.parameters.pointer
    network.multiplyHead(hidden, 0..<branches.valueCount, into: values)
    ck_bias_add(values.pointer, values.stride, parameters + head.biases + 1, values.rows, values.columns)
    for row in 0..<rows.count {
      let state =
        dot(hidden.row(row), parameters + head.weights, count: head.inputs) + parameters[head.biases]
        + branches.prior(0, input.row(row))
      stateValues?[rows.lowerBound + row] = state
      branches.centre(
        values.row(row), adding: stateValues == nil ? state : 0, observation: input.row(row))
    }
  }
}
