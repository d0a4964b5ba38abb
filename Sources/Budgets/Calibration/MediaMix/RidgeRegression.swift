import LinearAlgebra

/// The coefficients that bring Σ (side − Σ coefficient · column)² + Σ ridge · coefficient² to its least, over the first `rows`
/// ticks (Hoerl and Kennard, 1970).
///
/// Solved by LAPACK as least squares with a row of √ridge for each column below.
///
/// - Parameters:
///   - columns: what explains, each with at least `rows` numbers.
///   - sides: what is to be explained, one after the other.
///   - ridges: by column; 0 leaves it free.
/// - Returns: coefficients by side, then by column.
func ridgeCoefficients(
  _ columns: [[Double]], _ sides: [[Double]], rows: Int, ridges: [Double]
) throws(LinearAlgebraError) -> [[Double]] {
  let count = columns.count
  let system = Matrix(rows: rows + count, columns: count)
  for (column, values) in columns.enumerated() {
    for row in 0..<rows { system[row, column] = Float(values[row]) }
    system[rows + column, column] = Float(ridges[column].squareRoot())
  }
  let right = Matrix(rows: rows + count, columns: sides.count)
  for (column, values) in sides.enumerated() {
    for row in 0..<rows { right[row, column] = Float(values[row]) }
  }
  let solution = try leastSquares(system.view, right.view)
  return sides.indices.map { side in (0..<count).map { Double(solution[$0, side]) } }
}

/// What columns with some coefficients leave of a series, and below it, negated, √ridge · coefficient: the rows whose squares
/// the regression adds up.
func ridgeResiduals(
  _ series: [Double], _ columns: [[Double]], _ coefficients: [Double], ridges: [Double]
) -> [Double] {
  var left = series
  for (coefficient, column) in zip(coefficients, columns) {
    for row in left.indices { left[row] -= coefficient * column[row] }
  }
  return left + zip(coefficients, ridges).map { -$1.squareRoot() * $0 }
}
