import Foundation
import LinearAlgebra

/// How money of one channel turns into a share of what it can bring at most: adstock, then Hill's curve.
struct ResponseShape: Sendable, Equatable {
  let adstock: Adstock
  /// The stock that brings half of the most, as a multiple of the mean stock.
  let relativeHalf: Double
  let slope: Double

  /// The half-saturation in units of stock for a channel's spends.
  func halfSaturation(of spends: [Double]) -> Double { halfSaturation(adstock.stocks(of: spends)[...]) }

  /// The share of the most by tick, the scale set by the spends of the first `rows` ticks.
  func column(_ spends: [Double], rows: Int) -> [Double] {
    let stocks = adstock.stocks(of: spends)
    let curve = SaturationCurve(
      Hill(maximum: 1, halfSaturation: halfSaturation(stocks[..<rows]), slope: slope))
    return stocks.map(curve.value)
  }

  /// The share of the most by tick of other spends, on the scale that `spends` set.
  func column(_ others: [Double], scaledBy spends: [Double], rows: Int) -> [Double] {
    let half = halfSaturation(adstock.stocks(of: spends)[..<rows])
    let curve = SaturationCurve(Hill(maximum: 1, halfSaturation: half, slope: slope))
    return adstock.stocks(of: others).map(curve.value)
  }

  /// The mean is taken over ticks in which the channel works, so that one that starts late or pauses is no smaller for it.
  private func halfSaturation(_ stocks: ArraySlice<Double>) -> Double {
    let least = 0.01 * (stocks.max() ?? 0)
    let active = stocks.filter { $0 > least }
    return relativeHalf * max(active.reduce(0, +) / Double(max(1, active.count)), .leastNormalMagnitude)
  }
}

extension ResponseShape {
  /// The shape at a point of the unit cube, in which all are as likely before the outcome is seen: kind of carry-over, half-
  /// saturation, slope, delay.
  ///
  /// What is left of money after a week is uniform up to 0.85; Weibull's delays peak within five weeks; half-saturations are
  /// log-normal around 1.2 times the mean stock, a factor of 2 either way, slopes around 1.2, a factor of 1.4.
  init(at point: SIMD4<Double>, family: MediaMixOptions.AdstockFamily, ticksPerWeek: Double) {
    /// The share of shapes without a delay.
    let immediate =
      switch family {
      case .geometric: 1.0
      case .weibull: 0.1
      case .both: 0.6
      }
    let kind = point[0]
    if kind >= immediate, immediate < 1 {
      let within = (kind - immediate) / (1 - immediate)
      let scale = rounded(pow(5, point[3]) * ticksPerWeek)
      adstock = .weibull(shape: rounded(1.2 + 1.8 * within), scale: scale, length: Int(2.5 * scale) + 2)
    } else {
      let weekly = family == .weibull ? 0 : 0.85 * kind / immediate
      adstock = weekly < 0.04 ? .none : .geometric(retention: rounded(pow(weekly, 1 / ticksPerWeek)))
    }
    func logNormal(_ median: Double, _ deviation: Double, _ chance: Double) -> Double {
      let normal = ScalarKernels.normalQuantile(Float(min(max(chance, 1e-4), 1 - 1e-4)))
      return rounded(median * exp(deviation * Double(normal)))
    }
    relativeHalf = logNormal(1.2, 0.7, point[1])
    slope = logNormal(1.2, 0.35, point[2])
  }
}

/// A number to three digits behind the point, as people write it.
private func rounded(_ number: Double) -> Double { (number * 1000).rounded() / 1000 }
