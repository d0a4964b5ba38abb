import LinearAlgebra
import NeuralNetworks

/// Some rows of a rollout side by side, as the losses read them.
final class ActorCriticBatch {
  private let rows: Matrix
  /// No columns where nothing is ever forbidden.
  private let masks: Matrix
  private let maskColumns: Range<Int>?
  private let head: CategoricalHead
  private let actions: Buffer<Int32>
  /// Three rows: log-probabilities, advantages, returns.
  private let numbers: Matrix

  init(capacity: Int, observationSize: Int, head: CategoricalHead, maskColumns: Range<Int>?) {
    rows = Matrix(rows: capacity, columns: observationSize)
    masks = Matrix(rows: capacity, columns: maskColumns?.count ?? 0)
    self.maskColumns = maskColumns
    self.head = head
    actions = Buffer(repeating: 0, count: capacity * head.branchCount)
    numbers = Matrix(rows: 3, columns: capacity)
    precondition(
      maskColumns.map { $0.count == head.choiceCount } ?? true,
      "A mask needs a column for each of \(head.choiceCount) choices.")
  }

  /// Copies rows of a rollout, observations normalised.
  func gather(
    _ rollout: Rollout, rows indexes: ArraySlice<Int32>, table: NormalizationTable, normalizesAdvantages: Bool
  ) {
    let count = indexes.count
    let observed = rollout.observations.view
    indexes.withUnsafeBufferPointer {
      table.normalize(
        observed.pointer, stride: observed.stride, indexes: $0.baseAddress, into: observations(count))
    }
    let view = numbers.view
    let branches = head.branchCount
    for (place, index) in indexes.enumerated() {
      let row = Int(index)
      (actions.pointer + place * branches).update(
        from: rollout.actions.pointer + row * branches, count: branches)
      view[0, place] = rollout.logProbabilities[row]
      view[1, place] = rollout.advantages[row]
      view[2, place] = rollout.returns[row]
    }
    if let maskColumns {
      for (place, index) in indexes.enumerated() {
        masks.view.row(place).update(
          from: observed.row(Int(index)) + maskColumns.lowerBound, count: maskColumns.count)
      }
    }
    if normalizesAdvantages { normalize(view.row(1), count) }
  }

  func observations(_ count: Int) -> MatrixView { rows.view.rows(0..<count) }

  func policyLoss(_ count: Int, clip: Float, entropy: Float) -> PolicyLoss {
    return PolicyLoss(
      head: head, actions: actions.pointer, logProbabilities: numbers.view.row(0),
      advantages: numbers.view.row(1), masks: maskColumns == nil ? nil : masks.view.rows(0..<count),
      count: count, clip: clip, entropy: entropy)
  }

  func valueLoss(_ count: Int) -> ValueLoss { ValueLoss(targets: numbers.view.row(2), count: count) }

  /// Brings numbers to mean 0 and deviation 1; equal ones to 0.
  private func normalize(_ values: UnsafeMutablePointer<Float>, _ count: Int) {
    var (sum, squares) = (0.0, 0.0)
    for index in 0..<count { sum += Double(values[index]) }
    let mean = sum / Double(count)
    for index in 0..<count { squares += (Double(values[index]) - mean) * (Double(values[index]) - mean) }
    let deviation = (squares / Double(count)).squareRoot() + 1e-8
    for index in 0..<count { values[index] = Float((Double(values[index]) - mean) / deviation) }
  }
}
