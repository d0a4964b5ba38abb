#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif
import LinearAlgebra

/// What the advertisers of some lanes believe of a channel whose curve is one of a set: how likely each curve is, and
/// by what factor it is off.
///
/// Given the curve, the log of an outcome over what the curve expects is a constant and an AR(1) with noise, whose
/// means and variances Kalman's filter keeps exactly (`LogBelief`); the weights of the curves follow from how likely
/// each filter found what was seen. So all but the curve is integrated out (Rao and Blackwell; Chen and Liu, "Mixture
/// Kalman filters", 2000).
package final class CurveBeliefs {
  let curves: CurveSet
  private let laneCount: Int
  private let prior: LogBelief
  /// Lanes × curves.
  private let factors: Buffer<LogBelief>
  /// A row per lane: log weights by curve, the largest 0; stocks by shape; spends by age, the newest first.
  private let rows: Matrix
  /// By shape: what a curve of the typical height would bring.
  private let expected: Buffer<Float>
  /// The variance of a log outcome, and the typical ceiling.
  private let noise: Float
  private let maximum: Float

  /// No single result speaks for or against a curve by more than these many deviations, nor any number of results by
  /// more than this log weight: so every curve can come back.
  private static let farthest: Float = 6
  private static let lowestWeight: Float = -60
  /// What counts as nothing, as a share of the typical ceiling.
  private static let nothing: Float = 1e-6

  /// Prepares lanes; the deviation of a factor that all curves are off by shrinks with their number as the width of a
  /// kernel estimate does (Silverman, 1986): what single curves leave open, the others fill.
  init(_ curves: CurveSet, response: ResponseModel, market: Market, laneCount: Int) {
    self.curves = curves
    self.laneCount = laneCount
    noise = max(response.noise * response.noise, 1e-4)
    maximum = response.maximum
    prior = LogBelief(
      constantDeviation: Float(market.randomization.response) * pow(Float(curves.count), -0.2),
      driftDeviation: Float(market.drift.response))
    factors = Buffer(repeating: prior, count: laneCount * curves.count)
    rows = Matrix(rows: laneCount, columns: curves.count + curves.shapeCount + curves.lags)
    expected = Buffer(repeating: 0, count: curves.shapeCount)
  }

  /// Prepares lanes for a channel with curves; nil where it has none.
  convenience init?(_ model: ChannelModel, market: Market, laneCount: Int) {
    guard let curves = model.curves, let response = model.response else { return nil }
    self.init(curves, response: response, market: market, laneCount: laneCount)
  }

  /// The same for a channel as it is described.
  package convenience init?(_ channel: MediaChannel, market: Market, laneCount: Int) {
    self.init(
      ChannelModel(channel, market: market, weighsCurves: true), market: market, laneCount: laneCount)
  }

  /// How likely each curve is.
  package func probabilities(lane: Int) -> [Double] {
    let shares = (0..<curves.count).map { exp(Double(logWeights(lane)[$0])) }
    let total = shares.reduce(0, +)
    return shares.map { $0 / total }
  }

  /// What is believed of the log of the factor that a curve is off by, were it the true one.
  package func logFactor(lane: Int, curve: Int) -> (mean: Float, variance: Float) {
    (factors(lane)[curve].mean, factors(lane)[curve].variance)
  }

  /// Log weights by curve, of which the largest is 0.
  func logWeights(_ lane: Int) -> UnsafeMutablePointer<Float> { rows.view.row(lane) }
  /// By shape, the stock that planning reckons with.
  func stocks(_ lane: Int) -> UnsafeMutablePointer<Float> { rows.view.row(lane) + curves.count }
  /// By curve, what is believed of the factor that it is off by.
  func factors(_ lane: Int) -> UnsafeMutablePointer<LogBelief> { factors.pointer + lane * curves.count }

  private func spends(_ lane: Int) -> UnsafeMutablePointer<Float> {
    rows.view.row(lane) + curves.count + curves.shapeCount
  }

  /// Forgets everything.
  func startEpisode() {
    rows.pointer.update(repeating: 0, count: rows.count)
    factors.fill(prior)
  }

  /// Takes over as many lanes.
  func copy(from other: CurveBeliefs) {
    rows.pointer.update(from: other.rows.pointer, count: rows.count)
    factors.pointer.update(from: other.factors.pointer, count: factors.count)
  }

  /// Takes over what as many lanes believe, but not what they spent.
  func adoptWeights(from other: CurveBeliefs) {
    factors.pointer.update(from: other.factors.pointer, count: factors.count)
    for lane in 0..<laneCount { logWeights(lane).update(from: other.logWeights(lane), count: curves.count) }
  }

  /// Takes in what a tick of a lane showed.
  package func observe(lane: Int, spend: Float, outcome: Float, season: Float) {
    let (weights, stocks, spends) = (logWeights(lane), stocks(lane), spends(lane))
    for age in stride(from: curves.lags - 1, to: 0, by: -1) { spends[age] = spends[age - 1] }
    if curves.lags > 0 { spends[0] = spend }
    for index in 0..<curves.shapeCount {
      let shape = curves.shape(index)
      stocks[index] = shape.retention * stocks[index] + shape.response.stockGain * spend
      let stock = curves.workingStock(shape: index, stock: stocks[index], spends: spends)
      expected.pointer[index] = maximum * season * shape.response.saturation(stock)
    }
    let least = Self.nothing * maximum * season
    guard least > 0 else { return }
    let factors = factors(lane)
    var largest = -Float.infinity
    for curve in 0..<curves.count {
      let height = curves.logHeight(ofCurve: curve)
      let expected = expected.pointer[curves.shapeIndex(ofCurve: curve)]
      let isSeen = outcome > 0 && expected > 0
      let value =
        isSeen
        ? log(outcome / expected) - height + 0.5 * noise
        : log(max(outcome, least) / max(expected * exp(height), least))
      let variance = factors[curve].variance + noise
      let distance = min(abs(value - factors[curve].mean), Self.farthest * variance.squareRoot())
      weights[curve] -= 0.5 * (distance * distance / variance + log(variance))
      if isSeen { factors[curve].observe(value, noise: noise) }
      largest = max(largest, weights[curve])
    }
    for curve in 0..<curves.count { weights[curve] = max(weights[curve] - largest, Self.lowestWeight) }
  }

  /// Moves the drift of a lane one tick on.
  package func advance(lane: Int, _ drift: Drift) {
    let (persistence, stationary) = (Float(drift.persistence), Float(drift.response * drift.response))
    let factors = factors(lane)
    for curve in 0..<curves.count { factors[curve].advance(persistence: persistence, stationary: stationary) }
  }

  /// Log weights, stocks and spends, then five numbers a curve, of one lane.
  var numbers: [Float] {
    get { rows.elements + (0..<curves.count).flatMap { factors.pointer[$0].numbers } }
    set {
      precondition(
        laneCount == 1 && newValue.count == numberCount, "The numbers are not of one lane's curves.")
      for index in 0..<rows.columns { rows.pointer[index] = newValue[index] }
      for curve in 0..<curves.count {
        let first = rows.columns + 5 * curve
        factors.pointer[curve].numbers = Array(newValue[first..<first + 5])
      }
    }
  }

  /// How many numbers a lane has.
  var numberCount: Int { rows.columns + 5 * curves.count }
}
