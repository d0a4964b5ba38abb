import LinearAlgebra

/// Mean and variance of every column of a growing set of rows, in double precision.
///
/// Batches are merged by the formula of Chan, Golub and LeVeque (1979), so nothing cancels and nothing is stored.
package struct RunningMoments: Sendable, Equatable {
  /// The number of rows seen.
  package private(set) var count: Double = 0
  /// The mean of each column.
  package private(set) var means: [Double]
  /// The sum of squared deviations from the mean, by column.
  package private(set) var squares: [Double]

  /// Begins without rows.
  package init(columns: Int) {
    means = Array(repeating: 0, count: columns)
    squares = Array(repeating: 0, count: columns)
  }

  /// Restores moments that were saved; all arrays hold one element per column.
  package init(count: Double, means: [Double], squares: [Double]) {
    precondition(means.count == squares.count, "Moments need as many means as sums of squares.")
    self.count = count
    self.means = means
    self.squares = squares
  }

  /// The variance of the rows seen, by column; 0 before the first row.
  package var variances: [Double] { squares.map { count > 0 ? $0 / count : 0 } }

  /// Adds the rows of a batch.
  package mutating func add(_ batch: MatrixView) {
    precondition(
      batch.columns == means.count, "Rows of \(means.count) columns are needed, not \(batch.columns).")
    guard batch.rows > 0 else { return }
    let size = Double(batch.rows)
    var sums = [Double](repeating: 0, count: batch.columns)
    for row in 0..<batch.rows {
      let values = batch.row(row)
      for column in 0..<batch.columns { sums[column] += Double(values[column]) }
    }
    let batchMeans = sums.map { $0 / size }
    var deviations = [Double](repeating: 0, count: batch.columns)
    for row in 0..<batch.rows {
      let values = batch.row(row)
      for column in 0..<batch.columns {
        let deviation = Double(values[column]) - batchMeans[column]
        deviations[column] += deviation * deviation
      }
    }
    let total = count + size
    for column in 0..<batch.columns {
      let gap = batchMeans[column] - means[column]
      means[column] += gap * size / total
      squares[column] += deviations[column] + gap * gap * count * size / total
    }
    count = total
  }
}
