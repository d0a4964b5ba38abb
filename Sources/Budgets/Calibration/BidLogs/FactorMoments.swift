import Foundation

/// How one factor of a market (price, volume, click rate) wanders within days and differs between them, from sums by tick.
///
/// The factor is e^x, x an AR(1) of deviation σ and persistence ρ around a level that differs from day to day with deviation s.
/// Of the ticks t and t + h of a day, the mean of the squares over the product, each over its exposures, has the logarithm
/// σ² · (1 − ρ^h): a variogram (Matheron, 1963), from which the day's level drops out. Sampling noise is independent between
/// ticks, and pairs of *different* auctions of a tick take the place of squares (factorial moments), so noise drops out as well.
struct FactorMoments {
  /// One day of one channel.
  struct Day {
    let channel: Int
    /// By tick: what is counted or summed, and its square free of sampling noise.
    let values: [Double]
    let pairs: [Double]
    /// By tick: what the values are in proportion to, and its square likewise.
    let exposures: [Double]
    let exposurePairs: [Double]
    /// The variance that sampling gives the logarithm of the day's rate.
    let samplingVariance: Double
  }

  /// By lag, from 1: the variogram; nil where no day tells it.
  private let variogram: [Double?]
  /// The number of ticks in a day.
  private let ticks: Int
  /// The mean exposure by tick.
  private let exposure: [Double]
  /// The variance of the logarithm of a day's rate, sampling removed; nil where no channel has two days.
  private let betweenDays: Double?

  init(_ days: [Day]) {
    ticks = days.first?.values.count ?? 0
    // Longer lags say little of their own.
    let lags = min(max(ticks / 2, 1), 200, max(ticks - 1, 0))
    var squares = [Double](repeating: 0, count: lags)
    var products = squares
    var exposure = [Double](repeating: 0, count: ticks)
    for day in days {
      for tick in 0..<ticks { exposure[tick] += day.exposures[tick] / Double(days.count) }
      let rate = allPairs(day.values, day.pairs) / max(allPairs(day.exposures, day.exposurePairs), 1e-300)
      guard rate > 0 else { continue }
      // Days of many events count alike, those of few by what they tell of products.
      let perTick = 1 / max(day.samplingVariance * Double(ticks), 1e-9)
      let weight = perTick * perTick / (1 + perTick * perTick) / rate
      for lag in 1...max(lags, 1) where lag <= lags {
        let (square, product) = day.moments(lag: lag)
        squares[lag - 1] += weight * square
        products[lag - 1] += weight * product
      }
    }
    variogram = zip(squares, products).map { $0 > 0 && $1 > 0 ? log($0 / $1) : nil }
    self.exposure = exposure
    betweenDays = varianceBetween(days)
  }

  /// The mean of ρ^|i − j| over all pairs of ticks of a day, by exposure: the variance of a day's mean over σ².
  private func meanCorrelation(_ persistence: Double) -> Double {
    let total = exposure.reduce(0, +)
    guard total > 0 else { return 1 }
    // Σ over j before i by a running sum.
    var (running, sum) = (0.0, 0.0)
    for value in exposure {
      sum += value * (value + 2 * running)
      running = persistence * (running + value)
    }
    return sum / (total * total)
  }

  /// The variance σ² that fits the variogram best at a persistence, and the misfit, both weighted as Cressie (1985) does.
  private func fit(_ persistence: Double) -> (variance: Double, misfit: Double, count: Int) {
    var terms: [(log: Double, shape: Double, pairs: Double)] = []
    for (index, log) in variogram.enumerated() {
      let shape = 1 - pow(persistence, Double(index + 1))
      if let log { terms.append((log, shape, Double(ticks - index - 1))) }
    }
    let weight = terms.reduce(0) { $0 + $1.pairs }
    let variance =
      weight > 0 ? max(0, terms.reduce(0) { $0 + $1.pairs * $1.log / $1.shape } / weight) : 0
    let misfit = terms.reduce(0) { sum, term in
      let ratio = term.log / max(variance * term.shape, 1e-9) - 1
      return sum + term.pairs * ratio * ratio
    }
    return (variance, misfit, terms.count)
  }

  /// The persistence that all factors share, each weighing as well as it is fitted (profile likelihood).
  static func persistence(_ factors: [FactorMoments]) -> Double {
    let candidates = (0..<200).map { Double($0) / 200 }
    let costs = candidates.map { persistence in
      factors.reduce(0) { sum, factor in
        let (_, misfit, count) = factor.fit(persistence)
        return sum + 0.5 * Double(count) * log(max(misfit, 1e-12))
      }
    }
    return zip(candidates, costs).min { $0.1 < $1.1 }?.0 ?? 0
  }

  /// The standard deviations within and between days.
  func deviations(persistence: Double) -> (within: Double, between: Double?) {
    let within = fit(persistence).variance
    let between = betweenDays.map { max(0, $0 - within * meanCorrelation(persistence)).squareRoot() }
    return (within.squareRoot(), between)
  }
}

extension FactorMoments.Day {
  /// The mean of the squares of two ticks at a lag, and of their products, over the same pairs and by the same exposures.
  fileprivate func moments(lag: Int) -> (square: Double, product: Double) {
    var (square, product, weight) = (0.0, 0.0, 0.0)
    for tick in 0..<values.count - lag {
      let later = tick + lag
      // A tick of a single auction has no pairs.
      guard exposurePairs[tick] > 0, exposurePairs[later] > 0 else { continue }
      let exposure = exposures[tick] * exposures[later]
      square += 0.5 * exposure * (pairs[tick] / exposurePairs[tick] + pairs[later] / exposurePairs[later])
      product += values[tick] * values[later]
      weight += exposure
    }
    return weight > 0 ? (square / weight, product / weight) : (0, 0)
  }
}

/// The square of a sum, the squares of its terms put right.
private func allPairs(_ values: [Double], _ pairs: [Double]) -> Double {
  let sum = values.reduce(0, +)
  return sum * sum - values.reduce(0) { $0 + $1 * $1 } + pairs.reduce(0, +)
}

/// The variance between days of the logarithm of a channel's rate, sampling removed; days of few events tell nothing.
private func varianceBetween(_ days: [FactorMoments.Day]) -> Double? {
  var (squares, freedom) = (0.0, 0)
  for (_, days) in Dictionary(grouping: days, by: \.channel).sorted(by: { $0.key < $1.key }) {
    let told = days.filter { $0.samplingVariance < 0.2 && $0.values.contains { $0 > 0 } }
    guard told.count > 1 else { continue }
    let logs = told.map { log($0.values.reduce(0, +) / $0.exposures.reduce(0, +)) }
    let mean = logs.reduce(0, +) / Double(logs.count)
    let sampling = told.reduce(0) { $0 + $1.samplingVariance } / Double(told.count)
    squares += logs.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } - sampling * Double(logs.count - 1)
    freedom += logs.count - 1
  }
  return freedom > 0 ? max(0, squares / Double(freedom)) : nil
}
