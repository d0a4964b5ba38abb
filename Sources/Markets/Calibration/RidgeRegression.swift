import LinearAlgebra

/// The coefficients that bring Σ (side − Σ coefficient · column)² + ridge · Σ coefficient² to its least, over the first `rows`
/// ticks; the first column, the level, goes without the ridge (Hoerl and Kennard, 1970).
///
/// Solved by LAPACK as least squares with a row of √ridge for each column below. The result is by side, then by column.
func ridgeCoefficients(
  _ columns: [[Double]], _ sides: [[Double]], rows: Int, ridge: Double
) throws(LinearAlgebraError) -> [[Double]] {
  let count = columns.count
  let system = Matrix(rows: rows + count, columns: count)
  for (column, values) in columns.enumerated() {
    for row in 0..<rows { system[row, column] = Float(values[row]) }
    if column > 0 { system[rows + column, column] = Float(ridge.squareRoot()) }
  }
  let right = Matrix(rows: rows + count, columns: sides.count)
  for (column, values) in sides.enumerated() {
    for row in 0..<rows { right[row, column] = Float(values[row]) }
  }
  let solution = try leastSquares(system.view, right.view)
  return sides.indices.map { side in (0..<count).map { Double(solution[$0, side]) } }
}
