import LinearAlgebra

/// A forward pass cut into blocks of rows, whose activations stay in a core's cache.
struct ValueTask: ParallelTask {
  let network: BranchingNetwork
  let observations: MatrixView
  let workspace: ForwardWorkspace
  let advantages: MatrixView
  /// Where state values go; nil adds them to the advantages.
  let stateValues: UnsafeMutablePointer<Float>?

  /// The cut depends on the batch alone, so that values do not depend on the number of threads.
  private static let blockSize = 64

  var blockCount: Int { (observations.rows + Self.blockSize - 1) / Self.blockSize }

  func run(_ block: Int) {
    let rows = block * Self.blockSize..<min((block + 1) * Self.blockSize, observations.rows)
    network.forward(observations.rows(rows), workspace: workspace, rows: rows)
    network.branches.centre(
      workspace.outputs(rows: rows), observations: observations.rows(rows), advantages: advantages.rows(rows),
      stateValues: stateValues.map { $0 + rows.lowerBound })
  }
}
