import Foundation

/// Buyers who choose one of several products or none, with chances in proportion to exp(utility), the utility of
/// product k being intercept_k − sensitivity · price_k and that of buying nothing 0 (McFadden, 1974).
///
///     let market = MultinomialLogit(intercepts: [2, 1], sensitivity: 0.5)
///     market.shares(prices: [4, 3])                 // the chance that a buyer takes each product
///     market.optimalPrices(costs: [1, 1]).prices    // costs and one mark-up for all
public struct MultinomialLogit: Sendable, Equatable {
  /// Each product's utility at a price of 0.
  public let intercepts: [Double]
  /// What a unit of price takes off the utility.
  public let sensitivity: Double

  /// Creates a market; the sensitivity must be positive.
  public init(intercepts: [Double], sensitivity: Double) {
    precondition(
      !intercepts.isEmpty && intercepts.allSatisfy(\.isFinite),
      "A market needs a finite intercept per product.")
    precondition(
      sensitivity > 0 && sensitivity.isFinite, "A market's sensitivity must be positive, not \(sensitivity).")
    self.intercepts = intercepts
    self.sensitivity = sensitivity
  }

  /// The chance that a buyer takes each product; the rest buy nothing.
  public func shares(prices: [Double]) -> [Double] {
    precondition(prices.count == intercepts.count, "\(intercepts.count) products need as many prices.")
    let utilities = zip(intercepts, prices).map { $0 - sensitivity * $1 }
    let largest = max(0, utilities.max() ?? 0)
    let weights = utilities.map { exp($0 - largest) }
    let total = weights.reduce(exp(-largest), +)
    return weights.map { $0 / total }
  }

  /// The expected profit per buyer.
  public func profit(prices: [Double], costs: [Double]) -> Double {
    zip(shares(prices: prices), zip(prices, costs)).reduce(0) { $0 + $1.0 * ($1.1.0 - $1.1.1) }
  }

  /// The prices of the largest expected profit: cost and one mark-up m for all products, with
  /// sensitivity · m = 1 + Σ_k exp(intercept_k − sensitivity · (cost_k + m)) (Anderson and de Palma, 1992).
  ///
  /// - Parameter costs: what a unit of each product costs; a bid price of stock counts as cost.
  /// - Returns: the prices, their mark-up, and the profit per buyer, m − 1 / sensitivity.
  public func optimalPrices(costs: [Double]) -> (prices: [Double], markup: Double, profit: Double) {
    precondition(costs.count == intercepts.count, "\(intercepts.count) products need as many costs.")
    // With y = sensitivity · m − 1 the condition is y · e^y = S; in logarithms Newton's steps cannot leave y > 0.
    let exponents = zip(intercepts, costs).map { $0 - sensitivity * $1 - 1 }
    let largest = exponents.max() ?? 0
    let logSum = largest + log(exponents.reduce(0) { $0 + exp($1 - largest) })
    let excess = exp(logOfLambertW(logSum))
    let markup = (1 + excess) / sensitivity
    return (costs.map { $0 + markup }, markup, excess / sensitivity)
  }
}

/// ln y for the y > 0 with y + ln y = `sum`: the logarithm of Lambert's W of e^sum, which may overflow.
private func logOfLambertW(_ sum: Double) -> Double {
  var u = sum > 1 ? log(sum) : sum
  for _ in 0..<50 {
    let step = (exp(u) + u - sum) / (exp(u) + 1)
    u -= step
    if abs(step) < 1e-15 * max(1, abs(u)) { break }
  }
  return u
}
