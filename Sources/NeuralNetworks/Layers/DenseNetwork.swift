import LinearAlgebra

/// A plain stack of dense layers, all rectified but the last: state → 24 → 24 → actions, and the like.
///
///     let network = DenseNetwork(widths: [4, 24, 24, 2], seed: 1)
///     network.outputs(observations: rows, into: outputs, workspace: network.workspace(maximumBatch: 32))
///
/// All parameters stand in one flat buffer, layer after layer: the weights as a row-major outputs × inputs matrix, then
/// the biases. Passes may run on many threads at once, each with a workspace of its own, as long as nobody writes the
/// parameters.
public final class DenseNetwork: @unchecked Sendable {
  /// The length of an input row, of each hidden layer, and of an output row.
  public let widths: [Int]
  /// The flat buffer: 1 × parameter count.
  package let parameters: Matrix
  let layers: [DenseLayer]

  /// Creates a network with random weights and no bias.
  ///
  /// - Parameters:
  ///   - widths: the length of an input row, of each hidden layer, and of an output row.
  ///   - seed: decides the weights.
  ///   - stream: tells networks of one seed apart.
  ///   - outputGain: what the last layer's weights are scaled by; small for policies, which then start out uniform.
  ///   - initialization: how weights are drawn.
  public init(
    widths: [Int], seed: UInt64, stream: Int = 0, outputGain: Float = 1,
    initialization: Initialization = .orthogonal
  ) {
    layers = Self.layers(widths)
    self.widths = widths
    parameters = Matrix(rows: 1, columns: Self.parameterCount(widths))
    for (index, layer) in layers.enumerated() {
      var random = RandomStream(seed: seed, purpose: .initialization, lane: stream << 16 + index)
      initialization.draw(
        layer, gain: index == layers.count - 1 ? outputGain : 1, into: parameters.pointer + layer.weights,
        from: &random)
    }
  }

  /// Creates a network from its parameters in the order of the flat buffer.
  public init(widths: [Int], parameters values: [Float]) {
    let count = Self.parameterCount(widths)
    precondition(
      values.count == count, "A network of widths \(widths) has \(count) parameters, not \(values.count).")
    layers = Self.layers(widths)
    self.widths = widths
    parameters = Matrix(rows: 1, columns: count, values)
  }

  /// The number of parameters of a network.
  package static func parameterCount(_ widths: [Int]) -> Int {
    zip(widths, widths.dropFirst()).reduce(0) { $0 + ($1.0 + 1) * $1.1 }
  }

  /// The parameters as an array.
  package var parameterValues: [Float] { parameters.elements }
  /// The parameters of a `BranchingNetwork` of the same layers, whose outputs are the advantages and whose state value is
  /// 0; the shape's tensors say their order.
  package var branchingParameterValues: [Float] {
    let parameters = parameterValues
    let (inputs, outputs) = (widths[widths.count - 2], self.outputs)
    let trunk = parameters.count - (inputs + 1) * outputs
    let biases = trunk + inputs * outputs
    let stateValue = [Float](repeating: 0, count: inputs)
    return parameters[..<trunk] + stateValue + parameters[trunk..<biases] + [0] + parameters[biases...]
  }
  /// The length of an input row.
  public var inputs: Int { widths[0] }
  /// The length of an output row.
  public var outputs: Int { widths[widths.count - 1] }

  /// Room for passes of up to `maximumBatch` rows.
  public func workspace(maximumBatch: Int) -> ForwardWorkspace {
    ForwardWorkspace(layers: layers, maximumBatch: maximumBatch)
  }

  /// Writes the outputs of many rows.
  ///
  /// - Parameters:
  ///   - observations: batch × inputs.
  ///   - outputs: batch × outputs.
  ///   - workspace: room for at least as many rows.
  ///   - pool: the threads that share the rows; nil runs on the caller's alone.
  public func outputs(
    observations: MatrixView, into outputs: MatrixView, workspace: ForwardWorkspace, pool: WorkerPool? = nil
  ) {
    precondition(
      observations.columns == inputs && outputs.columns == self.outputs && outputs.rows == observations.rows,
      "The network maps rows of \(inputs) columns to as many rows of \(self.outputs).")
    precondition(
      observations.rows <= workspace.maximumBatch,
      "The workspace holds \(workspace.maximumBatch) rows, not \(observations.rows).")
    let task = OutputTask(network: self, observations: observations, outputs: outputs, workspace: workspace)
    if let pool {
      pool.run(task.blockCount, task)
    } else {
      for block in 0..<task.blockCount { task.run(block) }
    }
  }

  /// Fills a workspace's activations of a range of rows, the outputs among them.
  func forward(_ observations: MatrixView, workspace: ForwardWorkspace, rows: Range<Int>) {
    var input = observations
    for (index, layer) in layers.enumerated() {
      let output = workspace.activations(index, rows: rows)
      NeuralNetworks.forward(
        layer, parameters: parameters.pointer, input: input, output: output,
        rectified: index < layers.count - 1)
      input = output
    }
  }

  private static func layers(_ widths: [Int]) -> [DenseLayer] {
    precondition(
      widths.count >= 2 && widths.allSatisfy { $0 > 0 },
      "A network needs inputs and outputs, and units in every layer: \(widths).")
    return DenseLayer.stack(widths)
  }
}

/// A forward pass cut into blocks of rows; the cut depends on the batch alone.
private struct OutputTask: ParallelTask {
  let network: DenseNetwork
  let observations: MatrixView
  let outputs: MatrixView
  let workspace: ForwardWorkspace

  private static let blockSize = 64

  var blockCount: Int { (observations.rows + Self.blockSize - 1) / Self.blockSize }

  func run(_ block: Int) {
    let rows = block * Self.blockSize..<min((block + 1) * Self.blockSize, observations.rows)
    network.forward(observations.rows(rows), workspace: workspace, rows: rows)
    let result = workspace.outputs(rows: rows)
    for row in 0..<rows.count {
      outputs.row(rows.lowerBound + row).update(from: result.row(row), count: result.columns)
    }
  }
}
