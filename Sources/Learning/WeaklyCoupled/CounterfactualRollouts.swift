import LinearAlgebra
import NeuralNetworks

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension WeaklyCoupledDQN {
  /// A policy improved by what rollouts say of single deviations from it, if that gains in whole episodes.
  ///
  /// Targets that bootstrap cannot see what a level teaches: a forecast is a martingale, expected to stay as it is whatever will
  /// be learned. A rollout can: in one step of an episode one channel plays another level, and the policy goes on from there
  /// to the end, with the same luck. The difference of both episodes' gains is a sample of the policy's own advantage,
  /// without bias and with most of the noise gone (rollout policy iteration; Lagoudakis and Parr, 2003; Bertsekas, 2020). What
  /// differences are beyond the policy's own scores is regressed on the last hidden layer, times the level and its square,
  /// and added to the last layer's weights of gains: all, a half or nothing of it, whichever gains most.
  ///
  /// - Parameters:
  ///   - lane: the first lane of fresh episodes; moves behind them.
  ///   - onProgress: takes the share that is done and the mean gain of episodes without deviations, and says whether to go on.
  /// - Returns: the policy as it was where the rollouts were stopped.
  func improvedByRollouts(
    _ policy: WeaklyCoupledPolicy, lane: inout Int, onProgress: (Double, Double) -> TrainingDirective
  ) -> WeaklyCoupledPolicy {
    let lanes = CounterfactualRollouts.lanes
    let blocks = max(2, configuration.rollouts / (lanes * CounterfactualRollouts.deviations))
    let rollouts = CounterfactualRollouts(blocks: blocks, features: policy.shape.hidden.last ?? 0)
    for firstBlock in stride(from: 0, to: blocks, by: 8) {
      let (first, count) = (lane, min(8, blocks - firstBlock))
      let gains = pool.map(count) { block in
        let start = first + block * lanes
        return roll(out: policy, lanes: start..<start + lanes, into: rollouts, block: firstBlock + block)
      }
      lane += count * lanes
      let gain = gains.reduce(0, +) / Double(count)
      guard onProgress(Double(firstBlock + count) / Double(blocks), gain) == .proceed else { return policy }
    }
    guard let fit = rollouts.regressed() else { return policy }
    let candidates = [0, 0.5, 1].map { share in
      policy.addingToGains(slope: fit.slope.map { share * $0 }, curvature: fit.curvature.map { share * $0 })
    }
    return candidates[scores(candidates, lane: &lane, blocks: 4 * searchedBlocks).firstIndexOfMaximum]
  }

  /// Plays some lanes once as the policy plays them and some times with a deviation in each.
  ///
  /// - Returns: the mean gain of the episodes without deviations.
  private func roll(
    out policy: WeaklyCoupledPolicy, lanes: Range<Int>, into rollouts: CounterfactualRollouts, block: Int
  ) -> Double {
    let (count, channels) = (lanes.count, environment.channelCount)
    let columns = shape.columns
    var random = RandomStream(seed: seed, purpose: .exploration, lane: lanes.lowerBound)
    var deviations = (0..<count * CounterfactualRollouts.deviations).map { _ in
      CounterfactualRollouts.Deviation(
        step: random.integer(below: environment.steps), channel: random.integer(below: channels),
        change: [-2, -1, 1, 2][random.integer(below: 4)])
    }
    let inputs = Matrix(rows: deviations.count, columns: shape.widths[0])
    let scores = Matrix(rows: count * channels, columns: columns.levels)
    let first = block * deviations.count
    let own = BudgetedPlay(environment, policy: policy, lanes: lanes, seed: seed)
    own.playEpisode { step in
      guard deviations.contains(where: { $0.step == step }) else { return }
      own.runner.scores(rows: own.rows.view, money: own.money, into: scores.view)
      for index in deviations.indices where deviations[index].step == step {
        let lane = index % count
        let place = lane * channels + deviations[index].channel
        let row = own.rows.view.row(place)
        let level = Int(own.levels[place])
        let other = min(max(level + deviations[index].change, 0), columns.levels - 1)
        guard row[columns.gains.lowerBound + other] > ChannelColumns.closed / 2 else { continue }
        deviations[index].level = other
        shape.writeInput(
          row, relativePrice: shape.relativePrice(row, logPrice: own.runner.playedLogPrices[lane]),
          into: inputs.view.row(index))
        let (from, to) = (Float(level) / Float(columns.levels), Float(other) / Float(columns.levels))
        rollouts.scales[first + index] = exp(row[columns[.gainUnit]]) * row[columns[.traffic]]
        rollouts.slopes[first + index] = to - from
        rollouts.curvatures[first + index] = to * to - from * from
        rollouts.differences[first + index] = -(scores[place, other] - scores[place, level])
      }
    }
    policy.writeFeatures(of: inputs.view, into: rollouts.features.view.rows(first..<first + deviations.count))
    for turn in 0..<CounterfactualRollouts.deviations {
      let turns = turn * count..<(turn + 1) * count
      let other = BudgetedPlay(environment, policy: policy, lanes: lanes, seed: seed)
      other.playEpisode { step in
        for index in turns where deviations[index].step == step {
          guard let level = deviations[index].level else { continue }
          other.levels[index % count * channels + deviations[index].channel] = Int32(level)
        }
      }
      for index in turns where deviations[index].level != nil {
        rollouts.differences[first + index] += Float(other.gains[index % count] - own.gains[index % count])
      }
    }
    return own.gains.reduce(0, +) / Double(count)
  }
}

/// Deviations from a policy, and what they brought beyond the policy's own scores.
final class CounterfactualRollouts {
  /// The lanes of a block.
  static let lanes = 64
  /// The deviations of each lane of a block, each in an episode of its own.
  static let deviations = 7

  /// One step of one channel at another level.
  struct Deviation {
    let step, channel, change: Int
    /// The level played instead; nil where there is none so far from the policy's.
    var level: Int?
  }

  /// Rollouts × features of the network's last hidden layer.
  let features: Matrix
  /// A row of columns, one per rollout, each: gain units times traffic; the change of the level, of its square; the difference. All 0
  /// where nothing was changed.
  private let columns: Matrix
  var scales: UnsafeMutablePointer<Float> { columns.pointer }
  var slopes: UnsafeMutablePointer<Float> { columns.view.row(1) }
  var curvatures: UnsafeMutablePointer<Float> { columns.view.row(2) }
  var differences: UnsafeMutablePointer<Float> { columns.view.row(3) }

  init(blocks: Int, features: Int) {
    let count = blocks * Self.lanes * Self.deviations
    self.features = Matrix(rows: count, columns: features)
    columns = Matrix(rows: 4, columns: count)
  }

  /// How many rollouts there are.
  var count: Int { features.rows }

  /// The weights of the features that say most of rollouts that they were not fitted to; nil where nothing does.
  ///
  /// One half of the rollouts is fitted with penalties of five sizes, the other judges them; then all are fitted with the best.
  func regressed() -> (slope: [Float], curvature: [Float])? {
    let width = 2 * features.columns
    let design = Matrix(rows: count, columns: width)
    for row in 0..<count {
      let (slope, curvature) = (scales[row] * slopes[row], scales[row] * curvatures[row])
      for feature in 0..<features.columns {
        design[row, feature] = slope * features[row, feature]
        design[row, features.columns + feature] = curvature * features[row, feature]
      }
    }
    func normalEquations(of rows: Range<Int>) -> NormalEquations {
      NormalEquations(
        design.view.rows(rows),
        MatrixView(pointer: differences + rows.lowerBound, rows: rows.count, columns: 1, stride: 1))
    }
    let half = count / 2
    let fitted = normalEquations(of: 0..<half)
    /// What is left of squared differences in the second half, over what there is.
    func error(_ weights: [Float]) -> Double {
      var (left, all) = (0.0, 0.0)
      for row in half..<count {
        var predicted: Float = 0
        for index in 0..<width { predicted += weights[index] * design[row, index] }
        left += Double((differences[row] - predicted) * (differences[row] - predicted))
        all += Double(differences[row] * differences[row])
      }
      return all > 0 ? left / all : 1
    }
    var best: (error: Double, penalty: Float) = (1, 0)
    for penalty: Float in [0.01, 0.1, 1, 10, 100] {
      guard let weights = fitted.weights(penalty: penalty) else { continue }
      let error = error(weights)
      if error < best.error { best = (error, penalty) }
    }
    guard best.error < 1, let weights = normalEquations(of: 0..<count).weights(penalty: best.penalty) else {
      return nil
    }
    return (Array(weights[..<features.columns]), Array(weights[features.columns...]))
  }
}

/// What a regression with any ridge penalty is solved from.
private struct NormalEquations: ~Copyable {
  private let products, sums: Matrix

  /// Sums up rows of features and their targets.
  init(_ rows: MatrixView, _ targets: MatrixView) {
    products = Matrix(rows: rows.columns, columns: rows.columns)
    sums = Matrix(rows: rows.columns, columns: 1)
    multiply(rows, transposed: true, rows, into: products.view)
    multiply(rows, transposed: true, targets, into: sums.view)
  }

  /// The weights under a penalty in mean squares of the features; nil where there are none.
  func weights(penalty: Float) -> [Float]? {
    let matrix = Matrix(copying: products.view)
    let trace = (0..<matrix.rows).reduce(Float(0)) { $0 + products[$1, $1] }
    for index in 0..<matrix.rows { matrix[index, index] += penalty * trace / Float(matrix.rows) + 1e-12 }
    return (try? CholeskyFactor(matrix.view))?.solve(sums.view).elements
  }
}

extension WeaklyCoupledPolicy {
  /// The last hidden layer of input rows.
  func writeFeatures(of inputs: MatrixView, into features: MatrixView) {
    let widths = Array(shape.widths.dropLast())
    let trunk = DenseNetwork(
      widths: widths, parameters: Array(weights.prefix(DenseNetwork.parameterCount(widths))))
    trunk.outputs(observations: inputs, into: features, workspace: trunk.workspace(maximumBatch: inputs.rows))
    for row in 0..<features.rows {
      for column in 0..<features.columns { features.row(row)[column] = max(features.row(row)[column], 0) }
    }
  }

  /// The same policy, whose network adds a line and a parabola in the level to gains, each linear in the last hidden layer.
  func addingToGains(slope: [Float], curvature: [Float]) -> WeaklyCoupledPolicy {
    var weights = weights
    let (features, levels) = (slope.count, shape.columns.levels)
    let first = weights.count - (features + 1) * (2 * levels + 1)
    for level in 0..<levels {
      let part = Float(level) / Float(levels)
      for feature in 0..<features {
        weights[first + level * features + feature] +=
          part * slope[feature] + part * part * curvature[feature]
      }
    }
    return with(weights, schedules)
  }
}
