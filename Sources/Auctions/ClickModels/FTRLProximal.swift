import Foundation

/// Logistic regression learned row by row, with few weights that are not 0: FTRL-Proximal (McMahan et al., KDD 2013,
/// Algorithm 1).
///
/// A column's rate of learning falls with the gradients it has seen. A row costs O(features), and nothing is allocated.
public struct FTRLProximal: Sendable {
  /// The rate of learning.
  public let alpha: Double
  /// Smooths the rate of columns seen rarely.
  package let beta: Double
  /// Holds weights to 0 exactly.
  public let lambda1: Double
  /// Holds weights near 0.
  public let lambda2: Double
  private var sums: [Double]
  private var squares: [Double]

  /// Begins with all weights at 0; the last column is the intercept.
  public init(width: Int, alpha: Double = 0.1, beta: Double = 1, lambda1: Double = 1, lambda2: Double = 1) {
    precondition(width > 0 && alpha > 0 && beta >= 0, "FTRL needs columns and a positive rate.")
    precondition(lambda1 >= 0 && lambda2 >= 0, "Penalties are 0 or more.")
    self.alpha = alpha
    self.beta = beta
    self.lambda1 = lambda1
    self.lambda2 = lambda2
    sums = Array(repeating: 0, count: width + 1)
    squares = Array(repeating: 0, count: width + 1)
  }

  /// The weight of a column.
  public func weight(_ column: Int) -> Double {
    let sum = sums[column]
    // The intercept is not penalized.
    let held = column == sums.count - 1 ? 0 : lambda1
    if abs(sum) <= held { return 0 }
    return -(sum - (sum > 0 ? held : -held)) / ((beta + squares[column].squareRoot()) / alpha + lambda2)
  }

  /// How many weights are not 0.
  public var nonzeros: Int { (0..<sums.count - 1).count { weight($0) != 0 } }

  /// The chance of a click, by the columns of a row.
  public func probability(_ columns: ArraySlice<Int32>) -> Double {
    1 / (1 + exp(-columns.reduce(weight(sums.count - 1)) { $0 + weight(Int($1)) }))
  }

  /// Learns from one row. Returns the chance it had given before.
  @discardableResult public mutating func learn(_ columns: ArraySlice<Int32>, label: Bool) -> Double {
    let chance = probability(columns)
    let gradient = chance - (label ? 1 : 0)
    move(sums.count - 1, gradient)
    for column in columns { move(Int(column), gradient) }
    return chance
  }

  private mutating func move(_ column: Int, _ gradient: Double) {
    let square = gradient * gradient
    let sigma = ((squares[column] + square).squareRoot() - squares[column].squareRoot()) / alpha
    sums[column] += gradient - sigma * weight(column)
    squares[column] += square
  }
}
