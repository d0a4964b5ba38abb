import CKernels
import LinearAlgebra
import NeuralNetworks

/// The quantile Huber loss of the returns of the actions taken.
///
/// The returns of the next state's best action, as the target network has them, are what the quantiles of the action
/// taken are regressed on (Dabney, Rowland, Bellemare and Munos, 2018, algorithm 1). With several branches a branching
/// network's targets are, quantile by quantile, the mean over branches, and every branch has a loss of its own; an additive
/// network's quantiles are the sums of its branches': branches are taken to be lucky together. All outputs of the head
/// are needed, so these are plain products.
final class QuantileValueLoss: ActionValueLoss, @unchecked Sendable {
  private let network: BranchingNetwork
  private let target: BranchingNetwork
  private let isDouble: Bool
  /// The number of quantiles of a choice.
  private let count: Int
  /// The branches as who acts sees them, a number per choice.
  private let branches: BranchTable
  private let aggregation: Aggregation
  /// κ: where the loss turns from quadratic to linear.
  private let kappa: Float
  private let workspaces: [Workspace]
  let gradientCount: Int

  /// Makes room for shards of up to `capacity` rows.
  ///
  /// - Parameters:
  ///   - network: the network whose outputs are quantiles.
  ///   - acting: the network that scores choices by them.
  init(
    network: BranchingNetwork, target: BranchingNetwork, acting: BranchingNetwork,
    regression: QuantileRegression, isDouble: Bool, huberDelta: Float, shards: Int, capacity: Int
  ) {
    self.network = network
    self.target = target
    self.isDouble = isDouble
    count = regression.count
    branches = acting.branches
    aggregation = acting.shape.aggregation
    kappa = huberDelta
    gradientCount = network.shape.parameterCount
    workspaces = (0..<shards).map { _ in Workspace(regression, shape: acting.shape, capacity: capacity) }
  }

  func prepare(pool: WorkerPool?) {}

  func differentiate(
    _ batch: TransitionBatch, rows range: Range<Int>, shard: Int, trunk: TrunkPass,
    gradients: UnsafeMutablePointer<Float>, errors: UnsafeMutablePointer<Float>
  ) -> LossSums {
    let (workspace, size) = (workspaces[shard], range.count)
    let outputs = workspace.outputs.view.rows(0..<size)
    let nextOutputs = workspace.outputs.view.rows(size..<2 * size)
    let targetOutputs = workspace.targetOutputs.view.rows(0..<size)
    run(network, on: trunk.hidden, into: outputs)
    run(target, on: trunk.targetHidden, into: targetOutputs)
    if isDouble { run(network, on: trunk.nextHidden, into: nextOutputs) }
    let sums = regress(
      batch, range: range, nextOutputs: isDouble ? nextOutputs : targetOutputs, workspace: workspace,
      errors: errors)
    parameterGradients(network.head, outputGradient: outputs, input: trunk.hidden, gradients: gradients)
    if let slopes = trunk.slopes {
      multiply(outputs, network.head.weights(in: network.parameters.pointer), into: slopes)
    }
    return sums
  }

  /// All outputs of a head.
  private func run(_ network: BranchingNetwork, on hidden: MatrixView, into outputs: MatrixView) {
    forward(
      network.head, parameters: network.parameters.pointer, input: hidden, output: outputs, rectified: false)
  }

  /// Learns from the rows of a shard, whose outputs stand in the workspace and give way to the slopes of the batch's mean loss.
  ///
  /// - Parameters:
  ///   - range: the shard's rows of the batch.
  ///   - nextOutputs: the outputs for the next states of the network that picks the next action.
  ///   - errors: batch: where absolute errors of expected returns go (of a branching network: means over branches).
  private func regress(
    _ batch: TransitionBatch, range: Range<Int>, nextOutputs: MatrixView, workspace: Workspace,
    errors: UnsafeMutablePointer<Float>
  ) -> LossSums {
    var sums = LossSums()
    let groups = aggregation == .branching ? branches.count : 1
    let groupSize = branches.count / groups
    for row in 0..<range.count {
      let index = range.lowerBound + row
      let next = batch.nextObservations.row(index)
      choose(nextOutputs.row(row), batch, index, workspace)
      write(
        workspace.targetOutputs.view.row(row), of: workspace.picks, in: 0..<branches.count,
        share: 1 / Float(groups),
        observation: next, into: workspace.targets)
      var expected: Float = 0
      for quantile in 0..<count {
        workspace.targets[quantile] =
          batch.rewards[index] + batch.discounts[index] * workspace.targets[quantile]
        expected += workspace.targets[quantile]
      }
      let actions = batch.actions + index * branches.count
      let outputs = workspace.outputs.view.row(row)
      let weight = batch.weights?[index] ?? 1
      let scale = weight / Float(batch.count * groups)
      var (loss, value, error, stateSlope) = (Float(0), Float(0), Float(0), Float(0))
      for group in 0..<groups {
        let members = group * groupSize..<(group + 1) * groupSize
        write(
          outputs, of: actions, in: members, share: 1, observation: batch.observations.row(index),
          into: workspace.quantiles)
        var mean: Float = 0
        for quantile in 0..<count { mean += workspace.quantiles[quantile] }
        loss += ck_quantile_huber(
          workspace.quantiles, workspace.targets, count, kappa, workspace.slopes, workspace.losses)
        value += mean
        error += abs(expected - mean)
        var slope: Float = 0
        for quantile in 0..<count {
          workspace.slopes[quantile] *= scale
          slope += workspace.slopes[quantile]
        }
        for branch in members {
          spread(workspace.slopes, sum: slope, over: outputs, actions[branch], of: branch)
        }
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
    _ outputs: UnsafePointer<Float>, _ batch: TransitionBatch, _ index: Int, _ workspace: Workspace
  ) {
    let observation = batch.nextObservations.row(index)
    for choice in 0..<branches.valueCount {
      workspace.scores[choice] =
        dot(outputs + 1 + choice * count, workspace.weights, count: count)
        + branches.prior(1 + choice, observation)
    }
    workspace.greedy.pick(
      workspace.scores, mask: branches.mask(observation), limits: batch.nextLimits, index,
      into: workspace.picks)
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
        action >= 0 && action < branches.sizes.pointer[branch],
        "An action must be one of its branch's choices.")
      let chosen = outputs + first(action, of: branch)
      let summand =
        branches.prior(branches.starts.pointer[branch] + action, observation) - mean(outputs, of: branch)
      for quantile in 0..<count { quantiles[quantile] += share * (chosen[quantile] + summand) }
    }
  }

  /// Replaces a branch's outputs by the slopes by them: what the quantiles of the chosen gain, the mean takes from all.
  private func spread(
    _ slopes: UnsafePointer<Float>, sum: Float, over outputs: UnsafeMutablePointer<Float>, _ action: Int32,
    of branch: Int
  ) {
    let width = branches.sizes.pointer[branch] * count
    let all = branches.isDueling ? -sum / Float(width) : 0
    (outputs + first(0, of: branch)).update(repeating: all, count: width)
    let chosen = outputs + first(Int(action), of: branch)
    for quantile in 0..<count { chosen[quantile] += slopes[quantile] }
  }

  /// What is taken off the quantiles of a branch.
  private func mean(_ outputs: UnsafePointer<Float>, of branch: Int) -> Float {
    guard branches.isDueling else { return 0 }
    return branches.mean(of: outputs + first(0, of: branch), branches.sizes.pointer[branch] * count)
  }

  /// The output of the lowest quantile of a choice.
  private func first(_ choice: Int, of branch: Int) -> Int {
    1 + (branches.starts.pointer[branch] - 1 + choice) * count
  }

  /// What one shard writes.
  private final class Workspace {
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
    private let numbers: Buffer<Float>
    private let choices: Buffer<Int32>

    /// Makes room for `capacity` rows of a network that learns quantiles of the choices of a shape.
    init(_ regression: QuantileRegression, shape: NetworkShape, capacity: Int) {
      let (width, count) = (shape.quantiles(regression.count).outputCount, regression.count)
      outputs = Matrix(rows: 2 * capacity, columns: width)
      targetOutputs = Matrix(rows: capacity, columns: width)
      numbers = Buffer(regression.weights + [Float](repeating: 0, count: 4 * count + shape.valueCount))
      choices = Buffer(repeating: 0, count: shape.branchCount)
      weights = numbers.pointer
      targets = weights + count
      quantiles = targets + count
      slopes = quantiles + count
      losses = slopes + count
      scores = losses + count
      greedy = GreedyChoice(shape: shape)
      picks = choices.pointer
    }
  }
}
