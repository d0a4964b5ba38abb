import LinearAlgebra
import Learning
import NeuralNetworks
import Environments
import ReferenceNetworks

/// The arrays behind a `TransitionBatch`.
final class Transitions {
  let observations: Matrix
  let nextObservations: Matrix
  let rewards: Matrix
  let discounts: Matrix
  let weights: Matrix?
  let actions: Buffer<Int32>
  private var isPaired = false
  private let spendColumns: SpendColumns?

  /// Draws transitions in the order of `make_golden.py`.
  init(_ shape: NetworkShape, count: Int, weighted: Bool, from numbers: inout Numbers) {
    let width = shape.observationSize
    spendColumns = shape.layout.spend
    observations = Matrix(rows: count, columns: width, numbers.signed(count * width))
    nextObservations = Matrix(rows: count, columns: width, numbers.signed(count * width))
    actions = Buffer(count: count * shape.branchCount) {
      Int32(numbers.below(shape.branchSizes[$0 % shape.branchCount]))
    }
    rewards = Matrix(rows: 1, columns: count, numbers.signed(count).map { 4 * $0 })
    discounts = Matrix(rows: 1, columns: count, (0..<count).map { _ in numbers.below(8) == 0 ? 0 : 0.9375 })
    weights = weighted ? Matrix(rows: 1, columns: count, numbers.signed(count).map { $0 + 1 }) : nil
  }

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
      observations: observations.view, actions: actions.pointer,
      rewards: rewards.pointer, discounts: discounts.pointer, nextObservations: nextObservations.view,
      weights: weights, nextLimits: spendColumns?.limits(nextObservations.view), paired: isPaired)
  }

  /// Updates once; the arrays live at least as long.
  func teach(_ update: DoubleQUpdate) -> UpdateStatistics {
    withExtendedLifetime(self) { update.update(batch) }
  }
}

/// What the arrays of a batch hold, row by row, in double precision.
struct ReferenceTransition {
  let observation: [Double]
  let action: [Int]
  let reward: Double
  let discount: Double
  let nextObservation: [Double]
  let weight: Double

  init(_ transitions: Transitions, row: Int, shape: NetworkShape) {
    let width = shape.observationSize
    observation = (0..<width).map { Double(transitions.observations[row, $0]) }
    nextObservation = (0..<width).map { Double(transitions.nextObservations[row, $0]) }
    action = (0..<shape.branchCount).map { Int(transitions.actions[row * shape.branchCount + $0]) }
    reward = Double(transitions.rewards[0, row])
    discount = Double(transitions.discounts[0, row])
    weight = transitions.batch.weights.map { Double($0[row]) } ?? 1
  }

  /// r + discount · the target network's value of the online network's choice.
  func target(online: ReferenceNetwork, target: ReferenceNetwork) -> Double {
    let action = online.greedy(nextObservation)
    return reward + discount * target.value(nextObservation, action)
  }
}
