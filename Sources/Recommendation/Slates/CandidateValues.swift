import LinearAlgebra
import NeuralNetworks

/// The value of every candidate of many users, by one network that reads a user's and an item's columns.
package final class CandidateValues {
  /// The largest number of users at once.
  package let rows: Int
  private let layout: SlateLayout
  private let inputs: Matrix
  private let outputs: Matrix
  private var workspace: ForwardWorkspace?

  package init(_ layout: SlateLayout, rows: Int) {
    self.rows = rows
    self.layout = layout
    inputs = Matrix(rows: rows * layout.candidates, columns: layout.userColumns + layout.itemColumns)
    outputs = Matrix(rows: rows * layout.candidates, columns: 1)
  }

  /// Values the candidates of some observation rows.
  package func write(_ observations: MatrixView, by network: DenseNetwork) {
    precondition(observations.rows <= rows, "There is room for \(rows) users, not \(observations.rows).")
    let room = workspace ?? network.workspace(maximumBatch: inputs.rows)
    workspace = room
    let count = layout.candidates
    for row in 0..<observations.rows {
      for candidate in 0..<count {
        layout.gather(observations.row(row), candidate, into: inputs.view.row(row * count + candidate))
      }
    }
    let used = 0..<observations.rows * count
    network.outputs(observations: inputs.view.rows(used), into: outputs.view.rows(used), workspace: room)
  }

  /// The values of a user's candidates.
  package func row(_ index: Int) -> UnsafeMutablePointer<Float> {
    outputs.pointer + index * layout.candidates
  }
}

extension SlateLayout {
  /// Writes what a network reads of a user and one candidate.
  func gather(_ row: UnsafePointer<Float>, _ candidate: Int, into input: UnsafeMutablePointer<Float>) {
    input.update(from: row, count: userColumns)
    (input + userColumns).update(from: row + column(of: candidate), count: itemColumns)
  }
}

/// Half the squared error of slates' values, by the items of the slates: a row per slate and position.
final class SlateLoss: OutputLoss {
  /// Slates × positions rows of a user's and an item's columns.
  let inputs: Matrix
  /// What each slate's value should be.
  var targets: [Float]
  private let layout: SlateLayout
  private var slopes: [Float]
  private var errors: [Float]

  init(_ layout: SlateLayout, batchSize: Int) {
    self.layout = layout
    let rows = batchSize * layout.positions
    inputs = Matrix(rows: rows, columns: layout.userColumns + layout.itemColumns)
    targets = [Float](repeating: 0, count: batchSize)
    slopes = [Float](repeating: 0, count: rows)
    errors = [Float](repeating: 0, count: rows)
  }

  /// Sets a slate: its items' inputs, and the slopes of its error by their values.
  func write(
    row: Int, slate: UnsafePointer<Int32>, shares: UnsafePointer<Float>, values: UnsafePointer<Float>,
    observation: UnsafePointer<Float>
  ) {
    let positions = layout.positions
    let error = (0..<positions).reduce(-targets[row]) { $0 + shares[$1] * values[Int(slate[$1])] }
    for position in 0..<positions {
      let place = row * positions + position
      layout.gather(observation, Int(slate[position]), into: inputs.view.row(place))
      slopes[place] = shares[position] * error / Float(targets.count)
      errors[place] = position == 0 ? error : 0
    }
  }

  func differentiate(_ rows: Range<Int>, outputs: MatrixView, gradients: MatrixView) -> SIMD4<Double> {
    var loss = 0.0
    for (row, place) in rows.enumerated() {
      gradients[row, 0] = slopes[place]
      loss += Double(errors[place] * errors[place]) / 2
    }
    return SIMD4(loss, 0, 0, 0)
  }
}
