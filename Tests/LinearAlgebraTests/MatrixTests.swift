import LinearAlgebra
import Testing

struct MatrixTests {
  @Test func elementsStandRowByRowAtAlignedAddresses() {
    let matrix = Matrix(rows: 2, columns: 3, [1, 2, 3, 4, 5, 6])
    #expect(matrix[1, 0] == 4)
    #expect(matrix.pointer[5] == 6)
    #expect(Int(bitPattern: matrix.pointer) % 64 == 0)
    #expect(matrix.view.rows(1..<2)[0, 2] == 6)
  }

  @Test func copiesAreTheirOwn() {
    let matrix = Matrix(rows: 1, columns: 2, [1, 2])
    let copy = matrix.copy()
    copy[0, 0] = 9
    #expect(matrix.elements == [1, 2])
    #expect(copy.elements == [9, 2])
  }

  @Test func emptyMatricesExist() {
    let matrix = Matrix(rows: 0, columns: 5)
    #expect(matrix.elements.isEmpty)
    #expect(Matrix(copying: matrix.view).count == 0)
  }
}
