import Foundation

/// How a tick's spend keeps working in later ticks: stock_t = Σ_l weight_l · spend_(t - l).
public enum Adstock: Sendable, Equatable {
  /// Spend works in its own tick only.
  case none
  /// Weights retention^l: stock ← retention · stock + spend.
  case geometric(retention: Double)
  /// Weights that follow the density of a Weibull distribution at l + 1, largest weight 1, over `length` ticks: with a
  /// shape above 1 the effect builds up first (the `weibull_pdf` adstock of Meta's Robyn).
  case weibull(shape: Double, scale: Double, length: Int)

  /// The share of stock that is kept per tick by a running sum; 0 without adstock, meaningless under Weibull.
  public var retention: Double {
    if case .geometric(let retention) = self { retention } else { 0 }
  }

  /// The weights by lag where stock is a finite weighted sum; nil where a running sum does.
  public var weights: [Double]? {
    guard case .weibull(let shape, let scale, let length) = self else { return nil }
    let logs = (1...max(1, length)).map { lag in
      let ratio = Double(lag) / scale
      return (shape - 1) * log(ratio) - pow(ratio, shape)
    }
    let largest = logs.max() ?? 0
    return logs.map { exp($0 - largest) }
  }
}
