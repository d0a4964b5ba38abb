import Foundation
import Optimization

/// How late campaigns saw conversions of one channel, whose market describes a geometric delay.
///
/// A campaign's conversion rate stands still, so that of its conversions the share that is reported in each tick follows from
/// its clicks and the delay alone: a multinomial law, in which no rate occurs.
public struct ReportingDelayEstimate: Sendable, Equatable {
  /// The mean number of ticks, as described and as seen.
  public let described, estimated: Double
  /// The standard error of the logarithm of the mean.
  public let logError: Double
  /// The conversions that tell it.
  public let conversions: Double
  /// By how much the logarithm of a conversion rate rises with that of the mean: later reports, more are still to come.
  let rateSlope: Double

  /// Fewer conversions leave the description as it is.
  static let fewest = 30.0
  /// The deviation of the logarithm of the mean from that described, before anything is seen.
  private static let priorDeviation = 1.0

  /// Estimates a delay; nil where it is none that is estimated, or too few conversions tell of it.
  init?(_ campaigns: [PlayedCampaign], channel: Int, delay: ReportingDelay?) {
    guard case .geometric(let described)? = delay else { return nil }
    let shown = campaigns.map { campaign in
      campaign.ticks.map { (clicks: $0.shown[channel].clicks, conversions: $0.shown[channel].conversions) }
    }
    let conversions = shown.reduce(0) { $0 + $1.reduce(0) { $0 + $1.conversions } }
    guard conversions >= Self.fewest else { return nil }
    func fit(_ logMean: Double) -> (logPosterior: Double, due: Double) {
      let distance = (logMean - log(described)) / Self.priorDeviation
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
    rateSlope = log(low.due / high.due) / (2 * width)
    self.described = described
    self.conversions = conversions
    estimated = exp(best)
    logError = 1 / curvature.squareRoot()
  }
}
