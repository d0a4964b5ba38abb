import Testing

import LinearAlgebra

struct RidgeRegressionTests {
  /// The factor of the normal equations' matrix, all rows at once.
  private func factor(_ rows: borrowing Matrix, penalty: Float) throws -> CholeskyFactor {
    let a = Matrix(rows: rows.columns, columns: rows.columns)
    for index in 0..<rows.columns { a[index, index] = penalty }
    multiply(rows.view, transposed: true, rows.view, into: a.view, beta: 1)
    return try CholeskyFactor(a.view)
  }

  /// The inner products of each column with the targets.
  private func products(_ rows: borrowing Matrix, _ targets: [Float]) -> Matrix {
    let b = Matrix(rows: rows.columns, columns: 1)
    for (row, target) in targets.enumerated() {
      for column in 0..<rows.columns { b[column, 0] += rows[row, column] * target }
    }
    return b
  }

  private func add(_ rows: borrowing Matrix, _ targets: [Float], to regression: RidgeRegression) {
    for (row, target) in targets.enumerated() {
      regression.add(
        UnsafeBufferPointer(start: rows.view.row(row), count: rows.columns).span, target: target)
    }
  }

  private func solve(_ regression: RidgeRegression) -> [Float] {
    var weights = [Float](repeating: 0, count: regression.features)
    var span = weights.mutableSpan
    regression.solve(into: &span)
    return weights
  }

  @Test(arguments: [1, 3, 20]) func rowByRowIsAllAtOnce(n: Int) throws {
    let rows = normalMatrix(rows: 3 * n, columns: n, lane: n)
    var stream = RandomStream(seed: 5, purpose: .test)
    let targets = (0..<rows.rows).map { _ in stream.normal() }
    let regression = RidgeRegression(features: n, penalty: 0.5)
    add(rows, targets, to: regression)
    let factor = try factor(rows, penalty: 0.5)
    let b = products(rows, targets)
    let weights = factor.solve(b.view).elements
    for (ours, theirs) in zip(solve(regression), weights) { #expect(abs(ours - theirs) < 1e-4) }

    let fresh = normalMatrix(rows: 4, columns: n, lane: 99)
    let deviations = Matrix(rows: 4, columns: 1)
    regression.deviations(fresh.view, into: deviations.view)
    for row in 0..<4 {
      let x = Matrix(rows: n, columns: 1, (0..<n).map { fresh[row, $0] })
      let solved = factor.solve(x.view)
      let variance = dot(x.pointer, solved.pointer, count: n)
      #expect(abs(deviations[row, 0] - variance.squareRoot()) < 1e-4)
    }
  }

  /// Means and covariances of 20,000 draws are within 5 standard errors; false alarms: 9 numbers × 6e-7.
  @Test func drawsHaveTheMeanAndCovarianceOfThePosterior() throws {
    let rows = normalMatrix(rows: 12, columns: 3, lane: 4)
    let targets = (0..<12).map { Float($0) / 6 }
    let regression = RidgeRegression(features: 3, penalty: 1)
    add(rows, targets, to: regression)
    let mean = solve(regression)
    let identity = Matrix(rows: 3, columns: 3, [1, 0, 0, 0, 1, 0, 0, 0, 1])
    let covariance = try factor(rows, penalty: 1).solve(identity.view)
    var stream = RandomStream(seed: 8, purpose: .test)
    let draws = 20_000
    var sums = [Double](repeating: 0, count: 3)
    var products = [Double](repeating: 0, count: 9)
    var draw = [Float](repeating: 0, count: 3)
    for _ in 0..<draws {
      var span = draw.mutableSpan
      regression.draw(deviation: 2, into: &span, stream: &stream)
      for i in 0..<3 {
        sums[i] += Double(draw[i] - mean[i])
        for j in 0..<3 { products[3 * i + j] += Double((draw[i] - mean[i]) * (draw[j] - mean[j])) }
      }
    }
    for i in 0..<3 {
      let deviation = 2 * Double(covariance[i, i]).squareRoot()
      #expect(abs(sums[i] / Double(draws)) < 5 * deviation / Double(draws).squareRoot())
      for j in 0..<3 {
        let scale = 4 * (Double(covariance[i, i]) * Double(covariance[j, j])).squareRoot()
        let found = products[3 * i + j] / Double(draws)
        #expect(abs(found - 4 * Double(covariance[i, j])) < 5 * scale * (2 / Double(draws)).squareRoot())
      }
    }
  }

  @Test func fadingIsWeighingAllThatWasSeen() {
    let row: [Float] = [1, 0.5]
    let faded = RidgeRegression(features: 2, penalty: 1)
    faded.add(row.span, target: 1)
    faded.fade(by: 0.25)
    let weighed = RidgeRegression(features: 2, penalty: 0.25)
    weighed.add(row.span, target: 1, weight: 0.25)
    for (one, other) in zip(solve(faded), solve(weighed)) { #expect(abs(one - other) < 1e-6) }
  }

  /// 200,000 updates of nearly the same row keep the factor definite and the solution right.
  @Test func manyUpdatesLoseNothing() {
    let regression = RidgeRegression(features: 2, penalty: 1e-3)
    for index in 0..<200_000 {
      let row: [Float] = [1, 1 + (index % 2 == 0 ? 1e-3 : -1e-3)]
      regression.add(row.span, target: 2)
    }
    let weights = solve(regression)
    #expect(abs(weights[0] + weights[1] - 2) < 1e-4)
  }
}
