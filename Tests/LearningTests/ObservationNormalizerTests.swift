import Environments
import Learning
import LinearAlgebra
import Testing

@Suite struct ObservationNormalizerTests {
  /// Rows of five columns: ordinary, far from zero, constant, tiny, and a prior with outliers.
  private func rows(_ count: Int) -> Matrix {
    var stream = RandomStream(seed: 1, purpose: .test)
    let matrix = Matrix(rows: count, columns: 5)
    for row in 0..<count {
      matrix[row, 0] = stream.uniform()
      matrix[row, 1] = 10_000 + stream.uniform()
      matrix[row, 2] = 0.1
      matrix[row, 3] = 1e-5 * stream.uniform()
      matrix[row, 4] = row == 3 ? 1000 : -stream.uniform()
    }
    return matrix
  }

  @Test("Merged batches give the moments of two passes over all rows", arguments: [1, 7, 64, 1000])
  func mergedBatchesGiveTheMomentsOfTwoPasses(batch: Int) {
    let matrix = rows(1000)
    var moments = RunningMoments(columns: 5)
    for first in stride(from: 0, to: 1000, by: batch) {
      moments.add(matrix.view.rows(first..<min(first + batch, 1000)))
    }
    #expect(moments.count == 1000)
    for column in 0..<5 {
      let values = (0..<1000).map { Double(matrix[$0, column]) }
      let mean = values.reduce(0, +) / 1000
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 1000
      #expect(abs(moments.means[column] - mean) <= 1e-12 * abs(mean))
      #expect(abs(moments.variances[column] - variance) <= 1e-9 * variance + 1e-25)
    }
  }

  @Test func columnsAreCentredScaledAndCutButPriorsAreNotCut() {
    let matrix = rows(1000)
    var moments = RunningMoments(columns: 5)
    moments.add(matrix.view)
    let layout = ObservationLayout(size: 5, prior: 4..<5)
    let normalizer = ObservationNormalizer(moments: moments, layout: layout)
    #expect(normalizer.deviations[2] == 1)
    let output = Matrix(rows: 1000, columns: 5)
    NormalizationTable(normalizer, layout: layout).normalize(matrix.pointer, stride: 5, into: output.view)
    for column in 0..<5 {
      for row in 0..<1000 {
        let exact = (matrix[row, column] - normalizer.means[column]) / normalizer.deviations[column]
        #expect(abs(output[row, column] - exact) <= 1e-5 * max(1, abs(exact)))
      }
    }
    #expect(output[3, 4] > 30)
    // Beyond the limit an ordinary column is cut.
    matrix[0, 0] = 1e6
    matrix[1, 0] = -1e6
    NormalizationTable(normalizer, layout: layout).normalize(matrix.pointer, stride: 5, into: output.view)
    #expect(output[0, 0] == 10 && output[1, 0] == -10)
  }

  @Test func rowsAreGatheredByIndex() {
    let matrix = rows(40)
    let indexes: [Int32] = [39, 0, 7, 7, 21, 3, 12]
    let output = Matrix(rows: 7, columns: 5)
    let identity = NormalizationTable(
      ObservationNormalizer(identity: 5, limit: .infinity), layout: ObservationLayout(size: 5))
    identity.normalize(matrix.pointer, stride: 5, indexes: indexes, into: output.view)
    for (row, index) in indexes.enumerated() {
      for column in 0..<5 { #expect(output[row, column] == matrix[Int(index), column]) }
    }
  }

  @Test func thePriorTransformUndoesNormalisation() {
    let normalizer = ObservationNormalizer(means: [1, 2, 3, 4], deviations: [0.5, 2, 4, 8])
    let transform = normalizer.priorTransform(
      of: ObservationLayout(size: 4, prior: 1..<4), rewardScale: 0.25)
    #expect(transform.scales == [2, 4, 8])
    #expect(transform.offsets == [2, 3, 4])
    #expect(transform.rewardScale == 0.25)
  }

  @Test func aNaNIsNotHidden() {
    let matrix = Matrix(rows: 1, columns: 1, [.nan])
    let output = Matrix(rows: 1, columns: 1)
    NormalizationTable(ObservationNormalizer(identity: 1), layout: ObservationLayout(size: 1))
      .normalize(matrix.pointer, stride: 1, into: output.view)
    #expect(output[0, 0].isNaN)
  }
}
