import ReferenceNetworks
import AllocationCounting
import LinearAlgebra
import NeuralNetworks
import Testing

@Suite struct GradientDescentTests {
  /// Mean over the batch of Σ_j c_j y_j² / 2 + y_0 y_1, whose gradient is known.
  struct Quadratic: OutputLoss {
    let count: Int
    let curvatures: [Double] = [1, 2, 0.5]

    func differentiate(_ rows: Range<Int>, outputs: MatrixView, gradients: MatrixView) -> SIMD4<Double> {
      var sum = 0.0
      for row in 0..<rows.count {
        let y = (0..<3).map { Double(outputs[row, $0]) }
        sum += (0..<3).reduce(0) { $0 + curvatures[$1] * y[$1] * y[$1] / 2 } + y[0] * y[1]
        for column in 0..<3 {
          let slope = curvatures[column] * y[column] + (column == 0 ? y[1] : column == 1 ? y[0] : 0)
          gradients[row, column] = Float(slope / Double(count))
        }
      }
      return SIMD4(sum / Double(count), Double(rows.count), 0, 0)
    }
  }

  @Test(arguments: [1, 70, 200]) func gradientsAreFiniteDifferences(batch: Int) {
    let widths = [4, 7, 5, 3]
    var numbers = Numbers(state: 9)
    let parameters = numbers.signed(DenseNetwork.parameterCount(widths))
    let rows = Matrix(rows: batch, columns: 4, numbers.signed(4 * batch))
    let network = DenseNetwork(widths: widths, parameters: parameters)
    let descent = GradientDescent(network: network, maximumBatch: 256)
    let (sums, _) = descent.step(Quadratic(count: batch), observations: rows.view)
    #expect(sums[1] == Double(batch))
    let gradients = descent.gradientValues
    let base = parameters.map(Double.init)
    #expect(abs(sums[0] - reference(widths, base, rows)) < 1e-5 * max(1, sums[0]))
    for index in base.indices {
      var moved = base
      moved[index] += 1e-6
      let above = reference(widths, moved, rows)
      moved[index] -= 2e-6
      let slope = (above - reference(widths, moved, rows)) / 2e-6
      #expect(abs(Double(gradients[index]) - slope) < 2e-4 * max(1, abs(slope)), "parameter \(index)")
    }
  }

  @Test func stepsDoNotDependOnThreads() {
    let results = [1, 3].map { threads in
      let network = DenseNetwork(widths: [4, 32, 3], seed: 5)
      let descent = GradientDescent(
        network: network, maximumGradientNorm: 0.5, maximumBatch: 600, pool: WorkerPool(threads: threads))
      var numbers = Numbers(state: 2)
      let rows = Matrix(rows: 600, columns: 4, numbers.signed(2400))
      for _ in 0..<5 { descent.step(Quadratic(count: 600), observations: rows.view) }
      return network.parameterValues
    }
    #expect(results[0] == results[1])
    #expect(results[0] != DenseNetwork(widths: [4, 32, 3], seed: 5).parameterValues)
  }

  @Test func networksOfOneSeedDiffer() {
    #expect(
      DenseNetwork(widths: [2, 2], seed: 1).parameterValues
        != DenseNetwork(widths: [2, 2], seed: 1, stream: 1).parameterValues)
  }

  /// The loss in double precision, one row and one unit at a time.
  private func reference(_ widths: [Int], _ parameters: [Double], _ rows: borrowing Matrix) -> Double {
    let curvatures = Quadratic(count: 1).curvatures
    var sum = 0.0
    for row in 0..<rows.rows {
      var values = (0..<rows.columns).map { Double(rows[row, $0]) }
      var offset = 0
      for layer in 1..<widths.count {
        let (inputs, outputs) = (widths[layer - 1], widths[layer])
        values = (0..<outputs).map { output in
          let bias = parameters[offset + inputs * outputs + output]
          let net = (0..<inputs).reduce(bias) { $0 + parameters[offset + output * inputs + $1] * values[$1] }
          return layer < widths.count - 1 ? max(0, net) : net
        }
        offset += (inputs + 1) * outputs
      }
      sum += (0..<3).reduce(0) { $0 + curvatures[$1] * values[$1] * values[$1] / 2 } + values[0] * values[1]
    }
    return sum / Double(rows.rows)
  }
}
