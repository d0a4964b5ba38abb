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
    /// The raw outputs for the next states of the network that picks the next action.
    let nextOutputs: MatrixView
    /// Where the gradient by `hidden` goes; may be the storage of `nextHidden`. Nil where nothing lies below the head.
    let hiddenGradient: MatrixView?
    /// Picks the next action from its raw outputs.
    let greedy: GreedyChoice
    /// Room for one output index per branch of actions.
    let outputs: UnsafeMutablePointer<Int32>
    /// Room for one state value and one advantage per branch.
    let values: UnsafeMutablePointer<Float>
  }

  /// Adds the head's gradients of the mean loss of a batch, advantages not yet centred.
  ///
  /// - Parameters:
  ///   - range: the shard's rows of the batch.
  ///   - gradients: the flat buffer of gradients, zero in the head's part.
  ///   - errors: batch: where absolute errors go (of a branching network: means over branches).
  func run(
    _ batch: TransitionBatch, range: Range<Int>, rows: Rows, gradients: UnsafeMutablePointer<Float>,
    errors: UnsafeMutablePointer<Float>
  ) -> Sums {
    if batch.paired {
      return runPairs(batch, range: range, rows: rows, gradients: gradients, errors: errors)
    }
    var sums = Sums()
    let share = 1 / Float(batch.count)
    for row in 0..<range.count {
      let index = range.lowerBound + row
      let target = batch.rewards[index] + batch.discounts[index] * nextValue(batch, index, row, rows)
      choose(batch.actions + index * branches.actionCount, into: rows.outputs)
      let hidden = UnsafePointer(rows.hidden.row(row))
      online.values(hidden: hidden, outputs: rows.outputs, into: rows.values)
      addPrior(batch.observations.row(index), outputs: rows.outputs, to: rows.values)
      let weight = batch.weights?[index] ?? 1
      let result =
        switch aggregation {
        case .branching: branching(rows.values, target: target, scale: weight * share)
        case .additive, .joint: additive(rows.values, target: target, scale: weight * share)
        }
      online.backward(
        hidden: hidden, outputs: rows.outputs, slopes: rows.values, gradients: gradients,
        hiddenGradient: rows.hiddenGradient?.row(row))
      sums.loss += weight * result.loss
      sums.value += result.value
      errors[index] = result.error
    }
    return sums
  }

  /// The value of the next state's greedy action: chosen by the one, valued by the target network.
  @inline(__always) func nextValue(
    _ batch: TransitionBatch, _ index: Int, _ row: Int, _ rows: Rows
  ) -> Float {
    let observation = batch.nextObservations.row(index)
    let scores = rows.nextOutputs.row(row)
    if branches.priorStart != nil {
      for output in 1...branches.valueCount { scores[output] += branches.prior(output, observation) }
    }
    rows.greedy.pick(
      scores + 1, mask: branches.mask(observation), limits: batch.nextLimits, index, into: rows.outputs)
    for branch in 0..<branches.count {
      rows.outputs[branch] += Int32(truncatingIfNeeded: branches.starts[branch])
    }
    target.values(hidden: rows.nextHidden.row(row), outputs: rows.outputs, into: rows.values)
    addPrior(observation, outputs: rows.outputs, to: rows.values)
    var sum: Float = 0
    for branch in 1...branches.count { sum += rows.values[branch] }
    return rows.values[0] + (aggregation == .branching ? sum / Float(branches.count) : sum)
  }

  /// Turns the choice of each branch into the place of its output.
  @inline(__always) func choose(
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
  @inline(__always) func addPrior(
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
