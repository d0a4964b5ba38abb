import COpenBLAS

/// The Cholesky factor of a symmetric positive definite matrix: lower · lowerᵀ = matrix.
///
///     let factor = try CholeskyFactor(normalEquations.view)
///     let weights = factor.solve(rightHandSides.view)
package struct CholeskyFactor: ~Copyable {
  /// The lower triangle, n × n, with zeros above.
  package let lower: Matrix

  /// Factors an n × n matrix, of which only the lower triangle is read.
  ///
  /// - Throws: `notPositiveDefinite`, or `notFinite` for bad input.
  package init(_ matrix: MatrixView) throws(LinearAlgebraError) {
    precondition(matrix.rows == matrix.columns, "Only a square matrix has a Cholesky factor.")
    try requireFinite(matrix)
    let n = matrix.rows
    let factor = Matrix(copying: matrix)
    if n > 0 {
      let info = LAPACKE_spotrf(
        LAPACK_ROW_MAJOR, CChar(UInt8(ascii: "L")), Int32(n), factor.pointer, Int32(n))
      if info > 0 { throw .notPositiveDefinite(order: Int(info)) }
      assert(info == 0)
    }
    for row in 0..<n {
      for column in row + 1..<max(n, row + 1) { factor[row, column] = 0 }
    }
    lower = factor
  }

  /// The x of matrix · x = b. Shapes: `b` and the result are n × k.
  package func solve(_ b: MatrixView) -> Matrix {
    precondition(
      b.rows == lower.rows, "A solution needs \(lower.rows) rows of right-hand sides, not \(b.rows).")
    let x = Matrix(copying: b)
    if x.count > 0 {
      let info = LAPACKE_spotrs(
        LAPACK_ROW_MAJOR, CChar(UInt8(ascii: "L")), Int32(b.rows), Int32(b.columns), lower.pointer,
        Int32(lower.columns), x.pointer, Int32(b.columns))
      assert(info == 0)
    }
    return x
  }

  /// The natural logarithm of the matrix's determinant.
  package var logDeterminant: Float {
    2 * (0..<lower.rows).reduce(0) { $0 + ScalarKernels.log(lower[$1, $1]) }
  }
}
