/// Why a factorisation or a solution does not exist.
public enum LinearAlgebraError: Error, Equatable, CustomStringConvertible {
  /// The leading minor of this order of a symmetric matrix is not positive.
  case notPositiveDefinite(order: Int)
  /// This column (counted from 0; of a wide matrix, this row) hangs on those before it.
  case rankDeficient(index: Int)
  /// A square matrix has no inverse: this pivot (counted from 0) vanishes.
  case singular(index: Int)
  /// Some element is infinite or not a number.
  case notFinite

  /// One sentence that names the fault.
  public var description: String {
    switch self {
    case .notPositiveDefinite(let order):
      "The matrix is not positive definite: its leading minor of order \(order) is not positive."
    case .rankDeficient(let index):
      "The matrix has no full rank: column or row \(index) is a combination of those before it."
    case .singular(let index): "The matrix is singular: pivot \(index) vanishes."
    case .notFinite: "The matrix holds an element that is not a finite number."
    }
  }
}

/// Throws unless all elements are finite.
func requireFinite(_ matrix: MatrixView) throws(LinearAlgebraError) {
  for row in 0..<matrix.rows {
    for column in 0..<matrix.columns where !matrix[row, column].isFinite { throw .notFinite }
  }
}
