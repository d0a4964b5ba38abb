import CKernels
import LinearAlgebra

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What one response channel has ahead, whose curve is one of a set: the mean over the curves of what each would
/// bring, were it known from the next tick on.
///
/// So what a level gains now is exact, and what its stock is worth later is a little too high, for later plans will
/// not know the curve either (QMDP: Littman, Cassandra and Kaelbling, 1995). What is learned by playing is not
/// counted; `ExplorationBonus` is.
final class CurveOutlook {
  /// A curve that is still likely, before a tick.
  private struct Candidate {
    let shape: CurveSet.Shape
    let weight: Float
    /// The stock of the last tick.
    let stock: Float
    let place: ResponseValues.Place
    /// The expected factor, height included, in the tick, while the stock lasts, and over the rest of the episode.
    let now, near, mean: Float
    /// The log of the last, and the mean square over the squared mean of the factor in the tick.
    let logMean, spread: Float
  }

  /// Curves less likely than the likeliest by this factor are left out of plans until they come back.
  private static let leastLikely: Float = 0.01

  private let set: CurveSet
  private let ladder: UnsafePointer<Float>
  private let levelCount: Int
  private let persistence, stationary: Float
  /// By shape: to what the drift decays over the time that its stock works.
  private let nearDecays: [Float]
  private var candidates: [Candidate] = []
  /// Rows of candidates × levels: stocks, log factors, logs of half-saturations, slopes, then gains, and one spare.
  private let rows: Matrix
  /// What `ladder` points into.
  private let model: ChannelModel

  /// Prepares for a channel with curves; nil where it has none.
  init?(_ model: ChannelModel, market: Market) {
    guard let set = model.curves else { return nil }
    self.set = set
    self.model = model
    ladder = UnsafePointer(model.ladder)
    levelCount = model.count
    rows = Matrix(rows: 6, columns: set.count * model.count)
    persistence = Float(market.drift.persistence)
    stationary = Float(market.drift.response * market.drift.response)
    nearDecays = (0..<set.shapeCount).map { [persistence] in
      pow(persistence, 1 / (1 - set.shape($0).retention))
    }
    candidates.reserveCapacity(set.count)
  }

  /// Takes in what is believed of a lane before a tick.
  ///
  /// - Parameter meanDecay: to what the drift decays over the rest of the episode, on average.
  func look(_ beliefs: CurveBeliefs, lane: Int, meanDecay: Float) {
    let (weights, stocks, factors) = (beliefs.logWeights(lane), beliefs.stocks(lane), beliefs.factors(lane))
    let lowest = log(Self.leastLikely)
    var total: Float = 0
    for curve in 0..<set.count where weights[curve] > lowest { total += exp(weights[curve]) }
    candidates.removeAll(keepingCapacity: true)
    for curve in 0..<set.count where weights[curve] > lowest {
      let index = set.shapeIndex(ofCurve: curve)
      let (shape, factor) = (set.shape(index), factors[curve])
      let height = exp(set.logHeight(ofCurve: curve))
      let mean = factor.logExpectedFactor(decay: meanDecay, stationary: stationary)
      let logMean = set.logHeight(ofCurve: curve) + mean
      candidates.append(
        Candidate(
          shape: shape, weight: exp(weights[curve]) / total, stock: stocks[index],
          place: shape.values.stockPlace(stocks[index]),
          now: height * factor.expectedFactor(decay: 1, stationary: stationary),
          near: height * factor.expectedFactor(decay: nearDecays[index], stationary: stationary),
          mean: exp(logMean), logMean: logMean, spread: exp(factor.variance)))
    }
  }

  /// The money that the rest of the episode takes at a price of money.
  func spend(at price: Float, tick: Int) -> Float {
    let logPrice = log(price)
    var sum: Float = 0
    for candidate in candidates {
      let values = candidate.shape.values
      let place = values.pricePlace(price / candidate.mean, log: logPrice - candidate.logMean)
      sum += candidate.weight * values.spend(tick: tick, stock: candidate.place, price: place)
    }
    return sum
  }

  /// What the ticks after one are worth without stock, at a price of money.
  func laterValue(at price: Float, tick: Int) -> Float {
    var sum: Float = 0
    for candidate in candidates {
      let values = candidate.shape.values
      let place = values.pricePlace(price / candidate.mean)
      sum += candidate.weight * candidate.mean * values.value(tick: tick + 1, stock: .zero, price: place)
    }
    return sum
  }

  /// Adds up what each level brings in a tick, and the variance of its logarithm.
  ///
  /// - Parameters:
  ///   - scale: the objective earned in the tick at the typical curve's ceiling.
  ///   - stride: how far levels lie apart in what is written.
  func forecast(
    scale: Float, gains: UnsafeMutablePointer<Float>, variances: UnsafeMutablePointer<Float>, stride: Int = 1
  ) {
    let (stocks, logFactors, logHalves) = (rows.view.row(0), rows.view.row(1), rows.view.row(2))
    let (slopes, each) = (rows.view.row(3), rows.view.row(4))
    var entry = 0
    for candidate in candidates {
      let response = candidate.shape.response
      let (kept, logHalf) = (candidate.shape.retention * candidate.stock, log(response.halfSaturation))
      let logFactor = log(candidate.now)
      for level in 0..<levelCount {
        stocks[entry] = kept + response.stockGain * ladder[level]
        logFactors[entry] = logFactor
        logHalves[entry] = logHalf
        slopes[entry] = response.slope
        entry += 1
      }
    }
    ck_response_outcome(stocks, logFactors, 1, logHalves, slopes, 0, rows.view.row(5), each, entry)
    for level in 0..<levelCount {
      var (first, second): (Float, Float) = (0, 0)
      for (index, candidate) in candidates.enumerated() {
        let gain = each[index * levelCount + level]
        first += candidate.weight * gain
        second += candidate.weight * gain * gain * candidate.spread
      }
      gains[level * stride] = scale * first
      variances[level * stride] = first > 1e-12 ? log(max(second / (first * first), 1)) : 0
    }
  }

  /// Adds up what the stock of each level forecast is worth in the ticks after one, at a price of money.
  func addWorths(price: Float, tick: Int, to worths: UnsafeMutablePointer<Float>, stride: Int) {
    let stocks = rows.view.row(0)
    for (index, candidate) in candidates.enumerated() where candidate.shape.retention > 0 {
      let values = candidate.shape.values
      let place = values.pricePlace(price / candidate.near)
      let without = values.value(tick: tick + 1, stock: .zero, price: place)
      let scale = candidate.weight * candidate.near
      for level in 0..<levelCount {
        let stock = values.stockPlace(stocks[index * levelCount + level])
        let later = values.value(tick: tick + 1, stock: stock, price: place)
        worths[level * stride] += scale * (later - without)
      }
    }
  }
}
