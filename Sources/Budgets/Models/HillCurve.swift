#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A Hill curve with what certified interpolation needs: how strongly it can bend down.
///
/// A value of stock that is the best over plans, each a sum of discounted Hill curves, bends down at most as strongly as
/// their sum; so on a cell of width h it lies no more than bend · h² / 8 above its chord.
struct HillCurve {
  let curve: Hill
  /// Whether the curve is infinitely steep at 0.
  var steepAtZero: Bool { curve.slope < 1 }
  /// The largest -H'' for slopes of at least 1, or the largest -H'' · b^(2 - slope) below 1.
  private let bendScale: Double

  init(_ curve: Hill) {
    self.curve = curve
    let (s, h) = (curve.slope, curve.halfSaturation)
    // With y = (b / h)^s: -H'' = maximum · s / b² · y · ((s + 1) y - (s - 1)) / (1 + y)³.
    func scaled(_ y: Double) -> Double {
      let bracket = (s + 1) * y - (s - 1)
      let power = s < 1 ? 1 : pow(y, 1 - 2 / s)
      return max(bracket, 0) * power / ((1 + y) * (1 + y) * (1 + y))
    }
    let start = s < 1 ? 0 : (s - 1) / (s + 1)
    let largest = (0...1200).reduce(scaled(start + 1e-9)) {
      max($0, scaled(start + exp(-20 + 0.025 * Double($1))))
    }
    let unit = s < 1 ? pow(h, -s) : 1 / (h * h)
    // A few percent for what the scan may step over.
    bendScale = 1.05 * curve.maximum * s * unit * largest
  }

  /// The curve at a stock.
  func callAsFunction(_ stock: Double) -> Double {
    guard stock > 0 else { return 0 }
    return curve.maximum / (1 + pow(curve.halfSaturation / stock, curve.slope))
  }

  /// The largest -H'' at and above a stock; infinite at 0 for slopes below 1.
  func bend(from stock: Double) -> Double {
    guard steepAtZero else { return bendScale }
    return stock > 0 ? bendScale * pow(stock, curve.slope - 2) : .infinity
  }

  /// What a chord from a stock over a width may miss; huge, but finite, where the curve is infinitely steep.
  func missedByChord(from stock: Double, width: Double) -> Double {
    min(bend(from: stock) * width * width / 8, .greatestFiniteMagnitude)
  }

  /// How the bend of a sum of later curves shrinks per tick when stock is kept by a factor.
  func discount(retention: Double) -> Double {
    retention > 0 ? pow(retention, steepAtZero ? curve.slope : 2) : 0
  }
}
