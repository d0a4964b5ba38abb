import LinearAlgebra
import Testing

struct OrthogonalTests {
  @Test(arguments: [(6, 6), (40, 7), (7, 40), (1, 5), (5, 1), (256, 64)]) func columnsOrRowsAreOrthonormal(
    rows: Int, columns: Int
  ) {
    var stream = RandomStream(seed: 1, purpose: .test)
    let q = orthogonal(rows: rows, columns: columns, gain: 2, stream: &stream)
    let tall = rows >= columns
    let gram = product(q, transposed: tall, q, transposed: !tall)
    var expected = gram
    for row in gram.indices { for column in gram.indices { expected[row][column] = row == column ? 4 : 0 } }
    #expect(largestDifference(gram, expected) < 1e-5)
  }

  /// Of the normal matrix A = Q·R that it came from, R = Qᵀ·A is upper triangular with a positive diagonal.
  @Test(arguments: [(9, 4), (4, 9), (5, 5)]) func itIsTheSignCorrectedFactorOfTheNormals(
    rows: Int, columns: Int
  ) {
    var stream = RandomStream(seed: 2, purpose: .test)
    var again = stream
    let q = orthogonal(rows: rows, columns: columns, stream: &stream)
    let normals = Matrix(rows: rows, columns: columns, (0..<rows * columns).map { _ in again.normal() })
    #expect(stream == again)
    let tall = rows >= columns
    let r = product(q, transposed: tall, normals, transposed: !tall)
    for row in r.indices {
      for column in r.indices {
        // Of a wide matrix, the transposes were factored: their R is Q·Aᵀ.
        if column < row { #expect(abs(r[row][column]) < 1e-5) }
        if column == row { #expect(r[row][column] > 0) }
      }
    }
  }
}
