#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A Hill curve and the smallest concave curve on or above it.
///
/// A slope s above 1 makes Hill's curve S-shaped. Its concave hull is then the straight line from the origin that touches
/// it, at halfSaturation · (s − 1)^(1/s), and the curve itself from there on.
struct SaturationCurve: Sendable {
  let hill: Hill
  /// Up to where the hull is straight; 0 where the curve is concave.
  let touchingStock: Double

  init(_ hill: Hill) {
    self.hill = hill
    touchingStock = hill.slope > 1 ? hill.halfSaturation * pow(hill.slope - 1, 1 / hill.slope) : 0
  }

  /// The outcome of a stock.
  func value(_ stock: Double) -> Double {
    guard stock > 0 else { return 0 }
    return hill.maximum / (1 + pow(hill.halfSaturation / stock, hill.slope))
  }

  /// The derivative; at a stock of 0 that of a stock next to it, for slopes below 1 are infinitely steep there.
  func slope(_ stock: Double) -> Double {
    let stock = max(stock, 1e-12 * hill.halfSaturation)
    let power = pow(hill.halfSaturation / stock, hill.slope)
    return hill.maximum * hill.slope * power / (stock * (1 + power) * (1 + power))
  }

  /// Where the curve turns from convex to concave; 0 where it is concave.
  var inflection: Double {
    hill.slope > 1 ? hill.halfSaturation * pow((hill.slope - 1) / (hill.slope + 1), 1 / hill.slope) : 0
  }
}
