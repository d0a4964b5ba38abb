import COpenBLAS

/// The x with a · x = b in double precision, by LAPACK's `gesv`: LU with partial pivoting.
///
/// Shapes: `a` is n × n, row-major; `b` and the result have n elements.
/// - Throws: `singular` where no unique solution exists, `notFinite` for bad input.
public func solve(_ a: [Double], _ b: [Double]) throws(LinearAlgebraError) -> [Double] {
  let n = b.count
  precondition(a.count == n * n, "A system of \(n) equations needs \(n * n) coefficients, not \(a.count).")
  guard a.allSatisfy(\.isFinite), b.allSatisfy(\.isFinite) else { throw .notFinite }
  if n == 0 { return [] }
  var factors = a
  var solution = b
  var pivots = [Int32](repeating: 0, count: n)
  let info = LAPACKE_dgesv(LAPACK_ROW_MAJOR, Int32(n), 1, &factors, Int32(n), &pivots, &solution, 1)
  if info > 0 { throw .singular(index: Int(info) - 1) }
  // A pivot that is only rounding says the same as one that is zero.
  let diagonal = (0..<n).map { abs(factors[$0 * n + $0]) }
  let smallest = Double.ulpOfOne * Double(n) * (diagonal.max() ?? 0)
  if let index = diagonal.firstIndex(where: { $0 <= smallest }) { throw .singular(index: index) }
  return solution
}

/// y = a · x in double precision (dgemv).
///
/// Shapes: `a` is m × n, row-major, `x` has n elements and the result m.
public func multiply(_ a: [Double], rows m: Int, vector x: [Double]) -> [Double] {
  let n = x.count
  precondition(a.count == m * n, "\(m) × \(n) elements are needed, not \(a.count).")
  var y = [Double](repeating: 0, count: m)
  if m == 0 || n == 0 { return y }
  cblas_dgemv(CblasRowMajor, CblasNoTrans, Int32(m), Int32(n), 1, a, Int32(n), x, 1, 0, &y, 1)
  return y
}
