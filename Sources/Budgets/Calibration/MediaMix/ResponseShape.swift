import Foundation
import LinearAlgebra

/// How money of one channel turns into a share of what it can bring at most: adstock, then Hill's curve.
struct ResponseShape: Sendable, Equatable {
  let adstock: Adstock
  /// The stock that brings half of the most, as a multiple of the mean stock.
  let relativeHalf: Double
  let slope: Double

  /// The shapes that are tried, all as likely before the outcome is seen: points of Halton's sequence (1960), which fills the
  /// space of shapes more evenly than chance and more finely in each direction than a grid of as many points.
  ///
  /// What is left of money after a week is uniform up to 0.85; Weibull's delays peak within five weeks; half-saturations are
  /// log-normal around 1.2 times the mean stock, a factor of 2 either way, slopes around 1.2, a factor of 1.4.
  static func candidates(
    _ family: MediaMixOptions.AdstockFamily, spacing: MediaHistory.Spacing, count: Int = 240
  ) -> [ResponseShape] {
    let ticksPerWeek = spacing.ticksPerWeek
    /// The share of shapes without a delay.
    let immediate =
      switch family {
      case .geometric: 1.0
      case .weibull: 0.1
      case .both: 0.6
      }
    return (1...count).map { place in
      let kind = halton(place, base: 2)
      let within = kind < immediate ? kind / immediate : (kind - immediate) / (1 - immediate)
      let adstock: Adstock
      if kind >= immediate {
        let scale = rounded(pow(5, halton(place, base: 7)) * ticksPerWeek)
        adstock = .weibull(shape: rounded(1.2 + 1.8 * within), scale: scale, length: Int(2.5 * scale) + 2)
      } else {
        let weekly = family == .weibull ? 0 : 0.85 * within
        adstock = weekly < 0.04 ? .none : .geometric(retention: rounded(pow(weekly, 1 / ticksPerWeek)))
      }
      func logNormal(_ median: Double, _ deviation: Double, base: Int) -> Double {
        let normal = ScalarKernels.normalQuantile(Float(halton(place, base: base)))
        return rounded(median * exp(deviation * Double(normal)))
      }
      return ResponseShape(
        adstock: adstock, relativeHalf: logNormal(1.2, 0.7, base: 3), slope: logNormal(1.2, 0.35, base: 5))
    }
  }

  /// The half-saturation in units of stock for a channel's spends.
  func halfSaturation(of spends: [Double]) -> Double { halfSaturation(adstock.stocks(of: spends)) }

  /// The share of the most by tick, the scale set by the spends of the first `rows` ticks.
  func column(_ spends: [Double], rows: Int) -> [Double] {
    let stocks = adstock.stocks(of: spends)
    let curve = SaturationCurve(
      Hill(maximum: 1, halfSaturation: halfSaturation(Array(stocks[..<rows])), slope: slope))
    return stocks.map(curve.value)
  }

  /// The share of the most by tick of other spends, on the scale that `spends` set.
  func column(_ others: [Double], scaledBy spends: [Double], rows: Int) -> [Double] {
    let half = halfSaturation(Array(adstock.stocks(of: spends)[..<rows]))
    let curve = SaturationCurve(Hill(maximum: 1, halfSaturation: half, slope: slope))
    return adstock.stocks(of: others).map(curve.value)
  }

  private func halfSaturation(_ stocks: [Double]) -> Double {
    relativeHalf * max(stocks.reduce(0, +) / Double(stocks.count), .leastNormalMagnitude)
  }
}

/// A place of Halton's sequence: the digits of its number in a prime base, mirrored behind the point.
private func halton(_ place: Int, base: Int) -> Double {
  var (rest, share, sum) = (place, 1.0, 0.0)
  while rest > 0 {
    share /= Double(base)
    sum += share * Double(rest % base)
    rest /= base
  }
  return sum
}

/// A number to three digits behind the point, as people write it.
private func rounded(_ number: Double) -> Double { (number * 1000).rounded() / 1000 }
