import Foundation

/// Where two log factors are, tick by tick, on a grid: where the search for their path begins.
///
/// Where a landscape has spikes, a win's mean price does not always rise with prices, and a tick's likelihood has several peaks. Which
/// of them the ticks share, with their several bids, a hidden Markov model's forward and backward pass finds (Rabiner, 1989).
struct FactorGrid {
  private let axes: (first: Axis, second: Axis)

  /// One factor's grid.
  private struct Axis {
    let values: [Double]
    /// The logarithm of the law before the first tick.
    let logPrior: [Double]
    /// The chances of moving by 0, 1, … steps in a tick, to either side.
    let moves: [Double]
    var step: Double { values[1] - values[0] }

    init(count: Int, mean: Double, constant: Double, drift: Double, persistence: Double) {
      let deviation = max((constant + drift).squareRoot(), 0.3)
      values = (0..<count).map { mean + 3 * deviation * (2 * Double($0) / Double(count - 1) - 1) }
      logPrior = values.map { -0.5 * ($0 - mean) * ($0 - mean) / (deviation * deviation) }
      let step = values[1] - values[0]
      let variance = (1 - persistence * persistence) * drift + 0.25 * step * step
      let reach = Int((4 * variance.squareRoot() / step).rounded(.up))
      let chances = (0...reach).map { exp(-0.5 * pow(Double($0) * step, 2) / variance) }
      let total = 2 * chances.reduce(0, +) - chances[0]
      moves = chances.map { $0 / total }
    }
  }

  init(_ prior: FactorPrior) {
    func axis(_ count: Int, _ place: Int) -> Axis {
      Axis(
        count: count, mean: prior.means[place], constant: prior.constants[place], drift: prior.drifts[place],
        persistence: prior.persistence)
    }
    axes = (axis(41, 0), axis(31, 1))
  }

  /// The law of each tick's point, given all ticks.
  ///
  /// Complexity: some 80,000 multiplications a tick.
  func laws(_ evidence: ChannelEvidence) -> [FactorLaw] {
    let (rows, columns) = (axes.first.values.count, axes.second.values.count)
    let likelihoods = (0..<evidence.count).map { tick in
      evidence.logLikelihoods(
        tick: tick, at: axes.first.values, axes.second.values,
        noise: SIMD2(axes.first.step, axes.second.step) / 2
      ).map { scaled($0) }
    }
    var state = scaled(axes.first.logPrior.flatMap { first in axes.second.logPrior.map { first + $0 } })
    var forward: [[Double]] = []
    for (tick, likelihood) in likelihoods.enumerated() {
      if tick > 0 { state = moved(state) }
      if let likelihood { state = product(state, likelihood) }
      forward.append(state)
    }
    var (backward, laws) = ([Double](repeating: 1, count: rows * columns), [FactorLaw]())
    for tick in likelihoods.indices.reversed() {
      laws.append(law(product(forward[tick], backward)))
      backward = moved(likelihoods[tick].map { product(backward, $0) } ?? backward)
    }
    return laws.reversed()
  }

  /// Mean and covariance of weights.
  private func law(_ weights: [Double]) -> FactorLaw {
    var (total, sum) = (0.0, SIMD2<Double>.zero)
    var squares = Matrix2(diagonal: .zero)
    for (row, first) in axes.first.values.enumerated() {
      for (column, second) in axes.second.values.enumerated() {
        let (weight, point) = (weights[row * axes.second.values.count + column], SIMD2(first, second))
        total += weight
        sum += weight * point
        squares = squares + Matrix2(weight * point.x * point, weight * point.y * point)
      }
    }
    let mean = sum / total
    // A point stands for all that are nearer to it than to another.
    let within = SIMD2(axes.first.step, axes.second.step) * SIMD2(axes.first.step, axes.second.step) / 12
    return FactorLaw(
      mean: mean,
      covariance: squares.scaled(1 / total) - Matrix2(mean.x * mean, mean.y * mean)
        + Matrix2(diagonal: within))
  }

  /// Weights of logarithms, the largest 1.
  private func scaled(_ logarithms: [Double]) -> [Double] {
    let highest = logarithms.max() ?? 0
    return logarithms.map { exp($0 - highest) }
  }

  /// The products, the largest 1.
  private func product(_ left: [Double], _ right: [Double]) -> [Double] {
    let products = zip(left, right).map { $0 * $1 }
    let highest = max(products.max() ?? 0, 1e-300)
    return products.map { $0 / highest }
  }

  /// A tick later, or earlier: every point spread over its neighbours along both axes.
  private func moved(_ weights: [Double]) -> [Double] {
    let (rows, columns) = (axes.first.values.count, axes.second.values.count)
    /// Adds a run of weights to another run, times a chance.
    func add(
      _ source: UnsafePointer<Double>, _ chance: Double, to sum: UnsafeMutablePointer<Double>, _ count: Int
    ) {
      for place in 0..<count { sum[place] += chance * source[place] }
    }
    /// A new array that `body` fills from the old one.
    func filled(
      _ weights: [Double], _ body: (UnsafePointer<Double>, UnsafeMutablePointer<Double>) -> Void
    ) -> [Double] {
      var result = [Double](repeating: 0, count: weights.count)
      weights.withUnsafeBufferPointer { source in
        result.withUnsafeMutableBufferPointer { sum in
          if let source = source.baseAddress, let sum = sum.baseAddress { body(source, sum) }
        }
      }
      return result
    }
    let alongRows = filled(weights) { source, sum in
      for start in stride(from: 0, to: rows * columns, by: columns) {
        let (own, result) = (source + start, sum + start)
        add(own, axes.second.moves[0], to: result, columns)
        for (distance, chance) in axes.second.moves.enumerated() where distance > 0 && distance < columns {
          add(own, chance, to: result + distance, columns - distance)
          add(own + distance, chance, to: result, columns - distance)
        }
      }
    }
    return filled(alongRows) { source, sum in
      add(source, axes.first.moves[0], to: sum, rows * columns)
      for (distance, chance) in axes.first.moves.enumerated() where distance > 0 && distance < rows {
        let (shift, count) = (distance * columns, (rows - distance) * columns)
        add(source, chance, to: sum + shift, count)
        add(source + shift, chance, to: sum, count)
      }
    }
  }
}
