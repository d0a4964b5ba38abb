import Foundation
import LinearAlgebra
import Testing

struct CholeskyTests {
  @Test func aKnownFactor() throws {
    // The upper triangle is not read.
    let matrix = Matrix(rows: 3, columns: 3, [4, 99, 99, 12, 37, 99, -16, -43, 98])
    let factor = try CholeskyFactor(matrix.view)
    #expect(factor.lower.elements == [2, 0, 0, 6, 1, 0, -8, 5, 3])
    #expect(abs(factor.logDeterminant - Float(log(36.0))) < 1e-5)
  }

  @Test(arguments: [1, 2, 13, 40]) func solutionsSolve(n: Int) throws {
    let half = normalMatrix(rows: 2 * n, columns: n, lane: n)
    let matrix = Matrix(rows: n, columns: n)
    multiply(half.view, transposed: true, half.view, into: matrix.view)
    let factor = try CholeskyFactor(matrix.view)
    #expect(
      largestDifference(
        product(factor.lower, transposed: false, factor.lower, transposed: true), table(matrix)) < 1e-4)
    let b = normalMatrix(rows: n, columns: 3, lane: 7)
    let x = factor.solve(b.view)
    #expect(largestDifference(product(matrix, x), table(b)) < 1e-3)
  }

  @Test func theFailingMinorIsNamed() {
    let matrix = Matrix(rows: 3, columns: 3, [1, 0, 0, 0, 2, 2, 0, 2, 1])
    #expect(throws: LinearAlgebraError.notPositiveDefinite(order: 3)) { _ = try CholeskyFactor(matrix.view) }
    let negative = Matrix(rows: 1, columns: 1, [-1])
    #expect(throws: LinearAlgebraError.notPositiveDefinite(order: 1)) {
      _ = try CholeskyFactor(negative.view)
    }
  }

  @Test func badNumbersAreRefused() {
    let matrix = Matrix(rows: 1, columns: 1, [.nan])
    #expect(throws: LinearAlgebraError.notFinite) { _ = try CholeskyFactor(matrix.view) }
  }
}
