import COpenBLAS

/// `y = alpha · op(a) · x + beta · y` with sgemv, where `op` transposes if asked to.
///
/// Shapes: `op(a)` is m × n, `x` has n and `y` m elements.
@inlinable package func multiply(
  _ a: MatrixView, transposed: Bool = false, vector x: UnsafePointer<Float>,
  into y: UnsafeMutablePointer<Float>, alpha: Float = 1, beta: Float = 0
) {
  cblas_sgemv(
    CblasRowMajor, transposed ? CblasTrans : CblasNoTrans, Int32(a.rows), Int32(a.columns), alpha, a.pointer,
    Int32(a.stride), x, 1, beta, y, 1)
}

/// `y ← y + alpha · x` for `count` elements (saxpy).
@inlinable package func addScaled(
  _ alpha: Float, _ x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, count: Int
) {
  cblas_saxpy(Int32(count), alpha, x, 1, y, 1)
}

/// `x ← alpha · x` for `count` elements (sscal).
@inlinable package func scale(_ x: UnsafeMutablePointer<Float>, by alpha: Float, count: Int) {
  cblas_sscal(Int32(count), alpha, x, 1)
}

/// The inner product of two vectors of `count` elements (sdot).
@inlinable package func dot(_ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, count: Int) -> Float {
  cblas_sdot(Int32(count), x, 1, y, 1)
}

/// The Euclidean norm of a vector of `count` elements, free of overflow (snrm2).
@inlinable package func norm(_ x: UnsafePointer<Float>, count: Int) -> Float {
  cblas_snrm2(Int32(count), x, 1)
}
