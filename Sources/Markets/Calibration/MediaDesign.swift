import LinearAlgebra

/// A regression made ready for many shapes: all columns that any shape makes, cleared of the baseline.
///
/// For given shapes the model is linear. Its baseline coefficients are free but for a ridge, so they can be solved for once
/// and for all (Frisch and Waugh, 1933; Lovell, 1963): what is left of the outcome is explained by what is left of the media
/// columns, and whoever tries shapes needs only the products of those. Noise that lasts is taken out of all columns first
/// (Cochrane and Orcutt, 1949).
struct MediaDesign: Sendable {
  /// All shapes that are tried, the same for every channel.
  let shapes: [ResponseShape]
  let channelCount: Int
  /// Ticks that are fitted; later ones are only forecast.
  let rows: Int
  /// By channel and shape, `channel * shapes.count + shape`: the whole column, later ticks included.
  let columns: [[Double]]
  /// By column: its mean over the fitted ticks.
  let means: [Double]
  /// Products of the cleared columns, square.
  let products: [Double]
  private let baseline: [[Double]]
  private let baselineInnovations: [[Double]]
  private let ridge: Double
  private let autocorrelation: Double
  /// By column: the coefficients of the baseline in it.
  private let clearing: [[Double]]
  private let cleared: [[Double]]

  var columnCount: Int { columns.count }
  var baselineCount: Int { baseline.count }

  /// Prepares to fit the first `rows` ticks.
  ///
  /// - Parameters:
  ///   - ridge: in ticks' worth of evidence for baseline coefficients of 0.
  ///   - autocorrelation: the share of the noise that is left a tick later.
  init(
    _ history: MediaHistory, options: MediaMixOptions, rows: Int, ridge: Double, autocorrelation: Double = 0
  ) throws(LinearAlgebraError) {
    shapes = ResponseShape.candidates(options.adstock, spacing: history.spacing)
    channelCount = history.spends.count
    self.rows = rows
    self.ridge = ridge
    self.autocorrelation = autocorrelation
    baseline = BaselineColumns(history, harmonics: options.harmonics, rows: rows).columns
    columns = history.spends.flatMap { [shapes] series in
      shapes.map { $0.column(series.values, rows: rows) }
    }
    means = columns.map { $0[..<rows].reduce(0, +) / Double(rows) }
    let innovations = baseline.map { seriesInnovations($0, rows: rows, autocorrelation) }
    baselineInnovations = innovations
    let sides = columns.map { seriesInnovations($0, rows: rows, autocorrelation) }
    clearing = try ridgeCoefficients(innovations, sides, rows: rows, ridge: ridge)
    cleared = zip(sides, clearing).map { clear($0, of: innovations, $1, ridge: ridge) }
    products = squareProducts(cleared)
  }

  /// The media part of a regression of an outcome: products with the cleared columns, and what there is to explain.
  func target(_ outcome: [Double]) throws(LinearAlgebraError) -> (products: [Double], total: Double) {
    let side = seriesInnovations(outcome, rows: rows, autocorrelation)
    let left = clear(side, of: baselineInnovations, try baselineWeights(outcome), ridge: ridge)
    return (cleared.map { dot($0, left) }, dot(left, left))
  }

  /// What the model says of every tick, the mean over draws.
  func forecast(_ outcome: [Double], draws: [EffectSampler.Draw]) throws(LinearAlgebraError) -> Forecast {
    var weights = try baselineWeights(outcome)
    let share = 1 / Double(draws.count)
    var media = [[Double]](repeating: [Double](repeating: 0, count: outcome.count), count: channelCount)
    for draw in draws {
      for channel in 0..<channelCount {
        let place = channel * shapes.count + draw.shapes[channel]
        let effect = share * draw.effects[channel]
        for index in weights.indices { weights[index] -= effect * clearing[place][index] }
        for (tick, value) in columns[place].enumerated() { media[channel][tick] += effect * value }
      }
    }
    var base = [Double](repeating: 0, count: outcome.count)
    for (weight, column) in zip(weights, baseline) {
      for tick in base.indices { base[tick] += weight * column[tick] }
    }
    return Forecast(base: base, media: media)
  }

  private func baselineWeights(_ outcome: [Double]) throws(LinearAlgebraError) -> [Double] {
    try ridgeCoefficients(
      baselineInnovations, [seriesInnovations(outcome, rows: rows, autocorrelation)], rows: rows, ridge: ridge
    )[0]
  }

  /// The outcome taken apart.
  struct Forecast {
    /// By tick: what comes without media.
    let base: [Double]
    /// By channel and tick: what media bring.
    let media: [[Double]]

    /// By tick: the sum.
    var total: [Double] { media.reduce(base) { sum, channel in zip(sum, channel).map { $0 + $1 } } }
  }
}

/// What is new in each of the first `rows` ticks of a series, where a share of the last tick is left.
private func seriesInnovations(_ series: [Double], rows: Int, _ share: Double) -> [Double] {
  [(1 - share * share).squareRoot() * series[0]] + (1..<rows).map { series[$0] - share * series[$0 - 1] }
}

/// What columns with some weights leave of a series, the rows of the ridge included.
private func clear(_ series: [Double], of columns: [[Double]], _ weights: [Double], ridge: Double) -> [Double]
{
  var left = series
  for (weight, column) in zip(weights, columns) {
    for row in left.indices { left[row] -= weight * column[row] }
  }
  return left + weights.dropFirst().map { -ridge.squareRoot() * $0 }
}

/// All products of pairs of columns.
private func squareProducts(_ columns: [[Double]]) -> [Double] {
  let matrix = Matrix(
    rows: columns.count, columns: columns[0].count, columns.flatMap { $0.map { Float($0) } })
  let result = Matrix(rows: columns.count, columns: columns.count)
  multiply(matrix.view, transposed: false, matrix.view, transposed: true, into: result.view)
  return result.elements.map { Double($0) }
}

private func dot(_ a: [Double], _ b: [Double]) -> Double {
  var sum = 0.0
  for index in a.indices { sum += a[index] * b[index] }
  return sum
}
