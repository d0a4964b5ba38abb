import Environments
import LinearAlgebra

/// Per slot of a replay ring: what a reference action would have led to from the slot's row with the same luck.
final class ReplayedCounterfactuals {
  private let observationSize: Int
  private let branchCount: Int
  /// Capacity × branches: the reference actions.
  private let actions: Buffer<Int32>
  /// Capacity: the rewards they would have had, raw.
  private let rewards: Buffer<Float>
  /// Capacity × observation size: the rows they would have led to, raw.
  private let observations: Buffer<Float>

  init(capacity: Int, observationSize: Int, branchCount: Int) {
    self.observationSize = observationSize
    self.branchCount = branchCount
    actions = Buffer(unfilled: capacity * branchCount)
    rewards = Buffer(unfilled: capacity)
    observations = Buffer(unfilled: capacity * observationSize)
  }

  /// Stores one lane's counterfactual step.
  func store(_ step: CounterfactualStorage, lane: Int, slot: Int) {
    (actions.pointer + slot * branchCount).update(
      from: step.actions.pointer + lane * branchCount, count: branchCount)
    rewards.pointer[slot] = step.rewards[lane]
    (observations.pointer + slot * observationSize).update(
      from: step.observations.view.row(lane), count: observationSize)
  }

  /// Writes the counterfactuals of some of a batch's slots into every second row, behind what was played.
  func write(
    _ draws: Range<Int>, to batch: ReplayBatch, normalizedBy table: NormalizationTable, rewardScale: Float
  ) {
    let states = batch.observations.view
    for draw in draws {
      let (slot, row) = (Int(batch.slots.pointer[draw]), 2 * draw + 1)
      (batch.actions.pointer + row * branchCount).update(
        from: actions.pointer + slot * branchCount, count: branchCount)
      batch.rewards.pointer[row] = rewards.pointer[slot] * rewardScale
      batch.discounts.pointer[row] = batch.discounts.pointer[row - 1]
      batch.setLimits(row, from: observations.pointer + slot * observationSize)
      states.row(row).update(from: states.row(row - 1), count: observationSize)
    }
    table.normalize(
      observations.pointer, stride: observationSize, indexes: batch.slots.pointer + draws.lowerBound,
      into: batch.nextObservations.view.rows(every: 2, from: 1).rows(draws))
  }
}
