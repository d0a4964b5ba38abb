import Documents
import Foundation
import LinearAlgebra

/// How well models fitted to the first part of a history forecast the rest of it, whose spends and controls they are told.
public struct Holdout: Sendable, Equatable {
  /// The error of a forecast.
  public struct Score: Sendable, Equatable {
    /// The root mean square error over the range of the outcome held out.
    public let nrmse: Double
    /// The mean absolute error as a share of the outcome.
    public let mape: Double

    init(_ forecast: ArraySlice<Double>, of actual: ArraySlice<Double>) {
      let squares = zip(forecast, actual).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      let range = (actual.max() ?? 0) - (actual.min() ?? 0)
      nrmse = (squares / Double(actual.count)).squareRoot() / max(range, .leastNormalMagnitude)
      mape =
        zip(forecast, actual).reduce(0) { $0 + abs($1.0 - $1.1) / max(abs($1.1), .leastNormalMagnitude) }
        / Double(actual.count)
    }
  }

  /// The number of ticks held out.
  public let ticks: Int
  /// The media mix model.
  public let model: Score
  /// An ordinary ridge regression on the spends as they are and the same baseline.
  public let ridge: Score
  /// The outcome of a year before; nil where the history is too short for it.
  public let seasonalNaive: Score?

  init(
    _ history: MediaHistory, options: MediaMixOptions, progress: (Double) -> Void = { _ in }
  ) throws(InputError) {
    let held = max(4, Int((Double(history.count) * options.holdout).rounded()))
    let rows = history.count - held
    let actual = history.outcome.values
    ticks = held
    // Three forecasts from within the first part, each of the sixth that follows what it is fitted to.
    let folds = [3, 4, 5].map { (fitted: rows * $0 / 6, through: rows * ($0 + 1) / 6) }
    /// The candidate that forecasts these best.
    func best<Candidate>(
      of candidates: [Candidate], _ forecast: (Candidate, Int) throws(InputError) -> [Double]
    ) throws(InputError) -> Candidate {
      var best = (error: Double.infinity, candidate: candidates[0])
      for candidate in candidates {
        var error = 0.0
        for (fitted, through) in folds {
          let forecast = try forecast(candidate, fitted)
          error += zip(forecast[fitted..<through], actual[fitted..<through]).reduce(0) {
            $0 + abs($1.0 - $1.1)
          }
        }
        if error < best.error { best = (error, candidate) }
      }
      return best.candidate
    }
    let fit = try MediaMixFit(history, options: options, rows: rows, draws: 100, progress: progress)
    model = Score(fit.forecast[rows...], of: actual[rows...])
    let penalty = try best(of: [0.1, 1, 10, 100, 1000]) { penalty, rows throws(InputError) in
      try ridgeForecast(history, options: options, rows: rows, ridge: penalty)
    }
    let forecast = try ridgeForecast(history, options: options, rows: rows, ridge: penalty)
    ridge = Score(forecast[rows...], of: actual[rows...])
    let year = Int(history.spacing.ticksPerYear)
    // A forecast of several years looks back whole years, as far as the first part reaches.
    seasonalNaive =
      rows >= year
      ? Score(
        (rows..<history.count).map { actual[$0 - year * (1 + ($0 - rows) / year)] }[...], of: actual[rows...])
      : nil
  }
}

/// The forecast of every tick by an ordinary ridge regression fitted to the first `rows`.
private func ridgeForecast(
  _ history: MediaHistory, options: MediaMixOptions, rows: Int, ridge: Double
) throws(InputError) -> [Double] {
  let plain = MediaHistory(
    days: history.days, spacing: history.spacing, outcome: history.outcome, spends: [],
    controls: history.controls + history.spends)
  let columns = BaselineColumns(plain, harmonics: options.harmonics, rows: rows).columns
  let scale = history.outcome.values[..<rows].reduce(0) { $0 + abs($1) } / Double(rows)
  do {
    let weights = try ridgeCoefficients(
      columns, [history.outcome.values.map { $0 / scale }], rows: rows,
      ridges: [0] + [Double](repeating: ridge, count: columns.count - 1))[0]
    return (0..<history.count).map { tick in
      scale * zip(columns, weights).reduce(0) { $0 + $1.0[tick] * $1.1 }
    }
  } catch {
    throw InputError(
      .invalid, key: history.outcome.name, problem: "cannot be regressed (\(error))",
      remedy: "leave out controls that say the same")
  }
}
