import LinearAlgebra
import Testing

struct LeastSquaresTests {
  /// The regression line through (0, 1), (1, 3), (2, 4), (3, 4): 1.5 + x.
  @Test func aLineThroughFourPoints() throws {
    let a = Matrix(rows: 4, columns: 2, [1, 0, 1, 1, 1, 2, 1, 3])
    let b = Matrix(rows: 4, columns: 1, [1, 3, 4, 4])
    let x = try leastSquares(a.view, b.view)
    #expect(abs(x[0, 0] - 1.5) < 1e-5)
    #expect(abs(x[1, 0] - 1) < 1e-5)
  }

  @Test(arguments: [(20, 6, 3), (9, 9, 1), (100, 17, 2)]) func residualsAreNormalToTheColumns(
    rows: Int, columns: Int, sides: Int
  ) throws {
    let a = normalMatrix(rows: rows, columns: columns, lane: 1)
    let b = normalMatrix(rows: rows, columns: sides, lane: 2)
    let x = try leastSquares(a.view, b.view)
    let residual = b.copy()
    multiply(a.view, x.view, into: residual.view, alpha: -1, beta: 1)
    let correlations = product(a, transposed: true, residual)
    #expect(correlations.joined().allSatisfy { abs($0) < 2e-4 })
  }

  /// The smallest solution of a wide system is a combination of the rows: x = aᵀ·w for the w of a·aᵀ·w = b.
  @Test func aWideSystemHasTheSmallestSolution() throws {
    let a = normalMatrix(rows: 4, columns: 10, lane: 3)
    let b = normalMatrix(rows: 4, columns: 2, lane: 4)
    let x = try leastSquares(a.view, b.view)
    #expect(largestDifference(product(a, x), table(b)) < 1e-4)
    let gram = Matrix(rows: 4, columns: 4)
    multiply(a.view, transposed: false, a.view, transposed: true, into: gram.view)
    let w = try CholeskyFactor(gram.view).solve(b.view)
    #expect(largestDifference(product(a, transposed: true, w), table(x)) < 1e-4)
  }

  @Test func dependentColumnsAreNamed() {
    let a = Matrix(rows: 4, columns: 3, [1, 2, 3, 1, 0, 1, 1, 5, 6, 1, 1, 2])
    let b = Matrix(rows: 4, columns: 1)
    let error = #expect(throws: LinearAlgebraError.self) { _ = try leastSquares(a.view, b.view) }
    #expect(error == .rankDeficient(index: 2))
    #expect(error?.description.contains("2") == true)
  }

  @Test func zeroMatricesHaveNoRank() {
    let a = Matrix(rows: 3, columns: 2)
    let error = #expect(throws: LinearAlgebraError.self) { _ = try leastSquares(a.view, a.view) }
    #expect(error == .rankDeficient(index: 0))
  }

  @Test func badNumbersAreRefused() {
    let a = Matrix(rows: 2, columns: 1, [1, .nan])
    let b = Matrix(rows: 2, columns: 1, [1, .infinity])
    let good = Matrix(rows: 2, columns: 1, [1, 2])
    #expect(throws: LinearAlgebraError.notFinite) { _ = try leastSquares(a.view, good.view) }
    #expect(throws: LinearAlgebraError.notFinite) { _ = try leastSquares(good.view, b.view) }
  }
}
