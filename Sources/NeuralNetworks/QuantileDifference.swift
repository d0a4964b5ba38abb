import CKernels
import LinearAlgebra

/// Targets, quantile Huber loss and slopes of the head's outputs for the rows of one shard.
///
/// The returns of the next state's best action, as the target network has them, are what the quantiles of the action
/// taken are regressed on (Dabney, Rowland, Bellemare and Munos, 2018, algorithm 1). With several branches a branching
/// network's targets are, quantile by quantile, the mean over branches, and every branch has a loss of its own; an additive
/// network's quantiles are the sums of its branches': branches are taken to be lucky together.
struct QuantileDifference {
  /// The number of quantiles of a choice.
  let count: Int
  /// The branches as who acts sees them, a number per choice.
  let branches: BranchTable
  let aggregation: Aggregation
  /// κ: where the loss turns from quadratic to linear.
  let kappa: Float

  /// Learns from the rows of a shard, whose outputs stand in the room and give way to the slopes of the batch's mean loss.
  ///
  /// - Parameters:
  ///   - range: the shard's rows of the batch.
  ///   - nextOutputs: the outputs for the next states of the network that picks the next action.
  ///   - errors: batch: where absolute errors of expected returns go (of a branching network: means over branches).
  func run(
    _ batch: TransitionBatch, range: Range<Int>, nextOutputs: MatrixView, room: QuantileRoom,
    errors: UnsafeMutablePointer<Float>
  ) -> TemporalDifference.Sums {
    var sums = TemporalDifference.Sums()
    let groups = aggregation == .branching ? branches.count : 1
    let groupSize = branches.count / groups
    for row in 0..<range.count {
      let index = range.lowerBound + row
      let next = batch.nextObservations.row(index)
      choose(nextOutputs.row(row), batch, index, room)
      write(
        room.targetOutputs.view.row(row), of: room.picks, in: 0..<branches.count, share: 1 / Float(groups),
        observation: next, into: room.targets)
      var expected: Float = 0
      for quantile in 0..<count {
        room.targets[quantile] = batch.rewards[index] + batch.discounts[index] * room.targets[quantile]
        expected += room.targets[quantile]
      }
      let actions = batch.actions + index * branches.count
      let outputs = room.outputs.view.row(row)
      let weight = batch.weights?[index] ?? 1
      let scale = weight / Float(batch.count * groups)
      var (loss, value, error, stateSlope) = (Float(0), Float(0), Float(0), Float(0))
      for group in 0..<groups {
        let members = group * groupSize..<(group + 1) * groupSize
        write(
          outputs, of: actions, in: members, share: 1, observation: batch.observations.row(index),
          into: room.quantiles)
        var mean: Float = 0
        for quantile in 0..<count { mean += room.quantiles[quantile] }
        loss += ck_quantile_huber(room.quantiles, room.targets, count, kappa, room.slopes, room.losses)
        value += mean
        error += abs(expected - mean)
        var slope: Float = 0
        for quantile in 0..<count {
          room.slopes[quantile] *= scale
          slope += room.slopes[quantile]
        }
        for branch in members { spread(room.slopes, sum: slope, over: outputs, actions[branch], of: branch) }
        stateSlope += slope
      }
      // Every group reads the state value, so its slope comes last. Without dueling it is no part of the values.
      outputs[0] = branches.isDueling ? stateSlope : 0
      sums.loss += weight * loss / Float(groups)
      sums.value += value / Float(count * groups)
      errors[index] = error / Float(count * groups)
    }
    return sums
  }

  /// Picks the best allowed next action by the scores of its quantiles.
  private func choose(
    _ outputs: UnsafePointer<Float>, _ batch: TransitionBatch, _ index: Int, _ room: QuantileRoom
  ) {
    let observation = batch.nextObservations.row(index)
    for choice in 0..<branches.valueCount {
      room.scores[choice] =
        dot(outputs + 1 + choice * count, room.weights, count: count)
        + branches.prior(1 + choice, observation)
    }
    room.greedy.pick(
      room.scores, mask: branches.mask(observation), limits: batch.nextLimits, index, into: room.picks)
  }

  /// Writes the state value plus `share` times the sum over some branches of the quantiles of their chosen advantages.
  private func write(
    _ outputs: UnsafePointer<Float>, of actions: UnsafePointer<Int32>, in members: Range<Int>, share: Float,
    observation: UnsafePointer<Float>, into quantiles: UnsafeMutablePointer<Float>
  ) {
    let state = (branches.isDueling ? outputs[0] : 0) + branches.prior(0, observation)
    for quantile in 0..<count { quantiles[quantile] = state }
    for branch in members {
      let action = Int(actions[branch])
      precondition(
        action >= 0 && action < branches.sizes[branch], "An action must be one of its branch's choices.")
      let chosen = outputs + first(action, of: branch)
      let summand = branches.prior(branches.starts[branch] + action, observation) - mean(outputs, of: branch)
      for quantile in 0..<count { quantiles[quantile] += share * (chosen[quantile] + summand) }
    }
  }

  /// Replaces a branch's outputs by the slopes by them: what the quantiles of the chosen gain, the mean takes from all.
  private func spread(
    _ slopes: UnsafePointer<Float>, sum: Float, over outputs: UnsafeMutablePointer<Float>, _ action: Int32,
    of branch: Int
  ) {
    let width = branches.sizes[branch] * count
    let all = branches.isDueling ? -sum / Float(width) : 0
    (outputs + first(0, of: branch)).update(repeating: all, count: width)
    let chosen = outputs + first(Int(action), of: branch)
    for quantile in 0..<count { chosen[quantile] += slopes[quantile] }
  }

  /// What is taken off the quantiles of a branch.
  private func mean(_ outputs: UnsafePointer<Float>, of branch: Int) -> Float {
    guard branches.isDueling else { return 0 }
    return branches.mean(of: outputs + first(0, of: branch), branches.sizes[branch] * count)
  }

  /// The output of the lowest quantile of a choice.
  private func first(_ choice: Int, of branch: Int) -> Int {
    1 + (branches.starts[branch] - 1 + choice) * count
  }
}

/// What one shard of a quantile update writes beside activations and gradients.
final class QuantileRoom {
  /// Twice the shard's rows × outputs: the online network's outputs for the states, then for the next states.
  let outputs: Matrix
  /// Rows × outputs: the target network's outputs for the next states.
  let targetOutputs: Matrix
  /// What each quantile counts in a score.
  let weights: UnsafeMutablePointer<Float>
  /// A number per quantile each.
  let targets, quantiles, slopes, losses: UnsafeMutablePointer<Float>
  /// A number per choice.
  let scores: UnsafeMutablePointer<Float>
  /// Picks the next action.
  let greedy: GreedyChoice
  /// The next action.
  let picks: UnsafeMutablePointer<Int32>

  /// Makes room for `capacity` rows of a network that learns quantiles of the choices of a shape.
  init(_ regression: QuantileRegression, shape: NetworkShape, capacity: Int) {
    let width = shape.quantiles(regression.count).outputCount
    outputs = Matrix(rows: 2 * capacity, columns: width)
    targetOutputs = Matrix(rows: capacity, columns: width)
    weights = .allocate(capacity: regression.count)
    weights.initialize(from: regression.weights, count: regression.count)
    targets = .allocate(capacity: regression.count)
    quantiles = .allocate(capacity: regression.count)
    slopes = .allocate(capacity: regression.count)
    losses = .allocate(capacity: regression.count)
    scores = .allocate(capacity: shape.valueCount)
    greedy = GreedyChoice(shape: shape)
    picks = .allocate(capacity: shape.branchCount)
  }

  deinit {
    for room in [weights, targets, quantiles, slopes, losses, scores] { room.deallocate() }
    picks.deallocate()
  }
}
