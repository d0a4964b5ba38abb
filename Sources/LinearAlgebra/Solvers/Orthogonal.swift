import COpenBLAS

/// A random matrix with orthonormal columns (of a wide matrix: rows), times a gain; uniform over all of them.
///
/// The QR factorisation of a normal matrix, its signs set by R's diagonal (Saxe, McClelland and Ganguli,
/// 2014; the signs after Mezzadri, 2007), as PyTorch's `orthogonal_` does it.
package func orthogonal(rows: Int, columns: Int, gain: Float = 1, stream: inout RandomStream) -> Matrix {
  let result = Matrix(rows: rows, columns: columns)
  for index in 0..<result.count { result.pointer[index] = stream.normal() }
  if result.count == 0 { return result }
  let (m, n) = (max(rows, columns), min(rows, columns))
  // Of a wide matrix, its row-major elements are the transpose's in column-major order: nothing needs to
  // move.
  let layout = rows >= columns ? LAPACK_ROW_MAJOR : LAPACK_COL_MAJOR
  let scales = Matrix(rows: 1, columns: n)
  let (elements, factors) = (result.pointer, scales.pointer)
  let factored = withOneBLASThread {
    LAPACKE_sgeqrf(layout, Int32(m), Int32(n), elements, Int32(columns), factors)
  }
  assert(factored == 0)
  let signs = (0..<n).map { result[$0, $0] < 0 ? -gain : gain }
  let formed = withOneBLASThread {
    LAPACKE_sorgqr(layout, Int32(m), Int32(n), Int32(n), elements, Int32(columns), factors)
  }
  assert(formed == 0)
  for row in 0..<rows {
    for column in 0..<columns { result[row, column] *= signs[rows >= columns ? column : row] }
  }
  return result
}
