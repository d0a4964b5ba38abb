import Foundation
import LinearAlgebra

/// How many buyers each price finds, laid out for play: a column per choice of every product, product after product.
///
/// Of independent products a column is the mean number of buyers per unit of traffic; of a logit it is the product's
/// attraction, exp(utility), and visitors choose among attractions and 1 for nothing. Hidden parameters turn a column's
/// logarithm L(p) into L(p̄) + slope · (L(p) − L(p̄)) + ln scale, p̄ being the middle of the product's prices.
package struct DemandTable: Sendable {
  let isLogit: Bool
  /// Visitors per unit of traffic of a logit; 1 otherwise.
  let visitors: Double
  /// Each product's first column, and behind the last the number of all.
  let first: [Int]
  /// By column: the price and what is left of it after cost; a closed choice has 0.
  let prices: [Double]
  private(set) var margins: [Double]
  let isClosed: [Bool]
  /// By column the logarithm of demand, and its change from the product's middle price; of a closed choice −∞ and 0.
  private let logs: [Double]
  private let changes: [Double]

  init(_ problem: PricingProblem) {
    var (first, prices, margins, isClosed, logs, changes) = (
      [0], [Double](), [Double](), [Bool](), [Double](), [Double]()
    )
    for (number, product) in problem.products.enumerated() {
      let logDemand: (Double) -> Double
      switch problem.demand {
      case .exponential(let scales, let slopes): logDemand = { log(scales[number]) - slopes[number] * $0 }
      case .elastic(let scales, let elasticities, let at):
        logDemand = { log(scales[number]) - elasticities[number] * log($0 / at[number]) }
      case .logit(_, let intercepts, let sensitivity): logDemand = { intercepts[number] - sensitivity * $0 }
      case .requests: logDemand = { _ in 0 }
      }
      let middle = (product.prices[0] + product.prices[product.prices.count - 1]) / 2
      for price in product.prices {
        prices.append(price)
        margins.append(price - product.cost)
        isClosed.append(false)
        logs.append(logDemand(price))
        changes.append(logDemand(price) - logDemand(middle))
      }
      if problem.mayClose {
        prices.append(0)
        margins.append(0)
        isClosed.append(true)
        logs.append(-.infinity)
        changes.append(0)
      }
      first.append(prices.count)
    }
    (self.first, self.prices, self.margins, self.isClosed) = (first, prices, margins, isClosed)
    (self.logs, self.changes) = (logs, changes)
    if case .logit(let visitors, _, _) = problem.demand {
      (isLogit, self.visitors) = (true, visitors)
    } else {
      (isLogit, self.visitors) = (false, 1)
    }
  }

  var productCount: Int { first.count - 1 }
  var columnCount: Int { prices.count }
  /// How many sets of hidden parameters there are: one per product, but one for all of a logit.
  var groupCount: Int { isLogit ? 1 : productCount }

  /// The columns of a product.
  package func columns(_ product: Int) -> Range<Int> { first[product]..<first[product + 1] }

  /// The table of sales that come back with a chance, part of the price being paid back.
  func returning(_ chance: Double, refund: Double) -> DemandTable {
    var table = self
    for column in table.margins.indices { table.margins[column] -= chance * refund * prices[column] }
    return table
  }

  /// A column's demand with given logarithms of its hidden scale and slope.
  func demand(_ column: Int, logScale: Double, slope: Double) -> Double {
    isClosed[column] ? 0 : exp(logs[column] + (slope - 1) * changes[column] + logScale)
  }
}

/// The hidden parameters that a seller holds possible: a grid of equally likely points of their prior.
struct DemandHypotheses: Sendable {
  let logScales: [Double]
  let logSlopes: [Double]
  /// Hypotheses × columns.
  let demands: [Double]
  let logDemands: [Double]

  init(_ table: DemandTable, _ uncertainty: PricingProblem.Uncertainty) {
    func points(_ deviation: Double) -> [Double] {
      deviation > 0 ? (0..<7).map { deviation * normalQuantile((Double($0) + 0.5) / 7) } : [0]
    }
    var (logScales, logSlopes) = ([Double](), [Double]())
    for logScale in points(uncertainty.scale) {
      for logSlope in points(uncertainty.slope) {
        logScales.append(logScale)
        logSlopes.append(logSlope)
      }
    }
    self.logScales = logScales
    self.logSlopes = logSlopes
    demands = zip(logScales, logSlopes).flatMap { logScale, logSlope in
      (0..<table.columnCount).map { table.demand($0, logScale: logScale, slope: exp(logSlope)) }
    }
    logDemands = demands.map { log($0) }
  }

  var count: Int { logScales.count }
}
