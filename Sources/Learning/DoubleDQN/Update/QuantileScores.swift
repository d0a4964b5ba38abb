import LinearAlgebra
import NeuralNetworks

/// The network that scores choices as a network of quantiles does: the same trunk under a head in which every choice has
/// the weighted sum of the rows of its quantiles.
///
/// Scores are linear in the quantiles and those are in what the head reads, so nothing is lost: this is what acts and
/// what is exported. With a risk below 1, the values of a branching network's single branches differ from the scores by
/// constants (as those of `duelingParameterValues` do), which changes no choice and no value of a whole action.
final class QuantileScores {
  /// The network that scores.
  let network: BranchingNetwork
  private let source: BranchingNetwork
  private let count: Int
  /// What each quantile counts in a score.
  private let weights: Matrix
  /// What it counts there beyond its share in the expectation.
  private let excess: Matrix

  init(of source: BranchingNetwork, shape: NetworkShape, regression: QuantileRegression) {
    self.source = source
    count = regression.count
    network = BranchingNetwork(shape: shape, parameters: Array(repeating: 0, count: shape.parameterCount))
    weights = Matrix(rows: 1, columns: count, regression.weights)
    excess = Matrix(rows: 1, columns: count, regression.weights.map { $0 - 1 / Float(regression.count) })
    refresh()
  }

  /// Takes over the source's parameters as they are now.
  func refresh() { withOneBLASThread { refreshAlone() } }

  private func refreshAlone() {
    let (head, wide) = (network.head, source.head)
    let (to, from) = (network.parameters.pointer, source.parameters.pointer)
    to.update(from: from, count: head.weights)
    let inputs = head.inputs
    (to + head.weights).update(from: from + wide.weights, count: inputs)
    to[head.biases] = from[wide.biases]
    let branches = network.branches
    let groups = network.shape.aggregation == .branching ? Float(branches.count) : 1
    for branch in 0..<branches.count {
      let share = 1 / (groups * Float(branches.sizes.pointer[branch]))
      for choice in branches.starts.pointer[branch]..<branches.starts.pointer[branch]
        + branches.sizes.pointer[branch]
      {
        let first = 1 + (choice - 1) * count
        let rows = MatrixView(
          pointer: from + wide.weights + first * inputs, rows: count, columns: inputs, stride: inputs)
        let biases = from + wide.biases + first
        multiply(rows, transposed: true, vector: weights.pointer, into: to + head.weights + choice * inputs)
        to[head.biases + choice] = dot(biases, weights.pointer, count: count)
        guard network.shape.isDueling else { continue }
        // The mean that a plain dueling head takes off is that of scores; the state value gets back what it should not.
        multiply(
          rows, transposed: true, vector: excess.pointer, into: to + head.weights, alpha: share, beta: 1)
        to[head.biases] += share * dot(biases, excess.pointer, count: count)
      }
    }
    network.parametersChanged()
  }
}
