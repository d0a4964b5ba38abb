import Documents

/// How much season forecasts from a history can bear: pairs of sine and cosine, and whether a trend.
///
/// Three forecasts from within the history, each of the sixth that follows what it is fitted to, by ridge regressions of several
/// penalties: the baseline of the smallest error is taken, the richer one only where it gains at least a hundredth. Before a
/// whole year has passed, waves of a year are hardly told from a trend.
struct SeasonChoice: Sendable {
  /// What is chosen.
  let season: MediaMixOptions.Season

  init(_ history: MediaHistory, options: MediaMixOptions, rows: Int) throws(InputError) {
    let years = Double(rows) / history.spacing.ticksPerYear
    guard years < 2 else {
      season = .init(harmonics: options.harmonics, hasTrend: true)
      return
    }
    var best = (error: Double.infinity, season: MediaMixOptions.Season(harmonics: 0, hasTrend: false))
    for hasTrend in [false, true] {
      for harmonics in 0...options.harmonics {
        let season = MediaMixOptions.Season(harmonics: harmonics, hasTrend: hasTrend)
        var error = Double.infinity
        for ridge in ridgePenalties {
          error = min(error, try Self.error(history, season, ridge: ridge, rows: rows))
        }
        if error < 0.99 * best.error { best = (error, season) }
      }
    }
    season = best.season
  }

  private static func error(
    _ history: MediaHistory, _ season: MediaMixOptions.Season, ridge: Double, rows: Int
  ) throws(InputError) -> Double {
    var error = 0.0
    for sixth in 3...5 {
      let (fitted, through) = (rows * sixth / 6, rows * (sixth + 1) / 6)
      let forecast = try ridgeForecast(history, season: season, rows: fitted, ridge: ridge)
      for tick in fitted..<through where history.isCounted[tick] {
        error += abs(forecast[tick] - history.outcome.values[tick])
      }
    }
    return error
  }

  /// What is said of the choice; nil where it is what was asked for.
  func note(asked: Int) -> String? {
    guard season.harmonics != asked || !season.hasTrend else { return nil }
    return
      "the history is too short for more season than \(season.harmonics) pairs of sine and cosine of the year"
      + (season.hasTrend ? "" : " and no trend")
      + ", by forecasts from within it: the hold-out keeps to such a choice, returns allow for more"
  }
}
