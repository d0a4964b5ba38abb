import CKernels
import LinearAlgebra

/// Before an update: the means of each branch of both networks.
struct MeansTask: ParallelTask {
  let online: BranchMeans
  let target: BranchMeans

  func run(_ index: Int) {
    let (branch, turn) = index.quotientAndRemainder(dividingBy: 2)
    if turn == 0 { online.refresh(branch) } else { target.refresh(branch) }
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

/// The second part: the shards' gradients of a block of parameters summed into the first shard's, and squared up.
struct SumTask: ParallelTask {
  let update: DoubleQUpdate
  let shardCount: Int
  let squares: UnsafeMutablePointer<Double>

  func run(_ index: Int) {
    let block = update.blocks[index]
    squares[index] = sum(block.weights) + sum(block.biases)
  }

  private func sum(_ range: Range<Int>) -> Double {
    let sum = update.shards[0].gradients.pointer + range.lowerBound
    for shard in 1..<shardCount {
      ck_add(sum, update.shards[shard].gradients.pointer + range.lowerBound, range.count)
    }
    return ck_sum_squares(sum, range.count)
  }
}

/// The third part: the optimizer's step and the target network's for a block of parameters, and both networks' transposed
/// weights after it, unless noise that is still to come refreshes them.
struct StepTask: ParallelTask {
  let update: DoubleQUpdate
  let step: ck_adam_step
  let targetRate: Float?
  let refreshes: Bool

  func run(_ index: Int) {
    let block = update.blocks[index]
    take(block.weights)
    take(block.biases)
    guard refreshes else { return }
    update.online.transposed.refresh(block, from: update.online.parameters.pointer)
    update.target.transposed.refresh(block, from: update.target.parameters.pointer)
  }

  private func take(_ range: Range<Int>) {
    update.optimizer.apply(
      step, range, update.online.parameters.pointer,
      gradients: update.shards[0].gradients.pointer + range.lowerBound,
      target: update.target.parameters.pointer, rate: targetRate)
  }
}
