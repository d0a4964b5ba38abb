import LinearAlgebra
import NeuralNetworks

/// Vectors of users and items whose products say who takes what: a network for each side, learned from pairs of a user
/// and the item he took (Yi et al., "Sampling-bias-corrected neural modeling for large corpus item recommendations", 2019).
///
/// The items of a batch are each other's alternatives: of each user, the loss is −log of the softmax probability of his
/// item among them, an item's product lowered by the logarithm of how often it is taken, which makes up for popular items
/// being in more batches.
package final class TwoTowers {
  /// The length of a vector.
  package let dimension: Int
  private let users: Tower
  private let items: Tower

  /// Creates towers that know nothing.
  ///
  /// - Parameters:
  ///   - userFeatures: the length of a user's features.
  ///   - itemFeatures: the length of an item's features.
  ///   - dimension: the length of a vector.
  ///   - hidden: the width of each tower's hidden layer.
  ///   - batchSize: the number of pairs of a step.
  ///   - seed: decides the first weights.
  package init(
    userFeatures: Int, itemFeatures: Int, dimension: Int = 32, hidden: Int = 64, batchSize: Int = 256,
    seed: UInt64
  ) {
    self.dimension = dimension
    users = Tower(widths: [userFeatures, hidden, dimension], batchSize: batchSize, seed: seed, stream: 0)
    items = Tower(widths: [itemFeatures, hidden, dimension], batchSize: batchSize, seed: seed, stream: 1)
  }

  /// Learns from pairs.
  ///
  /// - Parameters:
  ///   - userRows: pairs × user features.
  ///   - taken: the item that each pair's user took.
  ///   - itemRows: items × item features.
  ///   - steps: how many batches.
  ///   - learningRate: Adam's first step size; it falls to a tenth.
  ///   - seed: decides the batches.
  package func train(
    userRows: MatrixView, taken: [Int], itemRows: MatrixView, steps: Int, learningRate: Float = 2e-3,
    seed: UInt64
  ) {
    precondition(
      !taken.isEmpty && userRows.rows == taken.count, "Each pair is a user's row and the item he took.")
    var counts = [Float](repeating: 0, count: itemRows.rows)
    for item in taken { counts[item] += 1 }
    let size = users.batchSize
    var stream = RandomStream(seed: seed, purpose: .replay)
    let products = Matrix(rows: size, columns: size)
    var batch = [Int](repeating: 0, count: size)
    for step in 0..<steps {
      let rate = learningRate * (1 - 0.9 * Float(step) / Float(steps))
      for row in 0..<size {
        let pair = stream.integer(below: taken.count)
        batch[row] = taken[pair]
        users.inputs.view.row(row).update(from: userRows.row(pair), count: userRows.columns)
        items.inputs.view.row(row).update(from: itemRows.row(batch[row]), count: itemRows.columns)
      }
      let (u, v) = (users.forward(), items.forward())
      multiply(u, transposed: false, v, transposed: true, into: products.view)
      for row in 0..<size {
        let cells = products.view.row(row)
        for column in 0..<size {
          // Another pair of the same item is no alternative.
          let isSame = column != row && batch[column] == batch[row]
          cells[column] = isSame ? -1e9 : cells[column] - ScalarKernels.log(counts[batch[column]])
        }
        subtractLogSum(cells, count: size)
        for column in 0..<size {
          cells[column] = (ScalarKernels.exp(cells[column]) - (column == row ? 1 : 0)) / Float(size)
        }
      }
      multiply(products.view, v, into: users.slopes.view)
      multiply(products.view, transposed: true, u, into: items.slopes.view)
      users.step(learningRate: rate)
      items.step(learningRate: rate)
    }
  }

  /// The vectors of users: rows × dimension.
  package func userVectors(_ rows: MatrixView) -> Matrix { users.outputs(rows) }
  /// The vectors of items: rows × dimension.
  package func itemVectors(_ rows: MatrixView) -> Matrix { items.outputs(rows) }
}

/// One side: a network, a batch's rows, and the gradients of their vectors.
private final class Tower {
  let inputs: Matrix
  let slopes: Matrix
  let batchSize: Int
  private let vectors: Matrix
  private let network: DenseNetwork
  private let descent: GradientDescent
  private let workspace: ForwardWorkspace

  init(widths: [Int], batchSize: Int, seed: UInt64, stream: Int) {
    self.batchSize = batchSize
    network = DenseNetwork(widths: widths, seed: seed, stream: stream)
    descent = GradientDescent(network: network, maximumGradientNorm: 10, maximumBatch: batchSize)
    workspace = network.workspace(maximumBatch: batchSize)
    inputs = Matrix(rows: batchSize, columns: network.inputs)
    slopes = Matrix(rows: batchSize, columns: network.outputs)
    vectors = Matrix(rows: batchSize, columns: network.outputs)
  }

  func forward() -> MatrixView {
    network.outputs(observations: inputs.view, into: vectors.view, workspace: workspace)
    return vectors.view
  }

  func step(learningRate: Float) {
    descent.optimizer.configuration.learningRate = learningRate
    descent.step(GivenSlopes(slopes: slopes.view), observations: inputs.view)
  }

  func outputs(_ rows: MatrixView) -> Matrix {
    let result = Matrix(rows: rows.rows, columns: network.outputs)
    for start in stride(from: 0, to: rows.rows, by: batchSize) {
      let range = start..<min(start + batchSize, rows.rows)
      network.outputs(observations: rows.rows(range), into: result.view.rows(range), workspace: workspace)
    }
    return result
  }
}

/// A loss of which only the gradient by each output is known.
private struct GivenSlopes: OutputLoss {
  let slopes: MatrixView

  func differentiate(_ rows: Range<Int>, outputs: MatrixView, gradients: MatrixView) -> SIMD4<Double> {
    for (row, place) in rows.enumerated() {
      gradients.row(row).update(from: slopes.row(place), count: slopes.columns)
    }
    return .zero
  }
}
