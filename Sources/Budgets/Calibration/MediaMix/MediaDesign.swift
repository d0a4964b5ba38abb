import LinearAlgebra

/// A regression made ready for many shapes: all columns that any shape makes, cleared of the baseline.
///
/// For given shapes the model is linear. Its baseline coefficients are free but for a ridge, so they can be solved for once
/// and for all (Frisch and Waugh, 1933; Lovell, 1963): what is left of the outcome is explained by what is left of the media
/// columns, and whoever tries shapes needs only the products of those.
struct MediaDesign: Sendable {
  /// By driver: all shapes that are tried.
  private(set) var candidates: [ShapeCandidates]
  /// How many shapes of each driver are tried.
  let shapeCount: Int
  /// Ticks that are fitted; later ones are only forecast.
  let rows: Int
  /// How many of them have an outcome that is to be explained.
  let countedRows: Int
  /// By channel and shape, `channel * shapeCount + shape`: the whole column, later ticks included.
  private(set) var columns: [[Double]] = []
  /// By column: its mean over the fitted ticks, or over all of them where the channel starts only later.
  private(set) var means: [Double] = []
  /// By driver: the first ticks that set its scale; all of them where it starts only after the fitted ones.
  let seenRows: [Int]
  /// By tick, scaled.
  let outcome: [Double]
  /// What explains the outcome without media.
  let baseline: BaselineColumns

  /// Prepares to fit the first `rows` ticks of an outcome.
  init(_ history: MediaHistory, outcome: [Double], options: MediaMixOptions, rows: Int) {
    let shapes = ShapeCandidates(options.adstock, spacing: history.spacing)
    shapeCount = shapes.shapes.count
    candidates = history.drivers.map { _ in shapes }
    self.rows = rows
    countedRows = history.isCounted[..<rows].count { $0 }
    self.outcome = outcome
    // What is unseen and moves with the money of a channel would pass for its effect, which is known better.
    let known = options.knowledge.measuredChannels
    let confounders = zip(history.spends, history.drivers).filter { known.contains($0.0.name) }.map(
      \.1.values)
    baseline = BaselineColumns(history, season: options.season, rows: rows, confounders: confounders)
    // A channel that starts only later takes its scale from there, and what is known of it is the prior.
    seenRows = history.drivers.map { $0.values[..<rows].contains { $0 > 0 } ? rows : history.count }
    fill(history)
  }

  private mutating func fill(_ history: MediaHistory) {
    columns = []
    means = []
    for (channel, series) in history.drivers.enumerated() {
      let seen = seenRows[channel]
      for shape in candidates[channel].shapes {
        let column = shape.column(series.values, rows: seen)
        columns.append(column)
        means.append(column[..<seen].reduce(0, +) / Double(seen))
      }
    }
  }

  /// The design with the shapes of each driver gathered where draws have been, as far as they are allowed.
  func refined(
    around draws: [EffectSampler.Draw], width: Double, history: MediaHistory, evidence: KnowledgeTerms,
    seed: UInt64
  ) -> MediaDesign {
    var refined = self
    for channel in candidates.indices {
      var stream = RandomStream(seed: seed, purpose: .noise, lane: channel)
      let plausible = draws.filter { $0.effects[channel] > 0 }.map { $0.shapes[channel] }
      let tried = candidates[channel].refined(around: plausible, width: width, &stream)
      if tried.shapes.contains(where: { evidence.allows($0, channel: channel) }) {
        refined.candidates[channel] = tried
      }
    }
    refined.fill(history)
    return refined
  }

  /// What media bring by tick in a draw.
  func media(_ draw: EffectSampler.Draw) -> [Double] {
    var sum = [Double](repeating: 0, count: outcome.count)
    for (channel, (shape, effect)) in zip(draw.shapes, draw.effects).enumerated() {
      let column = columns[channel * shapeCount + shape]
      for tick in sum.indices { sum[tick] += effect * column[tick] }
    }
    return sum
  }

  /// The design cleared of the baseline under some noise and ridge.
  func cleared(_ noise: NoiseModel, ridge: BaselineRidge) throws(LinearAlgebraError) -> ClearedDesign {
    try ClearedDesign(self, noise: noise, ridge: ridge)
  }

  /// The ridge that suits draws of the media best, the noise being as it is.
  func ridge(
    for draws: [EffectSampler.Draw], noise: NoiseModel, from ridge: BaselineRidge
  ) throws(LinearAlgebraError) -> BaselineRidge {
    try ridge.improved(
      baseline.columns.map(noise.whitened), groups: baseline.groups,
      sides: draws.map { draw in noise.whitened(zip(outcome, media(draw)).map { $0 - $1 }) }, rows: rows)
  }
}

/// What a design leaves of outcome and media once the baseline has explained what it can.
struct ClearedDesign: Sendable {
  let design: MediaDesign
  /// Products of the cleared media columns, square, row-major.
  let products: [Float]
  /// Products of the cleared media columns with the cleared outcome.
  let targets: [Double]
  /// The sum of squares of the cleared outcome.
  let total: Double
  /// The baseline's coefficients in the outcome.
  private let weights: [Double]
  /// By media column: the coefficients of the baseline in it.
  private let clearing: [[Double]]

  init(_ design: MediaDesign, noise: NoiseModel, ridge: BaselineRidge) throws(LinearAlgebraError) {
    self.design = design
    let baseline = design.baseline.columns.map(noise.whitened)
    let ridges = ridge.values(design.baseline.groups)
    let sides = design.columns.map(noise.whitened) + [noise.whitened(design.outcome)]
    var coefficients = try ridgeCoefficients(baseline, sides, rows: design.rows, ridges: ridges)
    var left = zip(sides, coefficients).map { ridgeResiduals($0, baseline, $1, ridges: ridges) }
    weights = coefficients.removeLast()
    clearing = coefficients
    let outcome = left.removeLast()
    targets = left.map { zip($0, outcome).reduce(0) { $0 + $1.0 * $1.1 } }
    total = outcome.reduce(0) { $0 + $1 * $1 }
    products = symmetricProducts(left).elements
  }

  /// What the model says of every tick, the mean over draws; ticks beyond the fitted rows are forecast.
  func forecast(_ draws: [EffectSampler.Draw]) -> [Double] {
    var weights = weights
    var sum = [Double](repeating: 0, count: design.outcome.count)
    let share = 1 / Double(draws.count)
    for draw in draws {
      for (channel, (shape, effect)) in zip(draw.shapes, draw.effects).enumerated() {
        let place = channel * design.shapeCount + shape
        for index in weights.indices { weights[index] -= share * effect * clearing[place][index] }
      }
      for (tick, value) in design.media(draw).enumerated() { sum[tick] += share * value }
    }
    for (weight, column) in zip(weights, design.baseline.columns) {
      for tick in sum.indices { sum[tick] += weight * column[tick] }
    }
    return sum
  }
}
