import Dispatch
import Foundation
import LinearAlgebra
import Synchronization

/// A fitted media mix model: draws of how each channel works, and the outcome of each tick taken apart.
struct MediaMixFit: Sendable {
  /// The outcome is divided by this before it is fitted, so that single precision serves.
  let scale: Double
  let design: MediaDesign
  let draws: [EffectSampler.Draw]
  /// The mean over the draws, scaled; ticks beyond the design's rows are forecast.
  let forecast: MediaDesign.Forecast

  /// Fits the first `rows` ticks of a history.
  ///
  /// A first fit tells how much of a tick's noise is left of the one before; the second, which a rough fit does without,
  /// allows for it.
  init(
    _ history: MediaHistory, options: MediaMixOptions, rows: Int, ridge: Double, draws: Int,
    isRough: Bool = false
  ) throws(MarketError) {
    let values = history.outcome.values
    scale = values[..<rows].reduce(0) { $0 + abs($1) } / Double(rows)
    let outcome = values.map { [scale] in $0 / scale }
    do {
      let plain = try MediaDesign(history, options: options, rows: rows, ridge: ridge)
      let rough = try Self.sample(plain, history, outcome, options, draws: isRough ? draws : 40)
      if isRough {
        design = plain
        self.draws = rough
      } else {
        let fitted = try plain.forecast(outcome, draws: rough).total
        let residuals = zip(outcome, fitted).prefix(rows).map { $0 - $1 }
        design = try MediaDesign(
          history, options: options, rows: rows, ridge: ridge,
          autocorrelation: autocorrelation(residuals))
        self.draws = try Self.sample(design, history, outcome, options, draws: draws)
      }
      forecast = try design.forecast(outcome, draws: self.draws)
    } catch {
      throw MarketError(
        .invalid, key: history.outcome.name, problem: "cannot be fitted (\(error))",
        remedy: "leave out controls that say the same")
    }
  }

  /// The outcome of every tick as fitted or forecast.
  var outcome: [Double] { forecast.total.map { $0 * scale } }

  /// What the model leaves of the outcome in the fitted ticks, scaled.
  func residuals(_ history: MediaHistory) -> [Double] {
    zip(history.outcome.values, forecast.total).prefix(design.rows).map { $0 / scale - $1 }
  }

  /// Draws from four chains, the same on any number of threads.
  private static func sample(
    _ design: MediaDesign, _ history: MediaHistory, _ outcome: [Double], _ options: MediaMixOptions,
    draws: Int
  ) throws(LinearAlgebraError) -> [EffectSampler.Draw] {
    let chains = 4
    let target = try design.target(outcome)
    let prior = EffectPrior(history, mediaShare: options.mediaShare, shapes: design.shapes)
    let results = Mutex([[EffectSampler.Draw]](repeating: [], count: chains))
    DispatchQueue.concurrentPerform(iterations: chains) { chain in
      var stream = RandomStream(seed: options.seed, purpose: .bootstrap, lane: chain)
      var sampler = EffectSampler(design, prior: prior, target: target)
      let count = (draws + chains - 1 - chain) / chains
      let drawn = sampler.run(draws: count, warmup: draws < 100 ? 100 : 300, thinning: 15, stream: &stream)
      results.withLock { $0[chain] = drawn }
    }
    return results.withLock { $0.flatMap { $0 } }
  }
}

/// The correlation of neighbouring residuals, where it is positive.
private func autocorrelation(_ residuals: [Double]) -> Double {
  let squares = residuals.reduce(0) { $0 + $1 * $1 }
  let products = zip(residuals, residuals.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 }
  return squares > 0 ? min(max(products / squares, 0), 0.8) : 0
}
