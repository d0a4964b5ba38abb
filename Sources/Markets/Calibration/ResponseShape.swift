/// How money of one channel turns into a share of what it can bring at most: adstock, then Hill's curve.
struct ResponseShape: Sendable, Equatable {
  let adstock: Adstock
  /// The stock that brings half of the most, as a multiple of the mean stock.
  let relativeHalf: Double
  let slope: Double

  /// The shapes that are tried: a grid over adstock, half-saturation and slope.
  static func candidates(_ family: MediaMixOptions.AdstockFamily, spacing: MediaHistory.Spacing)
    -> [ResponseShape]
  {
    let daily = spacing == .daily
    let retentions = daily ? [0, 0.4, 0.6, 0.75, 0.85, 0.92, 0.96] : [0, 0.15, 0.3, 0.45, 0.6, 0.75, 0.85]
    let geometric = retentions.map { $0 == 0 ? Adstock.none : .geometric(retention: $0) }
    let weibull = (daily ? [6.0, 14, 28] : [1.5, 2.5, 4]).map { scale in
      Adstock.weibull(shape: 2, scale: scale, length: Int(2.5 * scale) + 2)
    }
    let adstocks =
      switch family {
      case .geometric: geometric
      case .weibull: [Adstock.none] + weibull
      case .both: geometric + weibull
      }
    return adstocks.flatMap { adstock in
      [0.8, 1, 1.5, 2.2].flatMap { slope in
        [0.3, 0.6, 1.2, 2.4, 4.8].map { ResponseShape(adstock: adstock, relativeHalf: $0, slope: slope) }
      }
    }
  }

  /// The half-saturation in units of stock for a channel's spends.
  func halfSaturation(of spends: [Double]) -> Double {
    let stocks = adstock.stocks(of: spends)
    return relativeHalf * max(stocks.reduce(0, +) / Double(stocks.count), .leastNormalMagnitude)
  }

  /// The share of the most by tick, the scale set by the spends of the first `rows` ticks.
  func column(_ spends: [Double], rows: Int) -> [Double] {
    let curve = SaturationCurve(
      Hill(maximum: 1, halfSaturation: halfSaturation(of: Array(spends[..<rows])), slope: slope))
    return adstock.stocks(of: spends).map(curve.value)
  }
}
