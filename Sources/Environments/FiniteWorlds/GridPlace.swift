/// A place of a grid world.
struct GridPlace: Equatable {
  var row: Int
  var column: Int

  enum Direction { case left, down, right, up }

  /// The place next to this one, or this one at the grid's edge.
  func moved(_ direction: Direction, rows: Int, columns: Int) -> GridPlace {
    switch direction {
    case .left: GridPlace(row: row, column: max(column - 1, 0))
    case .down: GridPlace(row: min(row + 1, rows - 1), column: column)
    case .right: GridPlace(row: row, column: min(column + 1, columns - 1))
    case .up: GridPlace(row: max(row - 1, 0), column: column)
    }
  }
}
