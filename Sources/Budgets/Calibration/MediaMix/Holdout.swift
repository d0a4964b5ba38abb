import Documents
import Foundation
import LinearAlgebra

/// How well models fitted to the first part of a history forecast the rest of it, whose spends and controls they are told.
public struct Holdout: Sendable, Equatable {
  /// The error of a forecast.
  public struct Score: Sendable, Equatable {
    /// The root mean square error over the range of the outcome held out.
    public let nrmse: Double
    /// The mean absolute error as a share of the outcome, over ticks whose outcome is not 0.
    public let mape: Double
    /// The sum of absolute errors as a share of the sum of outcomes.
    public let wape: Double

    init(_ forecast: [Double], of history: MediaHistory, from rows: Int) {
      let ticks = (rows..<history.count).filter { history.isCounted[$0] }
      self.init(ticks.map { forecast[$0] }, of: ticks.map { history.outcome.values[$0] })
    }

    private init(_ forecast: [Double], of actual: [Double]) {
      let squares = zip(forecast, actual).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      let range = (actual.max() ?? 0) - (actual.min() ?? 0)
      nrmse = (squares / Double(max(1, actual.count))).squareRoot() / max(range, .leastNormalMagnitude)
      let told = zip(forecast, actual).filter { $0.1 != 0 }
      mape = told.reduce(0) { $0 + abs(($1.0 - $1.1) / $1.1) } / Double(max(1, told.count))
      let errors = zip(forecast, actual).reduce(0) { $0 + abs($1.0 - $1.1) }
      wape = errors / max(actual.reduce(0) { $0 + abs($1) }, .leastNormalMagnitude)
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
    var options = options
    options.season = try SeasonChoice(history, options: options, rows: rows).season
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
          for tick in fitted..<through where history.isCounted[tick] {
            error += abs(forecast[tick] - actual[tick])
          }
        }
        if error < best.error { best = (error, candidate) }
      }
      return best.candidate
    }
    let fit = try MediaMixFit(history, options: options, rows: rows, draws: 100, progress: progress)
    model = Score(fit.forecast, of: history, from: rows)
    let plain = MediaMixOptions.Season(harmonics: options.harmonics, hasTrend: true)
    let penalty = try best(of: ridgePenalties) { penalty, rows throws(InputError) in
      try ridgeForecast(history, season: plain, rows: rows, ridge: penalty)
    }
    let forecast = try ridgeForecast(history, season: plain, rows: rows, ridge: penalty)
    ridge = Score(forecast, of: history, from: rows)
    let year = Int(history.spacing.ticksPerYear)
    // A forecast of several years looks back whole years, as far as the first part reaches.
    seasonalNaive =
      rows >= year
      ? Score(
        (0..<history.count).map { $0 < rows ? actual[$0] : actual[$0 - year * (1 + ($0 - rows) / year)] },
        of: history, from: rows) : nil
  }
}

/// The penalties of ridge regressions that are tried.
let ridgePenalties = [0.1, 1, 10, 100, 1000]

/// The forecast of every tick by an ordinary ridge regression fitted to the first `rows`.
func ridgeForecast(
  _ history: MediaHistory, season: MediaMixOptions.Season, rows: Int, ridge: Double
) throws(InputError) -> [Double] {
  let plain = MediaHistory(
    days: history.days, spacing: history.spacing, outcome: history.outcome, spends: [],
    controls: history.controls + history.drivers)
  let columns = BaselineColumns(plain, season: season, rows: rows).columns
  let scale = history.outcome.values[..<rows].reduce(0) { $0 + abs($1) } / Double(rows)
  /// Ticks that do not count are rows of zeros.
  func counted(_ column: [Double]) -> [Double] { zip(column, history.isCounted).map { $1 ? $0 : 0 } }
  do {
    let weights = try ridgeCoefficients(
      columns.map(counted), [counted(history.outcome.values.map { $0 / scale })], rows: rows,
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
