import LinearAlgebra

/// Double-DQN targets, Huber loss and the gradient of the head's outputs for the rows of one shard.
///
/// The online network picks the next action, the target network values it (van Hasselt, Guez and Silver, 2016). A
/// branching network's target is the mean over branches of the next action's values, and its loss the mean over
/// branches (Tavakoli, Pardo and Kormushev, 2018); an additive network has one value and one loss per transition.
struct TemporalDifference {
  let aggregation: Aggregation
  let branches: BranchTable
  let huberDelta: Float

  /// What a shard adds to the statistics of an update: sums over rows.
  struct Sums {
    var loss: Float = 0
    var value: Float = 0
  }

  /// Writes the gradient of the mean loss of `batch` by the head's raw outputs, and each row's absolute error.
  ///
  /// - Parameters:
  ///   - rows: the shard's rows of the batch.
  ///   - online: raw outputs of the online network for the states, a row per row of the shard; the others likewise.
  ///   - onlineNext: of the online network for the next states.
  ///   - targetNext: of the target network for the next states.
  ///   - gradient: where the gradient goes; may be the storage of `targetNext`.
  ///   - errors: batch: where absolute errors go (of a branching network: means over branches).
  func run(
    _ batch: TransitionBatch, rows: Range<Int>, online: MatrixView, onlineNext: MatrixView,
    targetNext: MatrixView, gradient: MatrixView, errors: UnsafeMutablePointer<Float>
  ) -> Sums {
    var sums = Sums()
    let share = 1 / Float(batch.count)
    for (row, index) in rows.enumerated() {
      let next = nextValue(
        onlineNext.row(row), targetNext.row(row), observation: batch.nextObservations.row(index),
        mask: batch.nextMask.map { $0 + index * branches.choiceCount })
      let target = batch.rewards[index] + batch.discounts[index] * next
      let weight = batch.weights?[index] ?? 1
      let actions = batch.actions + index * branches.count
      let output = UnsafePointer(online.row(row))
      let observation = UnsafePointer(batch.observations.row(index))
      var result: (loss: Float, value: Float, error: Float)
      switch aggregation {
      case .branching:
        result = branching(output, observation, actions, target, weight * share, gradient.row(row))
      case .additive:
        result = additive(output, observation, actions, target, weight * share, gradient.row(row))
      }
      sums.loss += weight * result.loss
      sums.value += result.value
      errors[index] = result.error
    }
    return sums
  }

  /// The value of the next state's greedy action: chosen by the online, valued by the target network.
  private func nextValue(
    _ online: UnsafePointer<Float>, _ target: UnsafePointer<Float>, observation: UnsafePointer<Float>,
    mask: UnsafePointer<UInt8>?
  ) -> Float {
    var advantages: Float = 0
    var start = 0
    for branch in 0..<branches.count {
      let size = branches.sizes[branch]
      var best = -1
      var bestScore = -Float.infinity
      for choice in start..<start + size where mask == nil || mask?[choice] != 0 {
        let score = online[1 + choice] + branches.prior(1 + choice, observation)
        if best < 0 { best = choice }
        if score > bestScore {
          best = choice
          bestScore = score
        }
      }
      precondition(best >= 0, "A mask must allow at least one choice of every branch.")
      advantages += target[1 + best] - branches.mean(of: target + 1 + start, size)
      advantages += branches.prior(1 + best, observation)
      start += size
    }
    if aggregation == .branching { advantages /= Float(branches.count) }
    return target[0] + branches.prior(0, observation) + advantages
  }

  /// The centred advantage and the prior's of the chosen choice of a branch.
  @inline(__always) private func chosenAdvantage(
    _ output: UnsafePointer<Float>, _ observation: UnsafePointer<Float>, start: Int, size: Int, action: Int32
  ) -> Float {
    precondition(action >= 0 && action < size, "An action must be one of its branch's \(size) choices.")
    let choice = 1 + start + Int(action)
    return output[choice] - branches.mean(of: output + 1 + start, size) + branches.prior(choice, observation)
  }

  /// One Huber loss per branch, their mean being the row's loss.
  private func branching(
    _ output: UnsafePointer<Float>, _ observation: UnsafePointer<Float>, _ actions: UnsafePointer<Int32>,
    _ target: Float, _ scale: Float, _ gradient: UnsafeMutablePointer<Float>
  ) -> (Float, Float, Float) {
    let state = output[0] + branches.prior(0, observation)
    let branchShare = 1 / Float(branches.count)
    var (loss, value, error, stateGradient) = (Float(0), Float(0), Float(0), Float(0))
    var start = 0
    for branch in 0..<branches.count {
      let size = branches.sizes[branch]
      let q = state + chosenAdvantage(output, observation, start: start, size: size, action: actions[branch])
      let difference = target - q
      loss += huber(difference) * branchShare
      value += q * branchShare
      error += abs(difference) * branchShare
      let slope = -clipped(difference) * branchShare * scale
      stateGradient += slope
      spread(slope, size: size, action: actions[branch], into: gradient + 1 + start)
      start += size
    }
    gradient[0] = stateGradient
    return (loss, value, error)
  }

  /// One Huber loss of the summed value.
  private func additive(
    _ output: UnsafePointer<Float>, _ observation: UnsafePointer<Float>, _ actions: UnsafePointer<Int32>,
    _ target: Float, _ scale: Float, _ gradient: UnsafeMutablePointer<Float>
  ) -> (Float, Float, Float) {
    var q = output[0] + branches.prior(0, observation)
    var start = 0
    for branch in 0..<branches.count {
      let size = branches.sizes[branch]
      q += chosenAdvantage(output, observation, start: start, size: size, action: actions[branch])
      start += size
    }
    let difference = target - q
    let slope = -clipped(difference) * scale
    gradient[0] = slope
    start = 0
    for branch in 0..<branches.count {
      let size = branches.sizes[branch]
      spread(slope, size: size, action: actions[branch], into: gradient + 1 + start)
      start += size
    }
    return (huber(difference), q, abs(difference))
  }

  /// Writes the gradient of a branch's raw advantages: the mean's share goes to every choice.
  @inline(__always) private func spread(
    _ slope: Float, size: Int, action: Int32, into gradient: UnsafeMutablePointer<Float>
  ) {
    gradient.update(repeating: -slope / Float(size), count: size)
    gradient[Int(action)] += slope
  }

  /// Huber's loss: quadratic up to δ, linear beyond.
  @inline(__always) private func huber(_ difference: Float) -> Float {
    let size = abs(difference)
    return size <= huberDelta ? 0.5 * size * size : huberDelta * (size - 0.5 * huberDelta)
  }

  /// The slope of Huber's loss. NaN stays, so that a broken update shows in its statistics.
  @inline(__always) private func clipped(_ difference: Float) -> Float {
    if difference > huberDelta { return huberDelta }
    if difference < -huberDelta { return -huberDelta }
    return difference
  }
}
