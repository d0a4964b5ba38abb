import CKernels
import Environments
import LinearAlgebra

/// An `ObservationNormalizer` laid out for the hot loop.
public final class NormalizationTable: @unchecked Sendable {
  /// Four rows, a column per observation column: mean, 1 / deviation, lower and upper limit.
  private let table: Matrix

  /// Lays a normaliser out for the columns of a layout.
  public init(_ normalizer: ObservationNormalizer, layout: ObservationLayout) {
    table = Matrix(rows: 4, columns: normalizer.columns)
    for column in 0..<normalizer.columns {
      let free = layout.prior?.contains(column) ?? false
      table[0, column] = normalizer.means[column]
      table[1, column] = 1 / normalizer.deviations[column]
      table[2, column] = free ? -.infinity : -normalizer.limit
      table[3, column] = free ? .infinity : normalizer.limit
    }
  }

  /// Writes normalised rows: all of `rows` in order, or those at `indexes`, one per row of `output`.
  ///
  /// - Parameters:
  ///   - rows: raw rows, `stride` floats apart.
  ///   - indexes: the row of each output row; nil for rows 0, 1, ….
  ///   - output: count × observation size.
  package func normalize(
    _ rows: UnsafePointer<Float>, stride: Int, indexes: UnsafePointer<Int32>? = nil, into output: MatrixView
  ) {
    precondition(
      output.columns == table.columns, "The normaliser knows \(table.columns) columns, not \(output.columns)."
    )
    let view = table.view
    ck_gather_normalized(
      rows, stride, indexes, output.rows, output.columns, view.row(0), view.row(1), view.row(2), view.row(3),
      output.pointer, output.stride)
  }
}
