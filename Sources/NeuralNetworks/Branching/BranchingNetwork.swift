import LinearAlgebra

/// A dense, rectified trunk under a dueling head with one advantage stream per branch (Wang et al., 2016; Tavakoli,
/// Pardo and Kormushev, 2018).
///
///     let shape = NetworkShape(observationSize: 64, hidden: [256, 256], branchSizes: [16, 16, 4])
///     let network = BranchingNetwork(shape: shape, seed: 1)
///     let workspace = ForwardWorkspace(shape: shape, maximumBatch: 32)
///     network.qValues(observations: rows, into: values, workspace: workspace)
///
/// With Â_k(a) = A_k(a) − mean over a' of A_k(a'), a branching network values choice a of branch k at
/// Q_k(a) = V + Â_k(a), and an additive one values a whole action at V + Σ_k Â_k(a_k). A joint network has a single
/// branch with a choice per whole action. Where the shape has prior columns, the prior's state value is added to V and its advantages to Â.
///
/// All parameters stand in one flat buffer, as the shape's `tensors` say. Passes may run on many threads at once, each
/// with a workspace of its own, as long as nobody writes the parameters.
public final class BranchingNetwork: @unchecked Sendable {
  /// The sizes.
  public let shape: NetworkShape
  /// The flat buffer: 1 × parameter count.
  package let parameters: Matrix
  /// The trunk's layers, and the head last.
  package let layers: [DenseLayer]
  package let head: DenseLayer
  package let branches: BranchTable
  /// What passes forward read in place of the weights.
  package let transposed: TransposedWeights

  /// Creates a network with random weights and no bias.
  ///
  /// The head starts at exactly zero where there is a prior, so that the first policy plays the prior, and close to
  /// zero elsewhere.
  public init(shape: NetworkShape, seed: UInt64, initialization: Initialization = .he) {
    self.shape = shape
    parameters = Matrix(rows: 1, columns: shape.parameterCount)
    layers = shape.layers
    head = layers[layers.count - 1]
    branches = BranchTable(shape: shape)
    transposed = TransposedWeights(shape: shape)
    initialization.fill(parameters.pointer, shape: shape, seed: seed)
    parametersChanged()
  }

  /// Creates a network from its parameters in the order of the shape's `tensors`.
  public init(shape: NetworkShape, parameters values: [Float]) {
    precondition(
      values.count == shape.parameterCount,
      "A network of this shape has \(shape.parameterCount) parameters, not \(values.count).")
    self.shape = shape
    parameters = Matrix(rows: 1, columns: values.count, values)
    layers = shape.layers
    head = layers[layers.count - 1]
    branches = BranchTable(shape: shape)
    transposed = TransposedWeights(shape: shape)
    parametersChanged()
  }

  /// Creates a network of its own with another's parameters and prior.
  package init(copying other: BranchingNetwork) {
    shape = other.shape
    parameters = other.parameters.copy()
    layers = other.layers
    head = other.head
    branches = BranchTable(shape: shape)
    branches.copy(priorFrom: other.branches)
    transposed = TransposedWeights(shape: shape)
    parametersChanged()
  }

  /// Brings what is derived of the parameters up to date; whoever writes `parameters` calls it before the next pass.
  package func parametersChanged() {
    for block in transposed.blocks { transposed.refresh(block, from: parameters.pointer) }
  }

  /// The names, shapes and places of the parameters.
  package var tensors: [TensorDescription] { shape.tensors }

  /// The parameters as an array, in the order of `tensors`.
  package var parameterValues: [Float] {
    get { parameters.elements }
    set {
      precondition(
        newValue.count == parameters.count,
        "A network of this shape has \(parameters.count) parameters, not \(newValue.count).")
      for (index, value) in newValue.enumerated() { parameters.pointer[index] = value }
      parametersChanged()
    }
  }

  /// Takes over another network's parameters and prior transform.
  package func copy(parametersFrom other: BranchingNetwork) {
    precondition(shape == other.shape, "Parameters can be copied only between networks of one shape.")
    parameters.pointer.update(from: other.parameters.pointer, count: parameters.count)
    branches.copy(priorFrom: other.branches)
    parametersChanged()
  }

  /// How the prior is read from the prior columns; the identity at first.
  package var priorTransform: PriorTransform {
    get { branches.priorTransform }
    set { branches.priorTransform = newValue }
  }

  /// Values the choices of many states, split into state values and advantages.
  ///
  /// - Parameters:
  ///   - observations: batch × observation size, normalised.
  ///   - advantages: batch × value count: Â_k(a), and the prior's advantage where there is one.
  ///   - stateValues: batch: V, and the prior's state value where there is one.
  ///   - workspace: room for at least as many rows.
  ///   - pool: the threads that share the rows; nil runs on the caller's alone.
  package func values(
    observations: MatrixView, into advantages: MatrixView, stateValues: UnsafeMutablePointer<Float>,
    workspace: ForwardWorkspace, pool: WorkerPool? = nil
  ) {
    run(
      ValueTask(
        network: self, observations: observations, workspace: workspace, advantages: advantages,
        stateValues: stateValues), on: pool)
  }

  /// Values the choices of many states as V + Â_k(a), plus the prior's where there is one.
  ///
  /// For a branching network these are the Q-values. For an additive one they rank the choices of a branch as its
  /// Q-values do, so both give the greedy action by an argmax per branch.
  ///
  /// - Parameters:
  ///   - observations: batch × observation size, normalised.
  ///   - q: batch × value count.
  ///   - workspace: room for at least as many rows.
  ///   - pool: the threads that share the rows; nil runs on the caller's alone.
  public func qValues(
    observations: MatrixView, into q: MatrixView, workspace: ForwardWorkspace, pool: WorkerPool? = nil
  ) {
    run(
      ValueTask(
        network: self, observations: observations, workspace: workspace, advantages: q, stateValues: nil),
      on: pool)
  }

  /// Picks the best allowed action for many states, on the caller's thread; of equals the first.
  ///
  /// Like a choice among `qValues`, but a head of any width takes no more than a block's room for them.
  ///
  /// - Parameters:
  ///   - observations: batch × observation size, normalised.
  ///   - limits: costs and budgets of as many rows, where a cap limits actions.
  ///   - actions: where the choices go: batch × branches.
  ///   - workspace: room for at least as many rows.
  ///   - search: room for at least as many rows.
  package func greedyActions(
    observations: MatrixView, limits: SpendLimits? = nil, into actions: UnsafeMutablePointer<Int32>,
    workspace: ForwardWorkspace, search: GreedySearch
  ) {
    precondition(
      observations.columns == shape.observationSize,
      "The network reads \(shape.observationSize) columns, not \(observations.columns).")
    precondition(
      observations.rows <= workspace.maximumBatch,
      "The workspace holds \(workspace.maximumBatch) rows, not \(observations.rows).")
    let hidden = forwardTrunk(observations, workspace: workspace, rows: 0..<observations.rows)
    let outputs = search.outputs(of: self, hidden: hidden, observations: observations, limits: limits)
    for row in 0..<observations.rows {
      branches.write(outputs + row * branches.count, into: actions + row * branches.actionCount)
    }
  }

  private func run(_ task: ValueTask, on pool: WorkerPool?) {
    let rows = task.observations.rows
    precondition(
      task.observations.columns == shape.observationSize,
      "The network reads \(shape.observationSize) columns, not \(task.observations.columns).")
    precondition(
      task.advantages.rows == rows && task.advantages.columns == branches.valueCount,
      "\(rows) states need \(rows) × \(branches.valueCount) values.")
    precondition(
      rows <= task.workspace.maximumBatch,
      "The workspace holds \(task.workspace.maximumBatch) rows, not \(rows).")
    if let pool {
      pool.run(task.blockCount, task)
    } else {
      for block in 0..<task.blockCount { task.run(block) }
    }
  }

  /// values = hidden · weightsᵀ for the head's weights of a range of values, counted over all branches.
  package func multiplyHead(_ hidden: MatrixView, _ range: Range<Int>, into values: MatrixView) {
    // The state value stands before them.
    let outputs = 1 + range.lowerBound..<1 + range.upperBound
    guard transposed.holdsHead, TransposedWeights.suits(columns: range.count) else {
      let weights = head.weights(in: parameters.pointer).rows(outputs)
      return multiply(hidden, transposed: false, weights, transposed: true, into: values)
    }
    multiply(hidden, transposed.weights(of: head).columns(outputs), into: values)
  }

  /// Fills a workspace's activations of a range of rows below the head, and returns what the head reads.
  @discardableResult
  package func forwardTrunk(_ observations: MatrixView, workspace: ForwardWorkspace, rows: Range<Int>)
    -> MatrixView
  {
    assert(observations.rows == rows.count)
    return forwardTrunk(from: 0, observations, workspace: workspace, rows: rows)
  }

  /// Fills a workspace's activations below the head of two blocks of rows, one behind the other, which share all
  /// products but the first.
  package func forwardTrunk(
    _ first: MatrixView, followedBy second: MatrixView, workspace: ForwardWorkspace
  ) {
    if layers.count == 1 { return }
    let rows = 0..<first.rows + second.rows
    let output = workspace.activations(0, rows: rows)
    rectified(0, input: first, output: output.rows(0..<first.rows))
    rectified(0, input: second, output: output.rows(first.rows..<rows.upperBound))
    forwardTrunk(from: 1, output, workspace: workspace, rows: rows)
  }

  @discardableResult
  private func forwardTrunk(
    from start: Int, _ input: MatrixView, workspace: ForwardWorkspace, rows: Range<Int>
  ) -> MatrixView {
    var input = input
    for index in start..<layers.count - 1 {
      let output = workspace.activations(index, rows: rows)
      rectified(index, input: input, output: output)
      input = output
    }
    return input
  }

  private func rectified(_ index: Int, input: MatrixView, output: MatrixView) {
    let layer = layers[index]
    NeuralNetworks.forward(
      layer, parameters: parameters.pointer,
      transposed: TransposedWeights.suits(columns: layer.outputs) ? transposed.weights(of: layer) : nil,
      input: input, output: output, rectified: true)
  }
}
