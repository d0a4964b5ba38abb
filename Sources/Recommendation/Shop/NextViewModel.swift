import LinearAlgebra
import NeuralNetworks

/// What a visitor will view next, given what he viewed: a network with a softmax over products, learned from views alone.
///
/// Views are many and clicks few, so that tastes are learned from views, and of clicks only how they follow tastes.
public final class NextViewModel {
  /// The number of products.
  public let products: Int
  private let network: DenseNetwork

  /// Learns from a log.
  ///
  /// - Parameters:
  ///   - log: the log.
  ///   - hidden: the width of the hidden layer.
  ///   - epochs: how often each view is read.
  ///   - seed: decides the first weights and the order of views.
  package init(_ log: ShopLog, hidden: Int = 64, epochs: Int = 10, seed: UInt64) {
    products = log.products
    network = DenseNetwork(widths: [log.columns, hidden, products], seed: seed, outputGain: 0.01)
    let batchSize = 128
    let descent = GradientDescent(
      network: network, optimizer: Adam.Configuration(learningRate: 1e-3), maximumGradientNorm: 10,
      maximumBatch: batchSize)
    guard log.views.count > 0 else { return }
    let batch = Matrix(rows: batchSize, columns: log.columns)
    let loss = SoftmaxLoss(rows: batchSize)
    var stream = RandomStream(seed: seed, purpose: .replay)
    let updates = max(1, epochs * log.views.count / batchSize)
    for update in 0..<updates {
      descent.optimizer.configuration.learningRate = 1e-3 * (1 - 0.9 * Float(update) / Float(updates))
      for row in 0..<batchSize {
        let drawn = stream.integer(below: log.views.count)
        for column in 0..<log.columns {
          batch[row, column] = log.viewHistories[drawn * log.columns + column]
        }
        loss.classes[row] = log.views[drawn]
      }
      descent.step(loss, observations: batch.view)
    }
  }

  /// The logarithm of each product's probability to be viewed next: rows × products.
  public func logProbabilities(_ histories: MatrixView) -> Matrix {
    let outputs = Matrix(rows: histories.rows, columns: products)
    guard histories.rows > 0 else { return outputs }
    network.outputs(
      observations: histories, into: outputs.view, workspace: network.workspace(maximumBatch: histories.rows))
    for row in 0..<outputs.rows { subtractLogSum(outputs.view.row(row), count: products) }
    return outputs
  }
}

/// Takes the logarithm of the sum of exponentials off each element.
func subtractLogSum(_ x: UnsafeMutablePointer<Float>, count: Int) {
  var largest = -Float.infinity
  for index in 0..<count { largest = max(largest, x[index]) }
  var sum: Float = 0
  for index in 0..<count { sum += ScalarKernels.exp(x[index] - largest) }
  let logSum = largest + ScalarKernels.log(sum)
  for index in 0..<count { x[index] -= logSum }
}

/// −log of the softmax probability of each row's class.
final class SoftmaxLoss: OutputLoss {
  /// The class of each row of the batch.
  var classes: [Int]

  init(rows: Int) { classes = [Int](repeating: 0, count: rows) }

  func differentiate(_ rows: Range<Int>, outputs: MatrixView, gradients: MatrixView) -> SIMD4<Double> {
    var loss = 0.0
    for (row, place) in rows.enumerated() {
      let slopes = gradients.row(row)
      slopes.update(from: outputs.row(row), count: outputs.columns)
      subtractLogSum(slopes, count: outputs.columns)
      loss -= Double(slopes[classes[place]])
      for column in 0..<outputs.columns {
        let probability = ScalarKernels.exp(slopes[column])
        slopes[column] = (probability - (column == classes[place] ? 1 : 0)) / Float(classes.count)
      }
    }
    return SIMD4(loss, 0, 0, 0)
  }
}
