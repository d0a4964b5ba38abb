import LinearAlgebra

/// Double-DQN targets, Huber loss and the head's gradients for the rows of one shard.
///
/// The online network picks the next action (in plain DQN the target network does: Mnih et al., 2015), the target
/// network values it (van Hasselt, Guez and Silver, 2016). A
/// branching network's target is the mean over branches of the next action's values, and its loss the mean over
/// branches (Tavakoli, Pardo and Kormushev, 2018); additive and joint networks have one value and one loss per transition.
/// Under a spend cap, the next action is the best within the next state's budget.
struct TemporalDifference {
  let aggregation: Aggregation
  let huberDelta: Float
  let branches: BranchTable
  let online: BranchMeans
  let target: BranchMeans

  /// What a shard adds to the statistics of an update: sums over rows.
  struct Sums {
    var loss: Float = 0
    var value: Float = 0
  }

  /// What a shard reads and writes, a row per row of the shard.
  struct Rows {
    /// What the head reads in the online network for the states.
    let hidden: MatrixView
    /// What the head reads in the target network for the next states.
    let nextHidden: MatrixView
    /// Rows × branches: the outputs of the next states' greedy actions.
    let nextOutputs: UnsafePointer<Int32>
    /// Where the gradient by `hidden` goes; may be the storage of `nextHidden`. Nil where nothing lies below the head.
    let hiddenGradient: MatrixView?
    /// Rows × branches: where the outputs of the actions taken go.
    let outputs: UnsafeMutablePointer<Int32>
    /// Rows × (1 + branches): the state value and each branch's advantage, which give way to their slopes.
    let values: MatrixView
  }

  /// Adds the head's gradients of the mean loss of a batch, advantages not yet centred.
  ///
  /// - Parameters:
  ///   - range: the shard's rows of the batch.
  ///   - gradients: the flat buffer of gradients, zero in the head's part; nil leaves the head's out.
  ///   - errors: batch: where absolute errors go (of a branching network: means over branches).
  func run(
    _ batch: TransitionBatch, range: Range<Int>, rows: Rows, gradients: UnsafeMutablePointer<Float>?,
    errors: UnsafeMutablePointer<Float>
  ) -> Sums {
    if batch.paired {
      return runPairs(batch, range: range, rows: rows, gradients: gradients, errors: errors)
    }
    var sums = Sums()
    let share = 1 / Float(batch.count)
    for row in 0..<range.count {
      let index = range.lowerBound + row
      let target = evaluate(batch, index, row, rows)
      let weight = batch.weights?[index] ?? 1
      let values = rows.values.row(row)
      let result =
        switch aggregation {
        case .branching: branching(values, target: target, scale: weight * share)
        case .additive, .joint: additive(values, target: target, scale: weight * share)
        }
      push(row, rows, gradients: gradients)
      sums.loss += weight * result.loss
      sums.value += result.value
      errors[index] = result.error
    }
    return sums
  }

  /// The target of a row; its state value and the advantages of its action go to `rows.values`.
  @inline(__always) func evaluate(
    _ batch: TransitionBatch, _ index: Int, _ row: Int, _ rows: Rows
  ) -> Float {
    let values = rows.values.row(row)
    let outputs = rows.outputs + row * branches.count
    let next = nextValue(
      hidden: rows.nextHidden.row(row), outputs: rows.nextOutputs + row * branches.count,
      observation: batch.nextObservations.row(index))
    choose(batch.actions + index * branches.actionCount, into: outputs)
    online.values(hidden: rows.hidden.row(row), outputs: outputs, into: values)
    addPrior(batch.observations.row(index), outputs: outputs, to: values)
    return batch.rewards[index] + batch.discounts[index] * next
  }

  /// Carries a row's slopes, which have taken the place of its values, into the head and below.
  @inline(__always) func push(_ row: Int, _ rows: Rows, gradients: UnsafeMutablePointer<Float>?) {
    online.backward(
      hidden: rows.hidden.row(row), outputs: rows.outputs + row * branches.count,
      slopes: rows.values.row(row), gradients: gradients, hiddenGradient: rows.hiddenGradient?.row(row))
  }

  /// The value of the next state's greedy action, in the target network.
  @inline(__always) private func nextValue(
    hidden: UnsafePointer<Float>, outputs: UnsafePointer<Int32>, observation: UnsafePointer<Float>
  ) -> Float {
    let value = target.total(hidden: hidden, outputs: outputs)
    guard branches.priorStart != nil else { return value }
    var sum: Float = 0
    for branch in 0..<branches.count { sum += branches.prior(Int(outputs[branch]), observation) }
    return value + branches.prior(0, observation)
      + (aggregation == .branching ? sum / Float(branches.count) : sum)
  }

  /// Turns the choice of each branch into the place of its output.
  @inline(__always) private func choose(
    _ actions: UnsafePointer<Int32>, into outputs: UnsafeMutablePointer<Int32>
  ) {
    if let joint = branches.joint {
      outputs[0] = Int32(truncatingIfNeeded: branches.starts[0] + joint.index(of: actions))
      return
    }
    for branch in 0..<branches.count {
      let action = Int(actions[branch])
      let size = branches.sizes[branch]
      precondition(action >= 0 && action < size, "An action must be one of its branch's choices.")
      outputs[branch] = Int32(truncatingIfNeeded: branches.starts[branch] + action)
    }
  }

  /// Adds the prior of the state and of the chosen outputs.
  @inline(__always) private func addPrior(
    _ observation: UnsafePointer<Float>, outputs: UnsafePointer<Int32>, to values: UnsafeMutablePointer<Float>
  ) {
    guard branches.priorStart != nil else { return }
    values[0] += branches.prior(0, observation)
    for branch in 0..<branches.count {
      values[1 + branch] += branches.prior(Int(outputs[branch]), observation)
    }
  }

  /// One Huber loss per branch, their mean being the row's loss; values give way to their slopes.
  @inline(__always) private func branching(
    _ values: UnsafeMutablePointer<Float>, target: Float, scale: Float
  ) -> (loss: Float, value: Float, error: Float) {
    let state = values[0]
    let share = 1 / Float(branches.count)
    var (loss, value, error, slopes) = (Float(0), Float(0), Float(0), Float(0))
    for branch in 1...branches.count {
      let q = state + values[branch]
      let difference = target - q
      loss += huber(difference)
      value += q
      error += abs(difference)
      let slope = -clipped(difference) * (share * scale)
      values[branch] = slope
      slopes += slope
    }
    values[0] = slopes
    return (loss * share, value * share, error * share)
  }

  /// One Huber loss of the summed value; values give way to their slopes, which are all the same.
  @inline(__always) private func additive(
    _ values: UnsafeMutablePointer<Float>, target: Float, scale: Float
  ) -> (loss: Float, value: Float, error: Float) {
    var q: Float = 0
    for part in 0...branches.count { q += values[part] }
    let difference = target - q
    let slope = -clipped(difference) * scale
    for part in 0...branches.count { values[part] = slope }
    return (huber(difference), q, abs(difference))
  }

  /// Huber's loss: quadratic up to δ, linear beyond.
  @inline(__always) func huber(_ difference: Float) -> Float {
    let size = abs(difference)
    return size <= huberDelta ? 0.5 * size * size : huberDelta * (size - 0.5 * huberDelta)
  }

  /// The slope of Huber's loss. NaN stays, so that a broken update shows in its statistics.
  @inline(__always) func clipped(_ difference: Float) -> Float {
    if difference > huberDelta { return huberDelta }
    if difference < -huberDelta { return -huberDelta }
    return difference
  }
}
