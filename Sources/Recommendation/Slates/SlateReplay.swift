import LinearAlgebra

/// A ring of slates shown and what they led to, and a batch drawn from it.
final class SlateReplay {
  /// Batch: rows acted on.
  private(set) var observations: Matrix
  /// Batch: rows reached.
  private(set) var next: Matrix
  /// Batch × positions.
  private(set) var slates: [Int32] = []
  /// Batch.
  private(set) var rewards: [Float] = []
  /// Batch.
  private(set) var isTerminal: [Bool] = []

  private let positions: Int
  private let kept: Matrix
  private let keptNext: Matrix
  private var keptSlates: [Int32]
  private var keptRewards: [Float]
  private var keptTerminal: [Bool]
  private var head = 0
  private var count = 0

  init(_ layout: SlateLayout, capacity: Int) {
    positions = layout.positions
    kept = Matrix(rows: capacity, columns: layout.observationSize)
    keptNext = Matrix(rows: capacity, columns: layout.observationSize)
    keptSlates = [Int32](repeating: 0, count: capacity * layout.positions)
    keptRewards = [Float](repeating: 0, count: capacity)
    keptTerminal = [Bool](repeating: false, count: capacity)
    observations = Matrix(rows: 0, columns: layout.observationSize)
    next = Matrix(rows: 0, columns: layout.observationSize)
  }

  /// Adds a transition in place of the oldest.
  func add(
    _ row: UnsafePointer<Float>, slate: [Int32], reward: Float, next: UnsafePointer<Float>, isTerminal: Bool
  ) {
    kept.view.row(head).update(from: row, count: kept.columns)
    keptNext.view.row(head).update(from: next, count: kept.columns)
    for position in 0..<positions { keptSlates[head * positions + position] = slate[position] }
    keptRewards[head] = reward
    keptTerminal[head] = isTerminal
    head = (head + 1) % kept.rows
    count = min(count + 1, kept.rows)
  }

  /// Draws a batch, all transitions alike.
  func sample(_ size: Int, stream: inout RandomStream) {
    if observations.rows != size {
      observations = Matrix(rows: size, columns: kept.columns)
      next = Matrix(rows: size, columns: kept.columns)
      slates = [Int32](repeating: 0, count: size * positions)
      rewards = [Float](repeating: 0, count: size)
      isTerminal = [Bool](repeating: false, count: size)
    }
    for row in 0..<size {
      let drawn = stream.integer(below: count)
      observations.view.row(row).update(from: kept.view.row(drawn), count: kept.columns)
      next.view.row(row).update(from: keptNext.view.row(drawn), count: kept.columns)
      for position in 0..<positions {
        slates[row * positions + position] = keptSlates[drawn * positions + position]
      }
      rewards[row] = keptRewards[drawn]
      isTerminal[row] = keptTerminal[drawn]
    }
  }
}
