/// The smallest concave curve on or above a saturation curve between two stocks.
///
/// Hill's curve of a slope above 1 is convex up to its inflection and concave from there. From a stock in the convex part the
/// envelope is the straight line that touches the curve further on, and then the curve itself.
struct ConcaveEnvelope: Sendable {
  let curve: SaturationCurve
  /// Where the straight piece begins and ends: alike where there is none, without an end where it spans all stocks.
  private let low: Double
  private let touching: Double
  private let valueAtLow: Double
  private let straightSlope: Double

  /// The envelope between two stocks.
  init(_ curve: SaturationCurve, over stocks: ClosedRange<Double>) {
    self.curve = curve
    low = max(0, stocks.lowerBound)
    valueAtLow = curve.value(low)
    let end = touchingStock(of: curve, from: low, to: stocks.upperBound)
    straightSlope = end > low ? (curve.value(end) - valueAtLow) / (end - low) : 0
    // Beyond the highest stock the curve may be steeper than the envelope, whose slope there is the straight piece's.
    touching = end > low && end >= stocks.upperBound ? .infinity : end
  }

  /// Whether a part of the curve is replaced.
  var isStraightened: Bool { touching > low }

  /// The envelope's value.
  func value(_ stock: Double) -> Double {
    isStraight(stock) ? valueAtLow + straightSlope * (stock - low) : curve.value(stock)
  }

  /// The envelope's derivative.
  func slope(_ stock: Double) -> Double { isStraight(stock) ? straightSlope : curve.slope(stock) }

  /// A stock that rounding leaves below the lowest one lies on no straight piece where there is none.
  private func isStraight(_ stock: Double) -> Bool { isStraightened && stock < touching }
}

/// Where the straight line from a stock touches the curve, up to a highest stock; the stock itself where the curve is concave.
private func touchingStock(of curve: SaturationCurve, from low: Double, to high: Double) -> Double {
  let inflection = curve.inflection
  guard low < inflection, high > low else { return low }
  guard low > 0 else { return min(curve.touchingStock, high) }
  guard high > inflection else { return high }
  let start = curve.value(low)
  // The line to a stock short of the touching point is less steep than the curve there.
  func isShort(_ stock: Double) -> Bool { curve.value(stock) - start <= curve.slope(stock) * (stock - low) }
  guard !isShort(high) else { return high }
  var (left, right) = (inflection, high)
  for _ in 0..<50 {
    let middle = (left + right) / 2
    if isShort(middle) { left = middle } else { right = middle }
  }
  return left
}
