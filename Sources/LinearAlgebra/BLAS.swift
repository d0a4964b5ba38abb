import COpenBLAS

/// `c = alpha · op(a) · op(b) + beta · c` with single-precision sgemm, where `op` transposes if asked to.
///
/// Shapes: `op(a)` is m × k, `op(b)` is k × n, `c` is m × n.
@inlinable public func multiply(
  _ a: MatrixView, transposed transposeA: Bool = false, _ b: MatrixView, transposed transposeB: Bool = false,
  into c: MatrixView, alpha: Float = 1, beta: Float = 0
) {
  let m = transposeA ? a.columns : a.rows
  let k = transposeA ? a.rows : a.columns
  let n = transposeB ? b.rows : b.columns
  precondition(
    (transposeB ? b.columns : b.rows) == k && c.rows == m && c.columns == n,
    "The shapes of a matrix product must agree.")
  cblas_sgemm(
    CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans, Int32(m),
    Int32(n), Int32(k), alpha, a.pointer, Int32(a.stride), b.pointer, Int32(b.stride), beta, c.pointer,
    Int32(c.stride))
}
