import COpenBLAS

/// `c = alpha · op(a) · op(b) + beta · c` with single-precision sgemm, where `op` transposes if asked to.
///
/// Shapes: `op(a)` is m × k, `op(b)` is k × n, `c` is m × n. Where OpenBLAS multiplies small matrices without packing
/// them first, products with `b` as it is are cut into tiles of that size: at the sizes of networks that is a fifth
/// faster, and up to twice as fast for few rows. Where it packs, up to three rows of `a` are multiplied one by one with
/// sgemv, which does not and is three to six times as fast; and `c` is cleared here, which OpenBLAS does so slowly that it
/// is a fifth of a product of depth 32. The cut depends on the shape alone, so equal shapes give equal bits.
public func multiply(
  _ a: MatrixView, transposed transposeA: Bool = false, _ b: MatrixView, transposed transposeB: Bool = false,
  into c: MatrixView, alpha: Float = 1, beta: Float = 0
) {
  let m = transposeA ? a.columns : a.rows
  let k = transposeA ? a.rows : a.columns
  let n = transposeB ? b.rows : b.columns
  precondition(
    (transposeB ? b.columns : b.rows) == k && c.rows == m && c.columns == n,
    "The shapes of a matrix product must agree.")
  let product = Product(
    a: a, transposesA: transposeA, b: b, transposesB: transposeB, c: c, depth: k, alpha: alpha, beta: beta)
  guard multipliesSmallMatricesDirectly else {
    guard m <= Product.vectorRows, k > 0, !transposeA else {
      return product.multiply(rows: 0..<m, columns: 0..<n)
    }
    for row in 0..<m {
      multiply(b, transposed: !transposeB, vector: a.row(row), into: c.row(row), alpha: alpha, beta: beta)
    }
    return
  }
  let tileRows = Product.directLimit / (Product.tileColumns * max(k, 1)) / 16 * 16
  guard !transposeB, tileRows > 0, m * n * k > Product.directLimit else {
    return product.multiply(rows: 0..<m, columns: 0..<n)
  }
  for row in stride(from: 0, to: m, by: tileRows) {
    for column in stride(from: 0, to: n, by: Product.tileColumns) {
      product.multiply(
        rows: row..<min(row + tileRows, m), columns: column..<min(column + Product.tileColumns, n))
    }
  }
}

/// Whether OpenBLAS has kernels that read small matrices where they are (`sgemm_small_kernel_permit`): on processors with
/// AVX-512. Elsewhere every product first copies both matrices, so products had rather be few and large.
package let multipliesSmallMatricesDirectly = ["SkylakeX", "Cooperlake", "SapphireRapids"].contains(
  blasKernel)

/// One matrix product, any part of whose result can be asked for.
private struct Product {
  let a: MatrixView
  let transposesA: Bool
  let b: MatrixView
  let transposesB: Bool
  let c: MatrixView
  let depth: Int
  let alpha: Float
  let beta: Float

  /// The most multiplications of a product that those kernels take.
  static let directLimit = 1_000_000
  /// Wide enough to keep the vector units busy, narrow enough that `b`'s tile is read from the cache.
  static let tileColumns = 64
  /// The most rows that are multiplied one by one where matrices are packed.
  static let vectorRows = 3

  @inline(__always) func multiply(rows: Range<Int>, columns: Range<Int>) {
    let clears = beta == 0 && !multipliesSmallMatricesDirectly
    if clears { clear(rows: rows, columns: columns) }
    let left = a.pointer + rows.lowerBound * (transposesA ? 1 : a.stride)
    let right = b.pointer + columns.lowerBound * (transposesB ? b.stride : 1)
    cblas_sgemm(
      CblasRowMajor, transposesA ? CblasTrans : CblasNoTrans, transposesB ? CblasTrans : CblasNoTrans,
      Int32(rows.count), Int32(columns.count), Int32(depth), alpha, left, Int32(a.stride), right,
      Int32(b.stride), clears ? 1 : beta, c.pointer + rows.lowerBound * c.stride + columns.lowerBound,
      Int32(c.stride))
  }

  private func clear(rows: Range<Int>, columns: Range<Int>) {
    if columns.count == c.stride {
      return c.row(rows.lowerBound).update(repeating: 0, count: rows.count * columns.count)
    }
    for row in rows { (c.row(row) + columns.lowerBound).update(repeating: 0, count: columns.count) }
  }
}
