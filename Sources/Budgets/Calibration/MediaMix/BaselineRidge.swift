import Foundation
import LinearAlgebra

/// How strongly the coefficients of the baseline are drawn to 0, in ticks' worth of evidence against them.
///
/// Season and controls each have a ridge of their own: whether a year has a season says nothing of whether prices matter.
/// Both are chosen by the evidence of the outcome (MacKay, 1992), the coefficients integrated out, with a log-normal prior:
/// media that follow the season could explain it as well as the season itself, so the evidence alone would let go of either.
struct BaselineRidge: Sendable, Equatable {
  /// Of the trend.
  let trend = 1.0
  /// Of sines, cosines and days of the week.
  var season = 10.0
  /// Of the controls.
  var controls = 10.0
  /// Of what goes along with the money of channels whose effect is known from elsewhere: next to none.
  let confounders = 0.3

  private static let candidates = [0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000]

  /// One number per column: 0 for the level.
  func values(_ groups: [BaselineColumns.Group]) -> [Double] {
    groups.map { group in
      switch group {
      case .level: 0
      case .trend: trend
      case .season: season
      case .control: controls
      case .confounder: confounders
      }
    }
  }

  /// The ridge of the highest posterior density, one group after the other, twice.
  ///
  /// - Parameters:
  ///   - columns: the baseline, whitened.
  ///   - sides: the outcome without media, whitened, for several draws of the media, over whose evidences the mean is taken.
  func improved(
    _ columns: [[Double]], groups: [BaselineColumns.Group], sides: [[Double]], rows: Int
  ) throws(LinearAlgebraError) -> BaselineRidge {
    let products = symmetricProducts(columns)
    var best = self
    for _ in 0..<2 {
      for part in [\BaselineRidge.season, \.controls] {
        let group = part == \BaselineRidge.season ? BaselineColumns.Group.season : .control
        guard groups.contains(group) else { continue }
        var highest = -Double.infinity
        let start = best
        for candidate in Self.candidates {
          var tried = start
          tried[keyPath: part] = candidate
          let density =
            try evidence(columns, products, sides, rows: rows, ridges: tried.values(groups))
            - 0.5 * pow(log(candidate / 10), 2)
          if density > highest { (highest, best) = (density, tried) }
        }
      }
    }
    return best
  }
}

/// The logarithm of the density of sides, coefficients and the variance of the noise integrated out; the mean over sides.
private func evidence(
  _ columns: [[Double]], _ products: borrowing Matrix, _ sides: [[Double]], rows: Int, ridges: [Double]
) throws(LinearAlgebraError) -> Double {
  let precision = products.copy()
  for (index, ridge) in ridges.enumerated() { precision[index, index] += Float(ridge) }
  let determinant = Double(try CholeskyFactor(precision.view).logDeterminant)
  let coefficients = try ridgeCoefficients(columns, sides, rows: rows, ridges: ridges)
  let misfit = zip(sides, coefficients).reduce(0) { sum, side in
    let squares = ridgeResiduals(side.0, columns, side.1, ridges: ridges).reduce(0) { $0 + $1 * $1 }
    return sum + log(max(squares, .leastNormalMagnitude))
  }
  let prior = ridges.reduce(0) { $1 > 0 ? $0 + log($1) : $0 }
  return 0.5 * (prior - determinant - Double(rows - 1) * misfit / Double(sides.count))
}

/// All products of pairs of columns.
func symmetricProducts(_ columns: [[Double]]) -> Matrix {
  let matrix = Matrix(
    rows: columns.count, columns: columns[0].count, columns.flatMap { $0.map { Float($0) } })
  let result = Matrix(rows: columns.count, columns: columns.count)
  multiply(matrix.view, transposed: false, matrix.view, transposed: true, into: result.view)
  return result
}
