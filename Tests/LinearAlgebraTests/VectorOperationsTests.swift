import LinearAlgebra
import Testing

struct VectorOperationsTests {
  @Test(arguments: [false, true]) func matrixVectorProducts(transposed: Bool) {
    let a = normalMatrix(rows: 5, columns: 8, lane: 1)
    let x = normalMatrix(rows: transposed ? 5 : 8, columns: 1, lane: 2)
    let y = normalMatrix(rows: transposed ? 8 : 5, columns: 1, lane: 3)
    let old = table(y)
    multiply(a.view, transposed: transposed, vector: x.pointer, into: y.pointer, alpha: 3, beta: 0.5)
    let expected = zip(product(a, transposed: transposed, x), old).map { [3 * $0[0] + 0.5 * $1[0]] }
    #expect(largestDifference(table(y), expected) < 1e-5)
  }

  @Test func sumsScalesAndNorms() {
    let x: [Float] = [3, -4, 12]
    var y: [Float] = [1, 1, 2]
    #expect(dot(x, y, count: 3) == 23)
    #expect(norm(x, count: 3) == 13)
    addScaled(2, x, to: &y, count: 3)
    #expect(y == [7, -7, 26])
    scale(&y, by: -0.5, count: 2)
    #expect(y == [-3.5, 3.5, 26])
    #expect(dot(x, y, count: 0) == 0)
  }

  @Test func normsDoNotOverflow() {
    #expect(norm([3e30, 4e30], count: 2) == 5e30)
  }
}
