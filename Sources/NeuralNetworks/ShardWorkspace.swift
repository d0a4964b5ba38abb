import CKernels
import LinearAlgebra

/// Everything one shard of an update writes: activations, gradients, sums.
final class ShardWorkspace: @unchecked Sendable {
  let gradients: Matrix
  private let capacity: Int
  /// The online network's passes over states and, behind them, next states.
  private let onlinePass: ForwardWorkspace
  /// The target network's pass over next states; then the gradients of every trunk layer's output.
  private let targetPass: ForwardWorkspace
  private let greedy: GreedyChoice
  private let outputs: UnsafeMutablePointer<Int32>
  private let values: Matrix
  private let scratch: Matrix
  private(set) var sums = TemporalDifference.Sums()

  init(network: BranchingNetwork, capacity: Int) {
    self.capacity = capacity
    let shape = network.shape
    gradients = Matrix(rows: 1, columns: shape.parameterCount)
    onlinePass = ForwardWorkspace(shape: shape, maximumBatch: 2 * capacity)
    targetPass = ForwardWorkspace(shape: shape, maximumBatch: capacity)
    greedy = GreedyChoice(shape: shape)
    outputs = .allocate(capacity: shape.branchCount)
    values = Matrix(rows: 1, columns: 1 + shape.branchCount)
    scratch = Matrix(rows: 1, columns: network.head.inputs)
  }

  deinit { outputs.deallocate() }

  /// Writes the gradients of the shard's part of the batch's mean loss.
  func run(
    _ batch: TransitionBatch, range: Range<Int>, online: BranchingNetwork, target: BranchingNetwork,
    isDouble: Bool, difference: TemporalDifference, errors: UnsafeMutablePointer<Float>
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

    // Only the greedy choice of the next action needs every output of the head.
    let top = online.layers.count - 2
    let nextOutputs = onlinePass.outputs(rows: nextStates)
    let nextHidden = top < 0 ? nextObservations : targetPass.activations(top, rows: states)
    let chooser = isDouble ? online : target
    forward(
      chooser.head, parameters: chooser.parameters.pointer,
      input: top < 0 || !isDouble ? nextHidden : onlinePass.activations(top, rows: nextStates),
      output: nextOutputs, rectified: false)
    let rows = TemporalDifference.Rows(
      hidden: top < 0 ? observations : onlinePass.activations(top, rows: states), nextHidden: nextHidden,
      nextOutputs: nextOutputs,
      // The target's activations are read row by row before the gradient takes their place.
      hiddenGradient: top < 0 ? nil : nextHidden, greedy: greedy, outputs: outputs, values: values.pointer)
    (gradients.pointer + online.head.weights).update(repeating: 0, count: online.head.parameterCount)
    sums = difference.run(batch, range: range, rows: rows, gradients: gradients.pointer, errors: errors)
    difference.online.centre(gradients: gradients.pointer, scratch: scratch.pointer)
    backward(online, observations: observations, rows: states)
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
