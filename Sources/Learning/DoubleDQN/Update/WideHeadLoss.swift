import LinearAlgebra
import NeuralNetworks

/// The loss of expected returns of a head so wide, as that of joint actions is, that a batch chooses few of its outputs:
/// gradients are kept for these rows alone, so that 2^20 joint actions cost little memory beyond parameters, target and
/// moments.
final class WideHeadLoss: ActionValueLoss, @unchecked Sendable {
  private let expected: ExpectedValueLoss
  private let rows: RowGradients
  private let isSparse: Bool
  var gradientCount: Int { expected.gradientCount }

  /// - Parameters:
  ///   - expected: the loss, which keeps no gradients of the head.
  ///   - maximumBatch: the largest number of transitions of an update.
  ///   - isSparse: whether outputs without gradients stay as they are; else their moments decay, and the moments move
  ///     them.
  init(_ expected: ExpectedValueLoss, maximumBatch: Int, isSparse: Bool) {
    self.expected = expected
    self.isSparse = isSparse
    rows = RowGradients(
      shape: expected.network.shape, inputs: expected.network.head.inputs, maximumBatch: maximumBatch)
  }

  func prepare(pool: WorkerPool?) { expected.prepare(pool: pool) }

  func differentiate(
    _ batch: TransitionBatch, rows range: Range<Int>, shard: Int, trunk: TrunkPass,
    gradients: UnsafeMutablePointer<Float>, errors: UnsafeMutablePointer<Float>
  ) -> LossSums {
    expected.differentiate(
      batch, rows: range, shard: shard, trunk: trunk, gradients: gradients, errors: errors)
  }

  func sumApart(_ batch: TransitionBatch, shards: Int, trunks: [TrunkPass]) -> Double {
    rows.clear()
    for shard in 0..<shards {
      rows.add(
        hidden: trunks[shard].hidden, outputs: expected.workspaces[shard].outputs.pointer,
        slopes: expected.workspaces[shard].values.view)
    }
    return rows.sumOfSquares
  }

  func stepApart(_ step: OptimizerStep, pool: WorkerPool) {
    let task = RowStepTask(head: expected.network.head, step: step, rows: rows, isSparse: isSparse)
    pool.run(task.chunkCount, task)
  }

  var gradientsApart: [Float] {
    let head = expected.network.head
    var values = [Float](repeating: 0, count: head.parameterCount)
    for output in 0..<head.outputs {
      guard let row = rows.row(output) else { continue }
      for input in 0..<head.inputs { values[output * head.inputs + input] = row.weights[input] }
      values[head.outputs * head.inputs + output] = row.bias[0]
    }
    return values
  }
}

/// The optimizer's step and the target network's for a chunk of a wide head's outputs.
private struct RowStepTask: ParallelTask {
  let head: DenseLayer
  let step: OptimizerStep
  let rows: RowGradients
  let isSparse: Bool

  /// Outputs per chunk.
  private static let chunkSize = 64

  var chunkCount: Int { (head.outputs + Self.chunkSize - 1) / Self.chunkSize }

  func run(_ chunk: Int) {
    let end = min((chunk + 1) * Self.chunkSize, head.outputs)
    var output = chunk * Self.chunkSize
    while output < end {
      if let gradients = rows.row(output) {
        let block = ParameterBlock(layer: head, outputs: output..<output + 1)
        step.move(block.weights, gradients: gradients.weights)
        step.move(block.biases, gradients: gradients.bias)
        output += 1
      } else {
        let gap = ParameterBlock(layer: head, outputs: output..<rows.endOfGap(from: output, limit: end))
        if isSparse {
          step.follow(gap.weights)
          step.follow(gap.biases)
        } else {
          step.move(gap.weights, gradients: nil)
          step.move(gap.biases, gradients: nil)
        }
        output = gap.outputs.upperBound
      }
    }
  }
}
