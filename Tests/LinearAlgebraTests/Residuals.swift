import LinearAlgebra

/// A matrix of independent normals.
func normalMatrix(rows: Int, columns: Int, lane: Int) -> Matrix {
  var stream = RandomStream(seed: 31, purpose: .test, lane: lane)
  return Matrix(rows: rows, columns: columns, (0..<rows * columns).map { _ in stream.normal() })
}

/// op(a) · op(b), in double precision, one sum at a time.
func product(
  _ a: borrowing Matrix, transposed transposeA: Bool = false, _ b: borrowing Matrix,
  transposed transposeB: Bool = false
) -> [[Double]] {
  let (m, k) = transposeA ? (a.columns, a.rows) : (a.rows, a.columns)
  let n = transposeB ? b.rows : b.columns
  var result = [[Double]](repeating: [Double](repeating: 0, count: n), count: m)
  for row in 0..<m {
    for column in 0..<n {
      for index in 0..<k {
        let left = transposeA ? a[index, row] : a[row, index]
        let right = transposeB ? b[column, index] : b[index, column]
        result[row][column] += Double(left) * Double(right)
      }
    }
  }
  return result
}

/// The largest absolute difference of two equally large tables.
func largestDifference(_ a: [[Double]], _ b: [[Double]]) -> Double {
  zip(a, b).flatMap { zip($0, $1).map { abs($0 - $1) } }.max() ?? 0
}

/// The rows of a matrix, widened.
func table(_ matrix: borrowing Matrix) -> [[Double]] {
  var rows: [[Double]] = []
  for row in 0..<matrix.rows { rows.append((0..<matrix.columns).map { Double(matrix[row, $0]) }) }
  return rows
}
