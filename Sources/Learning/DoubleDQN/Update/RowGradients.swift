import CKernels
import LinearAlgebra
import NeuralNetworks

/// The gradients of a wide head, of which a batch chooses few outputs: a row per chosen output, and nothing for the rest.
final class RowGradients: @unchecked Sendable {
  private let branchCount: Int
  /// Chosen outputs × head inputs.
  private let weights: Matrix
  /// Chosen outputs.
  private let biases: Matrix
  /// The chosen outputs in order of appearance.
  private let chosen: Buffer<Int32>
  /// Per output its place among the chosen, or -1.
  private let places: Buffer<Int32>
  private var count = 0

  /// Makes room for the batches of up to `maximumBatch` transitions.
  init(shape: NetworkShape, inputs: Int, maximumBatch: Int) {
    branchCount = shape.headSizes.count
    let capacity = min(maximumBatch * branchCount, shape.valueCount)
    weights = Matrix(rows: capacity, columns: inputs)
    biases = Matrix(rows: 1, columns: capacity)
    chosen = Buffer(repeating: 0, count: capacity)
    places = Buffer(repeating: -1, count: shape.outputCount)
  }

  /// Adds the outer products of slopes and inputs of some rows, one after the other.
  ///
  /// - Parameters:
  ///   - hidden: rows × head inputs: what the head read.
  ///   - outputs: rows × branches: the chosen outputs.
  ///   - slopes: rows × (1 + branches): the loss's slopes by the state value, which is left out, and by the outputs.
  func add(hidden: MatrixView, outputs: UnsafePointer<Int32>, slopes: MatrixView) {
    for row in 0..<hidden.rows {
      for branch in 0..<branchCount {
        let place = place(of: outputs[row * branchCount + branch])
        let slope = slopes[row, 1 + branch]
        biases[0, place] += slope
        addScaled(slope, hidden.row(row), to: weights.view.row(place), count: hidden.columns)
      }
    }
  }

  private func place(of output: Int32) -> Int {
    if places.pointer[Int(output)] >= 0 { return Int(places.pointer[Int(output)]) }
    let place = count
    count += 1
    chosen.pointer[place] = output
    places.pointer[Int(output)] = Int32(truncatingIfNeeded: place)
    biases[0, place] = 0
    weights.view.row(place).update(repeating: 0, count: weights.columns)
    return place
  }

  /// Forgets everything.
  func clear() {
    for place in 0..<count { places.pointer[Int(chosen.pointer[place])] = -1 }
    count = 0
  }

  /// The sum of all squared gradients.
  var sumOfSquares: Double {
    ck_sum_squares(weights.pointer, count * weights.columns) + ck_sum_squares(biases.pointer, count)
  }

  /// The gradients of an output's weights and of its bias; nil where they are 0.
  @inline(__always) func row(_ output: Int) -> (weights: UnsafePointer<Float>, bias: UnsafePointer<Float>)? {
    let place = Int(places.pointer[output])
    return place < 0
      ? nil
      : (UnsafePointer(weights.pointer + place * weights.columns), UnsafePointer(biases.pointer + place))
  }

  /// The end of the run of outputs without gradients that begins at `output`, at most `limit`.
  @inline(__always) func endOfGap(from output: Int, limit: Int) -> Int {
    var end = output
    while end < limit && places.pointer[end] < 0 { end += 1 }
    return end
  }
}
