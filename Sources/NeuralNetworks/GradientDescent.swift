import CKernels
import LinearAlgebra

/// A loss of a network's outputs, given by its gradient.
public protocol OutputLoss {
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
/// allocates nothing. Creating one sets OpenBLAS to one thread in the whole process: shards are what runs in parallel.
public final class GradientDescent: @unchecked Sendable {
  /// The network that learns.
  public let network: DenseNetwork
  /// The optimizer; its `state` belongs in a checkpoint.
  public let optimizer: Adam
  /// The largest number of rows of a step.
  public let maximumBatch: Int
  /// The largest norm of all gradients together; nil does not clip.
  public let maximumGradientNorm: Float?
  fileprivate let shards: [GradientShard]
  private let pool: WorkerPool

  /// Prepares to train a network.
  public init(
    network: DenseNetwork, optimizer: Adam.Configuration = Adam.Configuration(),
    maximumGradientNorm: Float? = nil, maximumBatch: Int, pool: WorkerPool = WorkerPool(threads: 1)
  ) {
    precondition(maximumBatch > 0, "Gradient descent needs room for at least one row.")
    precondition(maximumGradientNorm ?? 1 > 0, "Gradients can be clipped to a positive norm only.")
    setBLASThreads(1)
    self.network = network
    self.optimizer = Adam(count: network.parameters.count, configuration: optimizer)
    self.maximumGradientNorm = maximumGradientNorm
    self.maximumBatch = maximumBatch
    self.pool = pool
    // With 64 rows at least to a shard but for the largest batches, none is larger than this.
    let capacity = min(maximumBatch, max(127, (maximumBatch + 7) / 8))
    shards = (0..<Self.shardCount(maximumBatch)).map { _ in GradientShard(network, capacity: capacity) }
  }

  /// The gradients of the last step before clipping, in the order of the network's parameters.
  public var gradientValues: [Float] { shards[0].gradients.elements }

  /// Takes one step against the gradient of a loss.
  ///
  /// - Parameters:
  ///   - loss: the loss; it sees rows of the batch, many at once on several threads.
  ///   - observations: batch × the network's inputs.
  /// - Returns: the sums that the loss returned over the batch, and the norm of the gradients before clipping.
  @discardableResult
  public func step(_ loss: some OutputLoss, observations: MatrixView) -> (sums: SIMD4<Double>, norm: Float) {
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
    let gradients = shards[0].gradients.pointer
    for shard in shards[1..<shardCount] {
      ck_add(gradients, shard.gradients.pointer, network.parameters.count)
      sums += shard.sums
    }
    let norm = Float(ck_sum_squares(gradients, network.parameters.count).squareRoot())
    let scale = maximumGradientNorm.map { min(1, $0 / (norm + 1e-6)) } ?? 1
    optimizer.update(network.parameters.pointer, gradients: gradients, gradientScale: scale)
    return (sums, norm)
  }

  private static func shardCount(_ batch: Int) -> Int { max(1, min(8, batch / 64)) }
}

/// What one shard of a step writes.
private final class GradientShard: @unchecked Sendable {
  let gradients: Matrix
  let activations: ForwardWorkspace
  /// The gradient of every layer's output.
  let slopes: ForwardWorkspace
  var sums = SIMD4<Double>.zero

  init(_ network: DenseNetwork, capacity: Int) {
    gradients = Matrix(rows: 1, columns: network.parameters.count)
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
    for (depth, layer) in network.layers.enumerated().reversed() {
      let slope = shard.slopes.activations(depth, rows: rows)
      if depth < network.layers.count - 1 {
        rectifierGradients(slope, activations: shard.activations.activations(depth, rows: rows))
      }
      let below = depth == 0 ? input : shard.activations.activations(depth - 1, rows: rows)
      parameterGradients(layer, outputGradient: slope, input: below, gradients: shard.gradients.pointer)
      guard depth > 0 else { continue }
      multiply(
        slope, layer.weights(in: network.parameters.pointer),
        into: shard.slopes.activations(depth - 1, rows: rows))
    }
  }
}
