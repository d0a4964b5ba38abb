import LinearAlgebra
import NeuralNetworks

/// Huber's loss of expected returns: y = r + γ Q(s', argmax Q(s', ·; θ); θ⁻) against Q(s, a; θ).
///
/// The online network picks the next action (in plain DQN the target network does: Mnih et al., 2015), the target
/// network values it (van Hasselt, Guez and Silver, 2016). A branching network's target is the mean over branches of the
/// next action's values, and its loss the mean over branches (Tavakoli, Pardo and Kormushev, 2018); additive and joint
/// networks have one value and one loss per transition. Under a spend cap, the next action is the best within the next
/// state's budget.
///
/// Only the choice of the next action needs every output of the head; all else costs one product of rows per branch,
/// however many choices it has.
final class ExpectedValueLoss: ActionValueLoss, @unchecked Sendable {
  let network: BranchingNetwork
  let target: BranchingNetwork
  let aggregation: Aggregation
  let isDouble: Bool
  let huber: HuberLoss
  let branches: BranchTable
  let gradientCount: Int
  private let means: BranchMeans
  private let targetMeans: BranchMeans
  let workspaces: [Workspace]

  /// What one shard writes.
  final class Workspace {
    /// Finds the next action.
    let search: GreedySearch
    /// Rows × branches: the outputs of the actions taken.
    let outputs: Buffer<Int32>
    /// Rows × (1 + branches): the state value and each branch's advantage, which give way to the loss's slopes by them.
    let values: Matrix
    /// Room for one row of the head's weights.
    let scratch: Matrix

    init(shape: NetworkShape, inputs: Int, capacity: Int) {
      search = GreedySearch(shape: shape, rows: capacity)
      outputs = Buffer(repeating: 0, count: capacity * shape.headSizes.count)
      values = Matrix(rows: capacity, columns: 1 + shape.headSizes.count)
      scratch = Matrix(rows: 1, columns: inputs)
    }
  }

  /// Makes room for shards of up to `capacity` rows.
  ///
  /// - Parameter keepsHeadGradients: whether the head's gradients go to the flat buffer, and not elsewhere.
  init(
    network: BranchingNetwork, target: BranchingNetwork, isDouble: Bool, huberDelta: Float, shards: Int,
    capacity: Int, keepsHeadGradients: Bool = true
  ) {
    self.network = network
    self.target = target
    self.isDouble = isDouble
    huber = HuberLoss(delta: huberDelta)
    aggregation = network.shape.aggregation
    branches = network.branches
    gradientCount = keepsHeadGradients ? network.shape.parameterCount : network.head.weights
    means = BranchMeans(of: network)
    targetMeans = BranchMeans(of: target)
    workspaces = (0..<shards).map { _ in
      Workspace(shape: network.shape, inputs: network.head.inputs, capacity: capacity)
    }
  }

  func prepare(pool: WorkerPool?) {
    guard branches.isDueling else { return }
    let task = MeansTask(online: means, target: targetMeans)
    if let pool {
      pool.run(2 * branches.count, task)
    } else {
      for index in 0..<2 * branches.count { task.run(index) }
    }
    targetMeans.refreshTotal()
  }

  func differentiate(
    _ batch: TransitionBatch, rows range: Range<Int>, shard: Int, trunk: TrunkPass,
    gradients: UnsafeMutablePointer<Float>, errors: UnsafeMutablePointer<Float>
  ) -> LossSums {
    let workspace = workspaces[shard]
    // a' = argmax Q(s', ·)
    let nextOutputs = workspace.search.outputs(
      of: isDouble ? network : target, hidden: trunk.nextHidden,
      observations: batch.nextObservations.rows(range), limits: batch.nextLimits?.rows(range))
    let keepsHead = gradientCount > network.head.weights
    if keepsHead {
      (gradients + network.head.weights).update(repeating: 0, count: network.head.parameterCount)
    }
    let rows = Rows(
      range: range, hidden: trunk.hidden, targetHidden: trunk.targetHidden, slopes: trunk.slopes,
      nextOutputs: nextOutputs, outputs: workspace.outputs.pointer,
      values: workspace.values.view, gradients: keepsHead ? gradients : nil)
    let sums =
      batch.paired ? pairs(batch, rows, errors: errors) : transitions(batch, rows, errors: errors)
    if keepsHead { means.centre(gradients: gradients, scratch: workspace.scratch.pointer) }
    return sums
  }

  /// What the rows of a shard read and write.
  struct Rows {
    let range: Range<Int>
    /// What the heads read, and where the gradient by it goes; see `TrunkPass`.
    let hidden: MatrixView
    let targetHidden: MatrixView
    let slopes: MatrixView?
    /// Rows × branches: the outputs of the next states' greedy actions.
    let nextOutputs: UnsafePointer<Int32>
    let outputs: UnsafeMutablePointer<Int32>
    let values: MatrixView
    /// The flat buffer of gradients, zero in the head's part; nil leaves the head's out.
    let gradients: UnsafeMutablePointer<Float>?
  }

  /// Adds the head's gradients of the mean loss of a batch, advantages not yet centred.
  private func transitions(
    _ batch: TransitionBatch, _ rows: Rows, errors: UnsafeMutablePointer<Float>
  ) -> LossSums {
    var sums = LossSums()
    let share = 1 / Float(batch.count)
    for row in 0..<rows.range.count {
      let index = rows.range.lowerBound + row
      let target = evaluate(batch, row, rows)
      let weight = batch.weights?[index] ?? 1
      let values = rows.values.row(row)
      let result =
        switch aggregation {
        case .branching: branching(values, target: target, scale: weight * share)
        case .additive, .joint: additive(values, target: target, scale: weight * share)
        }
      push(row, rows)
      sums.loss += weight * result.loss
      sums.value += result.value
      errors[index] = result.error
    }
    return sums
  }

  /// The target y of a row; the state value and the advantages of its action go to `rows.values`.
  @inline(__always) func evaluate(_ batch: TransitionBatch, _ row: Int, _ rows: Rows) -> Float {
    let index = rows.range.lowerBound + row
    let values = rows.values.row(row)
    let outputs = rows.outputs + row * branches.count
    let next = nextValue(
      hidden: rows.targetHidden.row(row), outputs: rows.nextOutputs + row * branches.count,
      observation: batch.nextObservations.row(index))
    choose(batch.actions + index * branches.actionCount, into: outputs)
    means.values(hidden: rows.hidden.row(row), outputs: outputs, into: values)
    addPrior(batch.observations.row(index), outputs: outputs, to: values)
    return batch.rewards[index] + batch.discounts[index] * next
  }

  /// Carries a row's slopes, which have taken the place of its values, into the head and below.
  @inline(__always) func push(_ row: Int, _ rows: Rows) {
    means.backward(
      hidden: rows.hidden.row(row), outputs: rows.outputs + row * branches.count,
      slopes: rows.values.row(row), gradients: rows.gradients, hiddenGradient: rows.slopes?.row(row))
  }

  /// Q(s', a'; θ⁻).
  @inline(__always) private func nextValue(
    hidden: UnsafePointer<Float>, outputs: UnsafePointer<Int32>, observation: UnsafePointer<Float>
  ) -> Float {
    let value = targetMeans.total(hidden: hidden, outputs: outputs)
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
      outputs[0] = Int32(truncatingIfNeeded: branches.starts.pointer[0] + joint.index(of: actions))
      return
    }
    for branch in 0..<branches.count {
      let action = Int(actions[branch])
      precondition(
        action >= 0 && action < branches.sizes.pointer[branch],
        "An action must be one of its branch's choices.")
      outputs[branch] = Int32(truncatingIfNeeded: branches.starts.pointer[branch] + action)
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
      let slope = -huber.slope(difference) * (share * scale)
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
    let slope = -huber.slope(difference) * scale
    for part in 0...branches.count { values[part] = slope }
    return (huber(difference), q, abs(difference))
  }
}

/// Before an update: the means of each branch of both networks.
private struct MeansTask: ParallelTask {
  let online: BranchMeans
  let target: BranchMeans

  func run(_ index: Int) {
    let (branch, turn) = index.quotientAndRemainder(dividingBy: 2)
    if turn == 0 { online.refresh(branch) } else { target.refresh(branch) }
  }
}
