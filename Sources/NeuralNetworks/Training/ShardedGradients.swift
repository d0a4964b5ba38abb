import CKernels
import LinearAlgebra

/// The gradients of a batch that is cut into shards: a buffer for each shard, summed in order into the first.
///
/// The cut depends on the size of the batch alone and the order of sums is fixed, so gradients are bit-identical on any
/// number of threads.
package final class ShardedGradients: @unchecked Sendable {
  /// A part of the parameters that one thread sums: places in the flat buffer.
  package typealias Part = (weights: Range<Int>, biases: Range<Int>)

  /// The number of parameters.
  package let count: Int
  private let stride: Int
  /// Shards × parameters, each shard's at a cache line of its own.
  private let buffer: Buffer<Float>
  private let parts: [Part]
  /// Parts: the squared norms of their sums.
  private let norms: Buffer<Double>

  /// Makes room for the gradients of `count` parameters in each of some shards.
  package init(count: Int, shards: Int, parts: [Part]) {
    self.count = count
    self.parts = parts
    stride = (count + 15) / 16 * 16
    buffer = Buffer(repeating: 0, count: shards * stride)
    norms = Buffer(repeating: 0, count: parts.count)
  }

  /// The gradients of a shard; those of shard 0 are the batch's after `sum`.
  package func shard(_ index: Int) -> UnsafeMutablePointer<Float> { buffer.pointer + index * stride }

  /// The gradients of the batch as an array.
  package var values: [Float] { Array(UnsafeBufferPointer(start: buffer.pointer, count: count)) }

  /// Sums the first shards into shard 0.
  ///
  /// - Parameters:
  ///   - shards: how many there are.
  ///   - squares: the squared norm of gradients that are kept elsewhere.
  ///   - pool: the threads that share the parts; nil sums on the caller's.
  /// - Returns: the squared Euclidean norm of all.
  package func sum(_ shards: Int, adding squares: Double = 0, pool: WorkerPool?) -> Double {
    let task = SumTask(gradients: self, shards: shards)
    if let pool {
      pool.run(parts.count, task)
    } else {
      for part in parts.indices { task.run(part) }
    }
    return parts.indices.reduce(squares) { $0 + norms.pointer[$1] }
  }

  /// What gradients of a norm are multiplied by to be no longer than a maximum, as PyTorch's `clip_grad_norm_` has it.
  package static func clip(_ norm: Float, to maximum: Float?) -> Float {
    maximum.map { min(1, $0 / (norm + 1e-6)) } ?? 1
  }

  private struct SumTask: ParallelTask {
    let gradients: ShardedGradients
    let shards: Int

    func run(_ index: Int) {
      let part = gradients.parts[index]
      gradients.norms.pointer[index] = sum(part.weights) + sum(part.biases)
    }

    private func sum(_ range: Range<Int>) -> Double {
      let sum = gradients.shard(0) + range.lowerBound
      for shard in 1..<shards { ck_add(sum, gradients.shard(shard) + range.lowerBound, range.count) }
      return ck_sum_squares(sum, range.count)
    }
  }
}
