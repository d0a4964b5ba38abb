import CKernels
import LinearAlgebra

/// Everything one shard of an update writes: activations, gradients, sums.
final class ShardWorkspace: @unchecked Sendable {
  /// One per parameter; of the trunk's alone where the head's gradients are kept by rows.
  let gradients: Matrix
  /// Rows × branches: the outputs of the actions taken.
  let outputs: UnsafeMutablePointer<Int32>
  /// Rows × (1 + branches): the slopes of the state value and of the chosen outputs.
  let slopes: Matrix
  private(set) var sums = TemporalDifference.Sums()
  private let capacity: Int
  private let keepsRows: Bool
  /// The online network's passes over states and, behind them, next states.
  private let onlinePass: ForwardWorkspace
  /// The target network's pass over next states; then the gradients of every trunk layer's output.
  private let targetPass: ForwardWorkspace
  private let search: GreedySearch
  private let scratch: Matrix
  /// What quantiles need; nil without them.
  private let quantileRoom: QuantileRoom?

  /// Makes room for `capacity` rows.
  ///
  /// - Parameters:
  ///   - network: the network that learns.
  ///   - keepsRows: that the head's gradients are kept by rows, elsewhere.
  ///   - quantiles: that its outputs are quantiles of the choices of a shape.
  init(
    network: BranchingNetwork, capacity: Int, keepsRows: Bool,
    quantiles: (regression: QuantileRegression, shape: NetworkShape)? = nil
  ) {
    self.capacity = capacity
    let shape = network.shape
    self.keepsRows = keepsRows
    gradients = Matrix(rows: 1, columns: keepsRows ? network.head.weights : shape.parameterCount)
    onlinePass = ForwardWorkspace(shape: shape, maximumBatch: 2 * capacity)
    targetPass = ForwardWorkspace(shape: shape, maximumBatch: capacity)
    search = GreedySearch(shape: shape, rows: capacity)
    outputs = .allocate(capacity: capacity * shape.headSizes.count)
    slopes = Matrix(rows: capacity, columns: 1 + shape.headSizes.count)
    scratch = Matrix(rows: 1, columns: network.head.inputs)
    quantileRoom = quantiles.map {
      QuantileRoom($0.regression, shape: $0.shape, capacity: capacity)
    }
  }

  deinit { outputs.deallocate() }

  /// Writes the gradients of the shard's part of the batch's mean loss.
  func run(
    _ batch: TransitionBatch, range: Range<Int>, online: BranchingNetwork, target: BranchingNetwork,
    isDouble: Bool, difference: TemporalDifference, quantileDifference: QuantileDifference?,
    errors: UnsafeMutablePointer<Float>
  ) {
    assert(range.count <= capacity)
    let (states, nextStates) = (0..<range.count, range.count..<2 * range.count)
    let observations = batch.observations.rows(range)
    let nextObservations = batch.nextObservations.rows(range)
    if isDouble {
      online.forwardTrunk(observations, followedBy: nextObservations, workspace: onlinePass)
    } else {
      online.forwardTrunk(observations, workspace: onlinePass, rows: states)
    }
    target.forwardTrunk(nextObservations, workspace: targetPass, rows: states)

    if let quantileDifference, let quantileRoom {
      runQuantiles(
        batch, range: range, online: online, target: target, isDouble: isDouble,
        difference: quantileDifference, room: quantileRoom, errors: errors)
      return backward(online, observations: observations, rows: states)
    }
    // Only the greedy choice of the next action needs every output of the head.
    let top = online.layers.count - 2
    let nextHidden = top < 0 ? nextObservations : targetPass.activations(top, rows: states)
    let nextOutputs = search.outputs(
      of: isDouble ? online : target,
      hidden: top < 0 || !isDouble ? nextHidden : onlinePass.activations(top, rows: nextStates),
      observations: nextObservations, limits: batch.nextLimits?.rows(range))
    let rows = TemporalDifference.Rows(
      hidden: hidden(of: observations), nextHidden: nextHidden, nextOutputs: nextOutputs,
      // The target's activations are read row by row before the gradient takes their place.
      hiddenGradient: top < 0 ? nil : nextHidden, outputs: outputs, values: slopes.view)
    if keepsRows {
      sums = difference.run(batch, range: range, rows: rows, gradients: nil, errors: errors)
    } else {
      (gradients.pointer + online.head.weights).update(repeating: 0, count: online.head.parameterCount)
      sums = difference.run(batch, range: range, rows: rows, gradients: gradients.pointer, errors: errors)
      difference.online.centre(gradients: gradients.pointer, scratch: scratch.pointer)
    }
    backward(online, observations: observations, rows: states)
  }

  /// What the head read in the last run's states, the first layer below being these observations.
  func hidden(of observations: MatrixView) -> MatrixView {
    onlinePass.last(rows: 0..<observations.rows) ?? observations
  }

  /// The head's part of a run whose outputs are quantiles: all of them are needed, so these are plain products.
  private func runQuantiles(
    _ batch: TransitionBatch, range: Range<Int>, online: BranchingNetwork, target: BranchingNetwork,
    isDouble: Bool, difference: QuantileDifference, room: QuantileRoom, errors: UnsafeMutablePointer<Float>
  ) {
    let (count, top) = (range.count, online.layers.count - 2)
    let states = 0..<count
    func head(_ network: BranchingNetwork, _ hidden: MatrixView, into outputs: MatrixView) {
      forward(
        network.head, parameters: network.parameters.pointer, input: hidden, output: outputs, rectified: false
      )
    }
    let observations = batch.observations.rows(range)
    let hidden = top < 0 ? observations : onlinePass.activations(top, rows: states)
    let outputs = room.outputs.view.rows(states)
    let nextOutputs = room.outputs.view.rows(count..<2 * count)
    let targetOutputs = room.targetOutputs.view.rows(states)
    let nextObservations = batch.nextObservations.rows(range)
    head(online, hidden, into: outputs)
    head(
      target, top < 0 ? nextObservations : targetPass.activations(top, rows: states), into: targetOutputs)
    if isDouble {
      head(
        online, top < 0 ? nextObservations : onlinePass.activations(top, rows: count..<2 * count),
        into: nextOutputs)
    }
    sums = difference.run(
      batch, range: range, nextOutputs: isDouble ? nextOutputs : targetOutputs, room: room, errors: errors)
    parameterGradients(online.head, outputGradient: outputs, input: hidden, gradients: gradients.pointer)
    guard top >= 0 else { return }
    multiply(
      outputs, online.head.weights(in: online.parameters.pointer),
      into: targetPass.activations(top, rows: states))
  }

  /// Carries the gradient of the trunk's output down its layers.
  private func backward(_ network: BranchingNetwork, observations: MatrixView, rows: Range<Int>) {
    for index in network.layers.indices.dropLast().reversed() {
      let layer = network.layers[index]
      let gradient = targetPass.activations(index, rows: rows)
      rectifierGradients(gradient, activations: onlinePass.activations(index, rows: rows))
      let input = index == 0 ? observations : onlinePass.activations(index - 1, rows: rows)
      parameterGradients(layer, outputGradient: gradient, input: input, gradients: gradients.pointer)
      if index > 0 {
        multiply(
          gradient, layer.weights(in: network.parameters.pointer),
          into: targetPass.activations(index - 1, rows: rows))
      }
    }
  }
}
