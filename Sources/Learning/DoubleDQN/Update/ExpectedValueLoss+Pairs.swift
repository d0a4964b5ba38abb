import LinearAlgebra
import NeuralNetworks

/// Learning from pairs: two actions tried in one state with the same luck (common random numbers).
///
/// With δ and δ₀ the temporal differences of the two, the advantages learn from δ − δ₀ alone, in which the luck that both
/// share is gone, and the state value from both levels, δ and δ₀. The expected slopes of the advantages are those of
/// plain double-DQN on the action-dependent part; what is gone is noise, most of it where one action matters little
/// beside chance. An additive network's state value drops out of δ − δ₀, so the two parts do not disturb each other.
extension ExpectedValueLoss {
  /// What the level of a pair counts beside its difference, where the two meet: in the trunk.
  private static let levelWeight: Float = 0.1

  /// Adds the head's gradients of the mean loss of a batch of pairs, advantages not yet centred; the shard's rows are
  /// whole pairs.
  func pairs(_ batch: TransitionBatch, _ rows: Rows, errors: UnsafeMutablePointer<Float>) -> LossSums {
    assert(aggregation == .additive && rows.range.lowerBound % 2 == 0 && rows.range.count % 2 == 0)
    var sums = LossSums()
    let share = 2 / Float(batch.count)
    for row in stride(from: 0, to: rows.range.count, by: 2) {
      let index = rows.range.lowerBound + row
      let targets = (evaluate(batch, row, rows), evaluate(batch, row + 1, rows))
      let values = (total(rows.values.row(row)), total(rows.values.row(row + 1)))
      let (first, second) = (targets.0 - values.0, targets.1 - values.1)
      let weight = batch.weights?[index] ?? 1
      let slope = huber.slope(first - second) * weight * share
      setSlopes(rows.values.row(row), level: first, advantage: -slope, weight: weight * share)
      setSlopes(rows.values.row(row + 1), level: second, advantage: slope, weight: weight * share)
      push(row, rows)
      push(row + 1, rows)
      errors[index] = abs(first)
      errors[index + 1] = abs(second)
      // Sums are divided by the number of rows, two to a pair.
      sums.loss += 2 * weight * huber(first - second)
      sums.value += values.0 + values.1
    }
    return sums
  }

  /// The value of a whole action: state value and all advantages.
  @inline(__always) private func total(_ values: UnsafePointer<Float>) -> Float {
    var sum: Float = 0
    for part in 0...branches.count { sum += values[part] }
    return sum
  }

  /// Replaces a row's values by their slopes.
  @inline(__always) private func setSlopes(
    _ values: UnsafeMutablePointer<Float>, level: Float, advantage: Float, weight: Float
  ) {
    values[0] = -huber.slope(level) * Self.levelWeight * weight
    for part in 1...branches.count { values[part] = advantage }
  }
}
