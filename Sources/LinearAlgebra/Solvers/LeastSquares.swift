import COpenBLAS

/// The x that makes ‖a·x − b‖₂ smallest, column by column of b; of a wide matrix, the smallest such x.
///
/// LAPACK's `gels`: a QR or LQ factorisation without pivoting. Shapes: `a` is m × n, `b` is m × k, the result
/// n × k.
/// - Throws: `rankDeficient` where the factor's diagonal falls below rounding, `notFinite` for bad input.
package func leastSquares(_ a: MatrixView, _ b: MatrixView) throws(LinearAlgebraError) -> Matrix {
  precondition(a.rows == b.rows, "Least squares needs as many right-hand sides' rows as the matrix has.")
  try requireFinite(a)
  try requireFinite(b)
  let (m, n, k) = (a.rows, a.columns, b.columns)
  let factor = Matrix(copying: a)
  let sides = Matrix(rows: max(m, n), columns: k)
  for row in 0..<m { sides.view.row(row).update(from: b.row(row), count: k) }
  let result = Matrix(rows: n, columns: k)
  if m == 0 || n == 0 || k == 0 { return result }
  let info = LAPACKE_sgels(
    LAPACK_ROW_MAJOR, CChar(UInt8(ascii: "N")), Int32(m), Int32(n), Int32(k), factor.pointer, Int32(n),
    sides.pointer, Int32(k))
  if info > 0 { throw .rankDeficient(index: Int(info) - 1) }
  assert(info == 0)
  let diagonal = (0..<min(m, n)).map { abs(factor[$0, $0]) }
  let smallest = Float.ulpOfOne * Float(max(m, n)) * (diagonal.max() ?? 0)
  if let index = diagonal.firstIndex(where: { $0 <= smallest }) { throw .rankDeficient(index: index) }
  result.pointer.update(from: sides.pointer, count: n * k)
  return result
}
