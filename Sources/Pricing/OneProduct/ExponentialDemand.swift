import Foundation
import Optimization

/// One product of finite stock and a finite season, whose buyers come as a Poisson stream of rate a · exp(−b · price)
/// (Gallego and van Ryzin, "Optimal Dynamic Pricing of Inventories with Stochastic Demand over Finite Horizons",
/// Management Science 40, 1994, section 2.3).
///
///     let season = ExponentialDemand(scale: 20, slope: 1)
///     season.revenue(stock: 5, time: 1)   // 6.0004…, the optimum
///     season.price(stock: 5, time: 1)     // 1.589…
public struct ExponentialDemand: Sendable, Equatable {
  /// a: buyers per unit of time at a price of 0.
  public let scale: Double
  /// b: by what part demand falls per unit of price.
  public let slope: Double

  /// Creates a market; both numbers must be positive and finite.
  public init(scale: Double, slope: Double) {
    precondition(
      scale > 0 && scale.isFinite && slope > 0 && slope.isFinite,
      "A market needs a positive scale and slope of demand, not \(scale) and \(slope).")
    self.scale = scale
    self.slope = slope
  }

  /// The optimal expected revenue: ln(Σ_{i ≤ stock} (a t / e)^i / i!) / b. O(stock).
  public func revenue(stock: Int, time: Double) -> Double {
    check(stock: stock, time: time)
    let load = scale * time / M_E
    guard load > 0 else { return 0 }
    let terms = (0...stock).map { Double($0) * log(load) - lgamma(Double($0) + 1) }
    let largest = terms.max() ?? 0
    return (largest + log(terms.reduce(0) { $0 + exp($1 - largest) })) / slope
  }

  /// The optimal price with `stock` units (at least one) and `time` left: what a unit is worth, and 1 / b more.
  public func price(stock: Int, time: Double) -> Double {
    precondition(stock > 0, "Only a product in stock has a price.")
    return revenue(stock: stock, time: time) - revenue(stock: stock - 1, time: time) + 1 / slope
  }

  /// The best price were demand its mean: what sells the stock just in time, and at least 1 / b.
  public func deterministicPrice(stock: Int, time: Double) -> Double {
    check(stock: stock, time: time)
    guard stock > 0 else { return .infinity }
    return max(1, log(scale * time / Double(stock))) / slope
  }

  /// What that price would earn were demand its mean: an upper bound on every policy's expected revenue (theorem 2).
  public func deterministicBound(stock: Int, time: Double) -> Double {
    check(stock: stock, time: time)
    guard stock > 0 else { return 0 }
    let price = deterministicPrice(stock: stock, time: time)
    return price * min(Double(stock), scale * time * exp(-slope * price))
  }

  /// The expected revenue of one price for the whole season. O(stock).
  public func revenue(fixedPrice price: Double, stock: Int, time: Double) -> Double {
    check(stock: stock, time: time)
    return price * PoissonCounts(mean: scale * time * exp(-slope * price)).mean(upTo: stock)
  }

  /// The best single price for the season, by golden-section search to 1e-9 of 1 / b.
  public func bestFixedPrice(stock: Int, time: Double) -> Double {
    check(stock: stock, time: time)
    let highest = max(1, log(max(scale * time, 1))) + 3
    let price = goldenSection(from: 0, through: highest, tolerance: 1e-9) {
      -revenue(fixedPrice: $0 / slope, stock: stock, time: time)
    }
    return price / slope
  }

  private func check(stock: Int, time: Double) {
    precondition(stock >= 0, "A stock has at least 0 units, not \(stock).")
    precondition(time >= 0 && time.isFinite, "A season has a finite length of at least 0, not \(time).")
  }
}
