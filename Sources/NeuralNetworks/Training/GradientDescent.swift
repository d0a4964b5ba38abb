import LinearAlgebra

/// A loss of a network's outputs, given by its gradient.
package protocol OutputLoss {
  /// Writes the gradient of a part of the batch's loss by each output.
  ///
  /// - Parameters:
  ///   - rows: which rows of the batch.
  ///   - outputs: the network's outputs for these rows.
  ///   - gradients: where ∂loss/∂output goes, of the outputs' shape; every element must be written. A mean over the batch
  ///     divides by the size of the whole batch, not by that of the part.
  /// - Returns: four sums over the rows that are worth knowing, the loss first by custom.
  func differentiate(_ rows: Range<Int>, outputs: MatrixView, gradients: MatrixView) -> SIMD4<Double>
}

/// Gradient descent on any loss of a dense network: shards of the batch, back-propagation, clipping, Adam.
///
/// A batch is cut into a number of shards that depends on its size alone; each runs its own products into its own
/// gradient buffer, and shards are summed in order. So results are bit-identical on any number of threads. A step
/// allocates nothing.
package final class GradientDescent: @unchecked Sendable {
  /// The network that learns.
  package let network: DenseNetwork
  /// The optimizer; its `state` belongs in a checkpoint.
  package let optimizer: Adam
  /// The largest number of rows of a step.
  package let maximumBatch: Int
  /// The largest norm of all gradients together; nil does not clip.
  package let maximumGradientNorm: Float?
  fileprivate let gradients: ShardedGradients
  fileprivate let shards: [GradientShard]
  private let pool: WorkerPool

  /// Prepares to train a network.
  package init(
    network: DenseNetwork, optimizer: Adam.Configuration = Adam.Configuration(),
    maximumGradientNorm: Float? = nil, maximumBatch: Int, pool: WorkerPool = WorkerPool(threads: 1)
  ) {
    precondition(maximumBatch > 0, "Gradient descent needs room for at least one row.")
    precondition(maximumGradientNorm ?? 1 > 0, "Gradients can be clipped to a positive norm only.")
    self.network = network
    self.optimizer = Adam(count: network.parameters.count, configuration: optimizer)
    self.maximumGradientNorm = maximumGradientNorm
    self.maximumBatch = maximumBatch
    self.pool = pool
    // With 64 rows at least to a shard but for the largest batches, none is larger than this.
    let capacity = min(maximumBatch, max(127, (maximumBatch + 7) / 8))
    let count = Self.shardCount(maximumBatch)
    shards = (0..<count).map { _ in GradientShard(network, capacity: capacity) }
    let all = 0..<network.parameters.count
    gradients = ShardedGradients(
      count: all.count, shards: count, parts: [(all, all.upperBound..<all.upperBound)])
  }

  /// The gradients of the last step before clipping, in the order of the network's parameters.
  package var gradientValues: [Float] { gradients.values }

  /// Takes one step against the gradient of a loss.
  ///
  /// - Parameters:
  ///   - loss: the loss; it sees rows of the batch, many at once on several threads.
  ///   - observations: batch × the network's inputs.
  /// - Returns: the sums that the loss returned over the batch, and the norm of the gradients before clipping.
  @discardableResult
  package func step(_ loss: some OutputLoss, observations: MatrixView) -> (sums: SIMD4<Double>, norm: Float) {
    let count = observations.rows
    precondition(
      count > 0 && count <= maximumBatch, "A step takes 1 to \(maximumBatch) rows, not \(count).")
    precondition(
      observations.columns == network.inputs,
      "The network reads \(network.inputs) columns, not \(observations.columns).")
    let shardCount = Self.shardCount(count)
    pool.run(
      shardCount, ShardTask(descent: self, loss: loss, observations: observations, shardCount: shardCount))
    var sums = shards[0].sums
    for shard in shards[1..<shardCount] { sums += shard.sums }
    let norm = Float(gradients.sum(shardCount, pool: nil).squareRoot())
    optimizer.update(
      network.parameters.pointer, gradients: gradients.shard(0),
      gradientScale: ShardedGradients.clip(norm, to: maximumGradientNorm))
    return (sums, norm)
  }

  private static func shardCount(_ batch: Int) -> Int { max(1, min(8, batch / 64)) }
}

/// What one shard of a step writes.
private final class GradientShard: @unchecked Sendable {
  let activations: ForwardWorkspace
  /// The gradient of every layer's output.
  let slopes: ForwardWorkspace
  var sums = SIMD4<Double>.zero

  init(_ network: DenseNetwork, capacity: Int) {
    activations = network.workspace(maximumBatch: capacity)
    slopes = network.workspace(maximumBatch: capacity)
  }
}

/// Each shard's gradients.
private struct ShardTask<Loss: OutputLoss>: ParallelTask {
  let descent: GradientDescent
  let loss: Loss
  let observations: MatrixView
  let shardCount: Int

  func run(_ index: Int) {
    let count = observations.rows
    let range = count * index / shardCount..<count * (index + 1) / shardCount
    let rows = 0..<range.count
    let network = descent.network
    let shard = descent.shards[index]
    let input = observations.rows(range)
    network.forward(input, workspace: shard.activations, rows: rows)
    shard.sums = loss.differentiate(
      range, outputs: shard.activations.outputs(rows: rows), gradients: shard.slopes.outputs(rows: rows))
    backpropagate(
      network.layers[...], parameters: network.parameters.pointer, input: input,
      activations: shard.activations, slopes: shard.slopes, rows: rows, rectifiesLast: false,
      gradients: descent.gradients.shard(index))
  }
}
