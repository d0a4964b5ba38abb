#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif
import LinearAlgebra

/// What the curve of a response channel may be: a finite set, each as likely as the others before a campaign.
///
/// Curves that differ in height only have one shape, and one table of values: where money brings c times as much, the
/// value at a price λ is c V(a; λ / c).
final class CurveSet: Sendable {
  /// How money works but for the height: plain numbers, so that lanes on many threads read them without counting
  /// references.
  struct Shape {
    /// The curve, as high as the channel's typical one.
    let response: ResponseModel
    /// Of the geometric adstock that planning reckons with.
    let retention: Float
    let values: ResponseValues.Table
    /// The number of ticks that a spend works in; 0 where stock is a running sum.
    let lags: Int
  }

  /// The number of curves.
  let count: Int
  let shapeCount: Int
  /// The longest look back of any shape.
  let lags: Int
  private let shapes: Buffer<Shape>
  private let shapeOfCurve: Buffer<Int32>
  private let logHeights: Buffer<Float>
  /// Shapes × lags: what a spend of that age adds to stock.
  private let weights: Matrix
  private let tables: [ResponseValues]

  /// Half as fine as those of a single curve, for the mean over curves is smoother than each: on a retailer's
  /// held-out draws nothing was to be gained from finer ones.
  private static let nodes = 16
  private static let prices = 24

  /// How many curves of all channels together have tables of at most half a gigabyte.
  static func mostCurves(ticks: Int) -> Int { (1 << 26) / ((ticks + 1) * nodes * prices) }

  /// Tabulates the curves of a channel.
  ///
  /// - Parameters:
  ///   - channel: one with curves.
  ///   - ladder: money by level.
  ///   - weights: by tick, the objective earned at the ceiling of the channel's typical curve.
  init(_ channel: ResponseChannel, ladder: [Float], weights: [Float]) {
    precondition(!channel.curves.isEmpty, "A set of curves needs at least one.")
    let typical = max(channel.saturation.maximum, 1e-12)
    var distinct: [ResponseCurve] = []
    var places: [Int32] = []
    for curve in channel.curves {
      var shape = curve
      shape.saturation.maximum = channel.saturation.maximum
      let place = distinct.firstIndex(of: shape) ?? distinct.count
      if place == distinct.count { distinct.append(shape) }
      places.append(Int32(place))
    }
    let models = distinct.map { shape in
      var shaped = channel
      (shaped.adstock, shaped.saturation) = (shape.adstock, shape.saturation)
      return ResponseModel(shaped)
    }
    let tables = zip(distinct, models).map { shape, model in
      ResponseValues(
        model, ladder: ladder, retention: Float(shape.adstock.equivalentRetention), weights: weights,
        nodes: Self.nodes, priceCount: Self.prices)
    }
    let delays = distinct.map { $0.adstock.weights ?? [] }
    let lags = delays.map(\.count).max() ?? 0
    count = channel.curves.count
    shapeCount = distinct.count
    self.lags = lags
    self.tables = tables
    shapes = Buffer(
      distinct.indices.map {
        Shape(
          response: models[$0], retention: Float(distinct[$0].adstock.equivalentRetention),
          values: tables[$0].table, lags: delays[$0].count)
      })
    shapeOfCurve = Buffer(places)
    logHeights = Buffer(channel.curves.map { Float(log(max($0.saturation.maximum, 1e-12) / typical)) })
    self.weights = Matrix(
      rows: distinct.count, columns: lags,
      delays.flatMap { $0.map { Float($0) } + [Float](repeating: 0, count: lags - $0.count) })
  }

  func shape(_ place: Int) -> Shape { shapes.pointer[place] }
  /// The shape of a curve.
  func shapeIndex(ofCurve curve: Int) -> Int { Int(shapeOfCurve.pointer[curve]) }
  /// The log of a curve's ceiling over the typical one's.
  func logHeight(ofCurve curve: Int) -> Float { logHeights.pointer[curve] }

  /// The stock that works under a shape.
  ///
  /// - Parameters:
  ///   - stock: the stock that planning reckons with.
  ///   - spends: money by age, the newest first.
  func workingStock(shape: Int, stock: Float, spends: UnsafePointer<Float>) -> Float {
    let count = shapes.pointer[shape].lags
    guard count > 0 else { return stock }
    let weights = weights.view.row(shape)
    var sum: Float = 0
    for lag in 0..<count { sum += weights[lag] * spends[lag] }
    return sum
  }
}
