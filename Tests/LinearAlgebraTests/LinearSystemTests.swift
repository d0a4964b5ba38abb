import LinearAlgebra
import Testing

@Suite struct LinearSystemTests {
  @Test(arguments: [1, 2, 7, 60])
  func theSolutionSolvesTheSystem(order: Int) throws {
    var stream = RandomStream(seed: 1, purpose: .test, lane: order)
    let a = (0..<order * order).map { _ in Double(stream.normal()) }
    let x = (0..<order).map { _ in Double(stream.normal()) }
    let b = multiply(a, rows: order, vector: x)
    for row in 0..<order {
      let sum = (0..<order).reduce(0) { $0 + a[row * order + $1] * x[$1] }
      #expect(abs(sum - b[row]) < 1e-12 * Double(order))
    }
    for (solved, expected) in zip(try solve(a, b), x) { #expect(abs(solved - expected) < 1e-9) }
  }

  @Test func rowsMayNeedToBeExchanged() throws { #expect(try solve([0, 2, 1, 1], [4, 5]) == [3, 2]) }

  @Test func rectangularProductsAreRowMajor() {
    #expect(multiply([1, 2, 3, 4, 5, 6], rows: 2, vector: [1, 10, 100]) == [321, 654])
  }

  @Test func systemsWithoutASolutionSaySo() {
    #expect(throws: LinearAlgebraError.singular(index: 1)) { try solve([1, 2, 2, 4], [1, 2]) }
    #expect(throws: LinearAlgebraError.notFinite) { try solve([1, .nan, 0, 1], [1, 2]) }
  }
}
