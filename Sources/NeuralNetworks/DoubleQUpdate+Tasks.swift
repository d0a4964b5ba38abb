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
    // Pairs stay together.
    let unit = batch.paired ? 2 : 1
    let units = batch.count / unit
    let range = unit * (units * shard / shardCount)..<unit * (units * (shard + 1) / shardCount)
    update.shards[shard].run(
      batch, range: range, online: update.online, target: update.target,
      isDouble: update.configuration.isDouble, difference: difference,
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
    let online = update.online.parameters.pointer
    let target = update.target.parameters.pointer
    let gradients = UnsafePointer(update.shards[0].gradients.pointer)
    if let targetRate, targetRate < 1 {
      update.optimizer.apply(step, range, online, gradients: gradients, target: target, rate: targetRate)
      return
    }
    update.optimizer.apply(step, range, online, gradients: gradients)
    if targetRate != nil {
      // A copy, because target + 1 · (online − target) need not have the online parameter's every bit.
      (target + range.lowerBound).update(from: online + range.lowerBound, count: range.count)
    }
  }
}
