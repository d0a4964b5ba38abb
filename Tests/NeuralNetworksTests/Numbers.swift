import Environments
import LinearAlgebra
import NeuralNetworks

/// The linear congruential numbers that `Golden/make_golden.py` draws too, all exact in single precision.
struct Numbers {
  var state: UInt64

  mutating func word() -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(state >> 48)
  }

  mutating func signed(_ count: Int) -> [Float] { (0..<count).map { _ in Float(word() - 32768) / 32768 } }

  mutating func below(_ limit: Int) -> Int { word() % limit }
}

/// The arrays behind a `TransitionBatch`.
final class Transitions {
  let observations: Matrix
  let nextObservations: Matrix
  let rewards: Matrix
  let discounts: Matrix
  let weights: Matrix?
  let actions: UnsafeMutablePointer<Int32>
  private var isPaired = false
  private let spendColumns: SpendColumns?

  /// Draws transitions in the order of `make_golden.py`.
  init(_ shape: NetworkShape, count: Int, weighted: Bool, from numbers: inout Numbers) {
    let width = shape.observationSize
    spendColumns = shape.layout.spend
    observations = Matrix(rows: count, columns: width, numbers.signed(count * width))
    nextObservations = Matrix(rows: count, columns: width, numbers.signed(count * width))
    actions = .allocate(capacity: count * shape.branchCount)
    for index in 0..<count * shape.branchCount {
      actions[index] = Int32(numbers.below(shape.branchSizes[index % shape.branchCount]))
    }
    rewards = Matrix(rows: 1, columns: count, numbers.signed(count).map { 4 * $0 })
    discounts = Matrix(rows: 1, columns: count, (0..<count).map { _ in numbers.below(8) == 0 ? 0 : 0.9375 })
    weights = weighted ? Matrix(rows: 1, columns: count, numbers.signed(count).map { $0 + 1 }) : nil
  }

  deinit { actions.deallocate() }

  /// Sets the mask of all next states, whose columns begin at `start`.
  func allow(_ mask: [Float], from start: Int) {
    for row in 0..<nextObservations.rows {
      for (index, value) in mask.enumerated() { nextObservations[row, start + index] = value }
    }
  }

  /// Lets rows 2i + 1 start from the states of rows 2i.
  func pair() {
    isPaired = true
    for row in stride(from: 1, to: observations.rows, by: 2) {
      observations.view.row(row).update(from: observations.view.row(row - 1), count: observations.columns)
    }
  }

  var batch: TransitionBatch {
    let weights: UnsafePointer<Float>? =
      switch self.weights {
      case .some(let weights): UnsafePointer(weights.pointer)
      case .none: nil
      }
    return TransitionBatch(
      observations: observations.view, actions: actions,
      rewards: rewards.pointer, discounts: discounts.pointer, nextObservations: nextObservations.view,
      weights: weights, nextLimits: spendColumns?.limits(nextObservations.view), paired: isPaired)
  }

  /// Updates once; the arrays live at least as long.
  func teach(_ update: DoubleQUpdate) -> UpdateStatistics {
    withExtendedLifetime(self) { update.update(batch) }
  }
}
