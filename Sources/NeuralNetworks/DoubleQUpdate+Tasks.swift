import CKernels
import LinearAlgebra

/// Before an update: the means of each branch of both networks.
struct MeansTask: ParallelTask {
  let online: BranchMeans
  let target: BranchMeans
  let branchCount: Int

  func run(_ index: Int) {
    if index < branchCount { online.refresh(index) } else { target.refresh(index - branchCount) }
  }
}

/// The first part of an update: each shard's gradients.
struct GradientTask: ParallelTask {
  let update: DoubleQUpdate
  let batch: TransitionBatch
  let shardCount: Int
  let errors: UnsafeMutablePointer<Float>
  let difference: TemporalDifference
  let quantileDifference: QuantileDifference?

  func run(_ shard: Int) {
    update.shards[shard].run(
      batch, range: DoubleQUpdate.rows(of: shard, shardCount, in: batch), online: update.online,
      target: update.target, isDouble: update.configuration.isDouble, difference: difference,
      quantileDifference: quantileDifference, errors: errors)
  }
}

/// The second part: the shards' gradients of a chunk of parameters summed into the first shard's, and squared up.
struct SumTask: ParallelTask {
  let update: DoubleQUpdate
  let shardCount: Int
  let squares: UnsafeMutablePointer<Double>

  func run(_ chunk: Int) {
    let range = update.parameters(of: chunk)
    let sum = update.shards[0].gradients.pointer + range.lowerBound
    for shard in 1..<shardCount {
      ck_add(sum, update.shards[shard].gradients.pointer + range.lowerBound, range.count)
    }
    squares[chunk] = ck_sum_squares(sum, range.count)
  }
}

/// The third part: the optimizer's step and the target network's for a chunk of parameters.
struct StepTask: ParallelTask {
  let update: DoubleQUpdate
  let step: ck_adam_step
  let targetRate: Float?

  func run(_ chunk: Int) {
    let range = update.parameters(of: chunk)
    update.optimizer.apply(
      step, range, update.online.parameters.pointer,
      gradients: update.shards[0].gradients.pointer + range.lowerBound,
      target: update.target.parameters.pointer, rate: targetRate)
  }
}

/// After an update: the transposed weights of both networks.
struct RefreshTask: ParallelTask {
  let online: BranchingNetwork
  let target: BranchingNetwork

  /// Blocks of the online network's weights, then as many of the target's.
  var blockCount: Int { 2 * online.transposed.blockCount }

  func run(_ index: Int) {
    let (turn, block) = index.quotientAndRemainder(dividingBy: online.transposed.blockCount)
    let network = turn == 0 ? online : target
    network.transposed.refresh(block, from: network.parameters.pointer)
  }
}
