import LinearAlgebra

/// Learning from pairs: two actions tried in one state with the same luck (common random numbers).
///
/// With δ and δ₀ the temporal differences of the two, the advantages learn from δ − δ₀ alone, in which the luck that both
/// share is gone, and the state value from both levels, δ and δ₀. The expected slopes of the advantages are those of
/// plain double-DQN on the action-dependent part; what is gone is noise, most of it where one action matters little
/// beside chance. An additive network's state value drops out of δ − δ₀, so the two parts do not disturb each other.
extension TemporalDifference {
  /// What the level of a pair counts beside its difference, where the two meet: in the trunk.
  private static let levelWeight: Float = 0.1

  /// Adds the head's gradients of the mean loss of a batch of pairs, advantages not yet centred.
  ///
  /// - Parameters: as of `run`; the shard's range holds whole pairs.
  func runPairs(
    _ batch: TransitionBatch, range: Range<Int>, rows: Rows, gradients: UnsafeMutablePointer<Float>,
    errors: UnsafeMutablePointer<Float>
  ) -> Sums {
    assert(aggregation == .additive && range.lowerBound % 2 == 0 && range.count % 2 == 0)
    var sums = Sums()
    let share = 2 / Float(batch.count)
    for row in stride(from: 0, to: range.count, by: 2) {
      let index = range.lowerBound + row
      let (first, firstValue) = difference(batch, index, row, rows)
      let (second, secondValue) = difference(batch, index + 1, row + 1, rows)
      let weight = (batch.weights?[index] ?? 1) * share
      let slope = clipped(first - second) * weight
      push(batch, index, row, rows, level: first, advantage: -slope, weight: weight, gradients: gradients)
      push(
        batch, index + 1, row + 1, rows, level: second, advantage: slope, weight: weight,
        gradients: gradients)
      errors[index] = abs(first)
      errors[index + 1] = abs(second)
      // Sums are divided by the number of rows, two to a pair.
      sums.loss += 2 * (batch.weights?[index] ?? 1) * huber(first - second)
      sums.value += firstValue + secondValue
    }
    return sums
  }

  /// The temporal difference of a row, and the value of its action.
  @inline(__always) private func difference(
    _ batch: TransitionBatch, _ index: Int, _ row: Int, _ rows: Rows
  ) -> (difference: Float, value: Float) {
    let target = batch.rewards[index] + batch.discounts[index] * nextValue(batch, index, row, rows)
    choose(batch.actions + index * branches.actionCount, into: rows.outputs)
    online.values(hidden: UnsafePointer(rows.hidden.row(row)), outputs: rows.outputs, into: rows.values)
    addPrior(batch.observations.row(index), outputs: rows.outputs, to: rows.values)
    var value: Float = 0
    for part in 0...branches.count { value += rows.values[part] }
    return (target - value, value)
  }

  /// Carries a row's slopes into the head and below.
  @inline(__always) private func push(
    _ batch: TransitionBatch, _ index: Int, _ row: Int, _ rows: Rows, level: Float, advantage: Float,
    weight: Float, gradients: UnsafeMutablePointer<Float>
  ) {
    choose(batch.actions + index * branches.actionCount, into: rows.outputs)
    rows.values[0] = -clipped(level) * Self.levelWeight * weight
    for part in 1...branches.count { rows.values[part] = advantage }
    online.backward(
      hidden: UnsafePointer(rows.hidden.row(row)), outputs: rows.outputs, slopes: rows.values,
      gradients: gradients, hiddenGradient: rows.hiddenGradient?.row(row))
  }
}
