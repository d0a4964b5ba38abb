import Foundation
import LinearAlgebra

/// The chance of a click: 1 / (1 + e^−(intercept + Σ weights of the row's columns)).
public struct LogisticRegression: Sendable, Equatable {
  /// The logarithm of the odds where no feature is there.
  package var intercept: Double
  /// What each column adds to it.
  public var weights: [Double]

  /// Fits by Newton's method with a ridge: the weights that make Σ log loss + ridge/2 · ‖weights‖² smallest, the intercept
  /// free. LAPACK solves each step; halved steps keep the loss falling. O(rows · features² + columns³) a step.
  ///
  /// - Parameters:
  ///   - rows: what each impression shows.
  ///   - labels: whether it was clicked.
  ///   - ridge: how strongly weights are held to 0; above 0.
  ///   - tolerance: steps end when the largest change of a weight is below it.
  /// - Throws: `LinearAlgebraError` where a step has no solution.
  public init(
    _ rows: FeatureRows, labels: [Bool], ridge: Double, tolerance: Double = 1e-8
  ) throws(LinearAlgebraError) {
    precondition(rows.count == labels.count, "Each of \(rows.count) rows needs a label.")
    precondition(ridge > 0, "A ridge is above 0, not \(ridge).")
    let width = rows.width + 1
    let share = (Double(labels.count(where: { $0 })) + 0.5) / (Double(labels.count) + 1)
    intercept = log(share / (1 - share))
    weights = Array(repeating: 0, count: rows.width)
    var loss = penalized(rows, labels, ridge)
    for _ in 0..<50 {
      var gradient = [Double](repeating: 0, count: width)
      var curvature = [Double](repeating: 0, count: width * width)
      for column in 0..<rows.width {
        gradient[column] = ridge * weights[column]
        curvature[column * width + column] = ridge
      }
      for row in 0..<rows.count {
        let rate = probability(rows[row])
        let (slope, bend) = (rate - (labels[row] ? 1 : 0), rate * (1 - rate))
        // The intercept is the last column.
        let columns = rows[row].map(Int.init) + [rows.width]
        for left in columns {
          gradient[left] += slope
          for right in columns { curvature[left * width + right] += bend }
        }
      }
      let step = try solve(curvature, gradient)
      let start = self
      var scale = 1.0
      while true {
        for column in 0..<rows.width { weights[column] = start.weights[column] - scale * step[column] }
        intercept = start.intercept - scale * step[rows.width]
        let tried = penalized(rows, labels, ridge)
        if tried <= loss + 1e-12 * abs(loss) || scale < 1e-6 {
          loss = tried
          break
        }
        scale /= 2
      }
      if step.allSatisfy({ abs($0) * scale < tolerance }) { break }
    }
  }

  /// The chance of a click, by the columns of a row.
  public func probability(_ columns: ArraySlice<Int32>) -> Double {
    1 / (1 + exp(-columns.reduce(intercept) { $0 + weights[Int($1)] }))
  }

  /// Σ log loss + ridge/2 · ‖weights‖².
  private func penalized(_ rows: FeatureRows, _ labels: [Bool], _ ridge: Double) -> Double {
    var loss = ridge / 2 * weights.reduce(0) { $0 + $1 * $1 }
    for row in 0..<rows.count {
      let score = rows[row].reduce(intercept) { $0 + weights[Int($1)] }
      // log(1 + e^s) − s·label, without overflow.
      loss += max(score, 0) + log1p(exp(-abs(score))) - (labels[row] ? score : 0)
    }
    return loss
  }
}
