import Documents
import Foundation
import LinearAlgebra

/// A fitted media mix model: draws of how each channel works, and the outcome of each tick as fitted or forecast.
struct MediaMixFit: Sendable {
  /// The outcome is divided by this before it is fitted, so that single precision serves.
  let scale: Double
  let design: MediaDesign
  let draws: [EffectSampler.Draw]
  /// What is known of channels from elsewhere.
  let evidence: KnowledgeTerms
  /// How the noise lies.
  let noise: NoiseModel
  /// By tick: the mean over the draws, scaled; ticks beyond the design's rows are forecast.
  let fitted: [Double]

  /// Fits the first `rows` ticks of a history.
  ///
  /// Each of four short rounds tells the noise and the baseline's ridge of the next (Monte Carlo expectation maximisation, Wei
  /// and Tanner, 1990), and where its shapes are to gather; a long one then gives the draws.
  ///
  /// - Parameter progress: called with the share of the work that is done.
  init(
    _ history: MediaHistory, options: MediaMixOptions, rows: Int, draws: Int,
    progress: (Double) -> Void = { _ in }
  ) throws(InputError) {
    let values = history.outcome.values
    scale = values[..<rows].reduce(0) { $0 + abs($1) } / Double(rows)
    let outcome = values.map { [scale] in $0 / scale }
    var design = MediaDesign(history, outcome: outcome, options: options, rows: rows)
    let prior = EffectPrior(history, mediaShare: options.mediaShare, rows: rows)
    var evidence = try KnowledgeTerms(options.knowledge, history: history, design: design, scale: scale)
    do {
      var noise = NoiseModel(ticks: history.count, rows: rows, isCounted: history.isCounted)
      var ridge = BaselineRidge()
      // How far shapes are strewn at least.
      let widths = [0.15, 0.08, 0.04, 0.02]
      for (round, width) in widths.enumerated() {
        let cleared = try design.cleared(noise, ridge: ridge)
        let rough = sample(cleared, prior, evidence, seed: options.seed, draws: 96, warmup: 60, thinning: 2)
        noise = NoiseModel(
          outcome: outcome, fitted: cleared.forecast(rough), rows: rows, isCounted: history.isCounted)
        let some = stride(from: 0, to: rough.count, by: 3).map { rough[$0] }
        ridge = try design.ridge(for: some, noise: noise, from: ridge)
        design = design.refined(
          around: rough, width: width, history: history, evidence: evidence, seed: options.seed)
        evidence = try KnowledgeTerms(options.knowledge, history: history, design: design, scale: scale)
        progress(0.45 * Double(round + 1) / Double(widths.count))
      }
      let cleared = try design.cleared(noise, ridge: ridge)
      self.draws = sample(
        cleared, prior, evidence, seed: options.seed, draws: draws, warmup: 300, thinning: 15)
      fitted = cleared.forecast(self.draws)
      self.noise = NoiseModel(outcome: outcome, fitted: fitted, rows: rows, isCounted: history.isCounted)
      (self.design, self.evidence) = (design, evidence)
      progress(1)
    } catch let error as InputError {
      throw error
    } catch {
      throw InputError(
        .invalid, key: history.outcome.name, problem: "cannot be fitted (\(error))",
        remedy: "leave out controls that say the same")
    }
  }

  /// The median of what each tick may bring.
  var forecast: [Double] {
    zip(fitted, noise.deviations).map { ($0 + noise.median * $1) * scale }
  }

  /// What the model leaves of the outcome in the fitted ticks, scaled.
  var residuals: [Double] {
    (0..<design.rows).filter { noise.weights[$0] > 0 }.map { design.outcome[$0] - fitted[$0] }
  }
}

/// Draws from four chains, the same on any number of threads.
private func sample(
  _ design: ClearedDesign, _ prior: EffectPrior, _ evidence: KnowledgeTerms, seed: UInt64, draws: Int,
  warmup: Int, thinning: Int
) -> [EffectSampler.Draw] {
  let chains = 4
  return concurrentMap(count: chains) { chain in
    var stream = RandomStream(seed: seed, purpose: .bootstrap, lane: chain)
    var sampler = EffectSampler(design, prior: prior, evidence: evidence)
    let count = (draws + chains - 1 - chain) / chains
    return sampler.run(draws: count, warmup: warmup, thinning: thinning, stream: &stream)
  }.flatMap { $0 }
}
