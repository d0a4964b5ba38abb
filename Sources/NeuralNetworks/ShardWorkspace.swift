import LinearAlgebra

/// Everything one shard of an update writes: activations, gradients, sums.
final class ShardWorkspace: @unchecked Sendable {
  let gradients: Matrix
  private let capacity: Int
  /// The online network's passes over states and, behind them, next states.
  private let onlinePass: ForwardWorkspace
  /// The target network's pass over next states; then the gradients of every layer's output.
  private let targetPass: ForwardWorkspace
  private(set) var sums = TemporalDifference.Sums()

  init(shape: NetworkShape, capacity: Int) {
    self.capacity = capacity
    gradients = Matrix(rows: 1, columns: shape.parameterCount)
    onlinePass = ForwardWorkspace(shape: shape, maximumBatch: 2 * capacity)
    targetPass = ForwardWorkspace(shape: shape, maximumBatch: capacity)
  }

  /// Writes the gradients of the shard's part of the batch's mean loss.
  func run(
    _ batch: TransitionBatch, rows: Range<Int>, online: BranchingNetwork, target: BranchingNetwork,
    difference: TemporalDifference, errors: UnsafeMutablePointer<Float>
  ) {
    assert(rows.count <= capacity)
    let (states, nextStates) = (0..<rows.count, rows.count..<2 * rows.count)
    let observations = batch.observations.rows(rows)
    let nextObservations = batch.nextObservations.rows(rows)
    online.forward(observations, followedBy: nextObservations, workspace: onlinePass)
    target.forward(nextObservations, workspace: targetPass, rows: states)
    // The target's outputs are read row by row before the gradient takes their place.
    sums = difference.run(
      batch, rows: rows, online: onlinePass.outputs(rows: states),
      onlineNext: onlinePass.outputs(rows: nextStates), targetNext: targetPass.outputs(rows: states),
      gradient: targetPass.outputs(rows: states), errors: errors)
    backward(online, observations: observations, rows: states)
  }

  /// Carries the head's gradient down the layers.
  private func backward(_ network: BranchingNetwork, observations: MatrixView, rows: Range<Int>) {
    for index in network.layers.indices.reversed() {
      let layer = network.layers[index]
      let gradient = targetPass.activations(index, rows: rows)
      let input = index == 0 ? observations : onlinePass.activations(index - 1, rows: rows)
      parameterGradients(layer, outputGradient: gradient, input: input, gradients: gradients.pointer)
      if index > 0 {
        inputGradients(
          layer, parameters: network.parameters.pointer, outputGradient: gradient, activations: input,
          inputGradient: targetPass.activations(index - 1, rows: rows))
      }
    }
  }
}
