import Foundation
import Optimization

/// How late campaigns saw conversions of one channel whose market describes a delay.
///
/// A campaign's conversion rate stands still, so that of its conversions the share that is reported in each tick follows from
/// its clicks and the delay alone: a multinomial law, in which no rate occurs.
package struct ReportingDelayEstimate: Sendable, Equatable {
  /// The delay as it was seen, of the same kind as the one described.
  package let delay: ReportingDelay
  /// The mean number of ticks, as described.
  package let described: Double
  /// The standard error of the logarithm of the mean.
  package let logError: Double
  /// The conversions that tell it.
  package let conversions: Double
  /// What is added to the standard error of the logarithm of a conversion rate: later reports, more are still to come.
  let rateError: Double

  /// The mean number of ticks, as seen.
  package var estimated: Double { delay.mean }

  /// Fewer conversions leave the description as it is.
  static let fewest = 30.0
  /// The deviation of the logarithm of a geometric delay's mean from that described, before anything is seen.
  private static let priorDeviation = 1.0

  /// Estimates a delay; nil where it is none that is estimated, or too few conversions tell of it.
  init?(_ campaigns: [PlayedCampaign], channel: Int, delay: ReportingDelay?) {
    guard let delay else { return nil }
    let shown = campaigns.map { campaign in campaign.ticks.map { $0.shown[channel] } }
    conversions = shown.reduce(0) { $0 + $1.reduce(0) { $0 + $1.conversions } }
    guard conversions >= Self.fewest else { return nil }
    described = delay.mean
    switch delay {
    case .geometric(let mean):
      guard let fit = Self.geometric(shown, described: mean) else { return nil }
      (self.delay, logError, rateError) = (.geometric(mean: fit.mean), fit.logError, fit.rateError)
    case .shares(let shares):
      guard let table = DelayTable(shown, described: shares) else { return nil }
      self.delay = .shares(table.shares)
      (logError, rateError) = (table.meanError / self.delay.mean, table.rateError)
    }
  }

  /// The mean of a geometric delay and the errors of its logarithm and of that of a conversion rate.
  private static func geometric(
    _ shown: [[TickResults.Channel]], described: Double
  ) -> (mean: Double, logError: Double, rateError: Double)? {
    func fit(_ logMean: Double) -> (logPosterior: Double, due: Double) {
      let distance = (logMean - log(described)) / priorDeviation
      return shown.reduce((-0.5 * distance * distance, 0)) { sum, ticks in
        var due = DueClicks(.geometric(mean: exp(logMean)))
        var (total, logs, counted) = (0.0, 0.0, 0.0)
        for tick in ticks {
          let clicks = due.add(tick.clicks)
          total += clicks
          if tick.conversions > 0, clicks > 0 {
            logs += tick.conversions * log(clicks)
            counted += tick.conversions
          }
        }
        return total > 0 ? (sum.0 + logs - counted * log(total), sum.1 + total) : sum
      }
    }
    let best = goldenSection(from: log(1e-2), through: log(1e5), tolerance: 1e-4) { -fit($0).logPosterior }
    // The posterior is skew: a wide difference stands for both of its sides.
    let width = 0.5
    let (low, here, high) = (fit(best - width), fit(best), fit(best + width))
    let curvature =
      (2 * here.logPosterior - low.logPosterior - high.logPosterior) / (width * width)
    guard curvature > 0, low.due > 0, high.due > 0 else { return nil }
    let logError = 1 / curvature.squareRoot()
    return (exp(best), logError, log(low.due / high.due) / (2 * width) * logError)
  }
}
