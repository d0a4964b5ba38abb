import Documents
import Foundation
import LinearAlgebra

/// Observations × named columns of numbers that explain demand.
///
///     var design = DesignMatrix(observations: sales.count)
///     design.add("constant") { _ in 1 }
///     design.add("log price") { log(prices[$0]) }
///     let fit = try design.leastSquares(sales.map { log($0) })
public struct DesignMatrix: Sendable, Equatable {
  /// The columns' names.
  public private(set) var names: [String] = []
  /// The number of observations.
  public let observations: Int
  private var columns: [[Double]] = []

  /// Creates a design without columns.
  public init(observations: Int) {
    precondition(observations > 0, "A design needs at least one observation.")
    self.observations = observations
  }

  /// Adds a column.
  public mutating func add(_ name: String, _ value: (Int) -> Double) {
    names.append(name)
    columns.append((0..<observations).map(value))
  }

  /// Ordinary least squares with the classical standard errors. O(observations · columns²).
  ///
  /// - Parameter outcomes: one per observation.
  public func leastSquares(_ outcomes: [Double]) throws(InputError) -> Estimate {
    try check(outcomes)
    let weights = [Double](repeating: 1, count: observations)
    let inverse = try NormalMatrix(products(weights), names: names)
    let coefficients = inverse.solve(
      columns.map { column in zip(column, outcomes).reduce(0) { $0 + $1.0 * $1.1 } })
    let fitted = values(coefficients)
    let squares = zip(fitted, outcomes).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    let count = Double(observations)
    let variance = squares / (count - Double(names.count))
    return Estimate(
      names: names, coefficients: coefficients,
      standardErrors: inverse.diagonal.map { ($0 * variance).squareRoot() },
      logLikelihood: -count / 2 * (log(2 * Double.pi * squares / count) + 1), observations: observations)
  }

  /// Poisson regression, E[count] = exp(columns · coefficients), by Newton's method: the demand of a simulator whose
  /// buyers come at exponential or constant-elasticity rates.
  ///
  /// - Parameter counts: one of at least 0 per observation.
  public func poisson(_ counts: [Double]) throws(InputError) -> Estimate {
    try check(counts)
    if let wrong = counts.firstIndex(where: { $0 < 0 }) {
      throw .value(column: "counts", observation: wrong, counts[wrong])
    }
    // Least squares of the logarithms is a start within reach of Newton's steps.
    var coefficients = try leastSquares(counts.map { log($0 + 0.5) }).coefficients
    for _ in 0..<100 {
      let means = values(coefficients).map { exp(min($0, 700)) }
      let slope = columns.map { column in
        zip(column, zip(counts, means)).reduce(0) { $0 + $1.0 * ($1.1.0 - $1.1.1) }
      }
      let inverse = try NormalMatrix(products(means), names: names)
      let step = inverse.solve(slope)
      for index in coefficients.indices { coefficients[index] += step[index] }
      guard step.allSatisfy(\.isFinite) else { throw .noOptimum }
      if zip(step, slope).reduce(0, { $0 + $1.0 * $1.1 }) < 1e-18 * Double(observations) {
        let logLikelihood = zip(counts, values(coefficients)).reduce(0) {
          $0 + $1.0 * $1.1 - exp($1.1) - lgamma($1.0 + 1)
        }
        return Estimate(
          names: names, coefficients: coefficients, standardErrors: inverse.diagonal.map { $0.squareRoot() },
          logLikelihood: logLikelihood, observations: observations)
      }
    }
    throw .noOptimum
  }

  private func values(_ coefficients: [Double]) -> [Double] {
    var sums = [Double](repeating: 0, count: observations)
    for (column, coefficient) in zip(columns, coefficients) {
      for row in 0..<observations { sums[row] += coefficient * column[row] }
    }
    return sums
  }

  private func products(_ weights: [Double]) -> [Double] {
    columns.flatMap { left in
      columns.map { right in
        var sum = 0.0
        for row in 0..<observations { sum += left[row] * right[row] * weights[row] }
        return sum
      }
    }
  }

  private func check(_ outcomes: [Double]) throws(InputError) {
    precondition(outcomes.count == observations, "\(observations) observations need as many outcomes.")
    guard observations > names.count else {
      throw .tooFew(observations: observations, coefficients: names.count)
    }
    for (name, column) in zip(names + ["outcome"], columns + [outcomes]) {
      if let wrong = column.firstIndex(where: { !$0.isFinite }) {
        throw .value(column: name, observation: wrong, column[wrong])
      }
    }
  }
}

/// The inverse of a matrix of products of columns, each column scaled to a length of 1 first.
struct NormalMatrix {
  let inverse: [[Double]]

  init(_ products: [Double], names: [String]) throws(InputError) {
    let count = names.count
    let lengths = (0..<count).map { products[$0 * count + $0].squareRoot() }
    if let empty = lengths.firstIndex(where: { !($0 > 0) }) { throw .collinear(column: names[empty]) }
    let scaled = (0..<count * count).map { products[$0] / lengths[$0 / count] / lengths[$0 % count] }
    var inverse: [[Double]] = []
    for column in 0..<count {
      let unit = (0..<count).map { $0 == column ? 1.0 : 0 }
      do {
        let solution = try LinearAlgebra.solve(scaled, unit)
        inverse.append((0..<count).map { solution[$0] / lengths[$0] / lengths[column] })
      } catch {
        if case .singular(let index) = error { throw .collinear(column: names[index]) }
        throw .noOptimum
      }
    }
    // Columns that agree to eight digits leave nothing of their difference.
    for column in 0..<count where inverse[column][column] * products[column * count + column] > 1e12 {
      throw .collinear(column: names[column])
    }
    self.inverse = inverse
  }

  var diagonal: [Double] { inverse.indices.map { inverse[$0][$0] } }

  func solve(_ right: [Double]) -> [Double] {
    inverse.map { row in zip(row, right).reduce(0) { $0 + $1.0 * $1.1 } }
  }
}
