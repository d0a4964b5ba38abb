import Documents
import Foundation
import LinearAlgebra

/// A market calibrated anew from what campaigns showed that ran in it.
///
/// ```swift
/// let calibration = try JournalCalibration(campaigns, market: market)
/// print(calibration.market.yaml)
/// ```
/// Advertisers see what they won, not what they lost. That a channel's win share rises with the bid by a known law, its
/// landscape's, and the mean price with it, tells auctions from prices; so every tick is a likelihood of the channel's log factors,
/// and campaigns are smoothed like any state-space model. Medians by channel, how campaigns differ and how factors drift are
/// those of largest likelihood (EM: Shumway and Stoffer, 1982), the description being the prior.
package struct JournalCalibration: Sendable {
  /// A number of the market before and after.
  package struct Estimate: Sendable, Equatable {
    /// What it is.
    package let factor: MarketFactor
    /// As the market described it, and as the campaigns show it: auctions per tick, money per auction if all are won, clicks per
    /// win (of response channels the most outcome per tick), conversions per click.
    package let described, estimated: Double
    /// The standard error of the logarithm.
    package let logError: Double
    /// How much was seen: wins (of volumes and prices), clicks, conversions; ticks of response channels.
    package let seen: Double

    /// In what it lies with 90 %.
    package var interval: ClosedRange<Double> {
      estimated * exp(-1.645 * logError)...estimated * exp(1.645 * logError)
    }
  }

  /// One channel.
  package struct Channel: Sendable {
    /// Its name.
    package let name: String
    /// Its numbers; none of what no campaign shows.
    package let estimates: [Estimate]
    /// How late conversions are reported, where the market has a delay that was estimated anew.
    package let delay: ReportingDelayEstimate?
  }

  /// The market: all else as it was described.
  package let market: Market
  /// The market that the campaigns ran in.
  package let described: Market
  /// The channels, in the market's order.
  package let channels: [Channel]
  /// How many campaigns showed anything, and their ticks.
  package let campaigns, ticks: Int
  /// What to beware of.
  package let notes: [String]

  /// Calibrates.
  ///
  /// Complexity: at most 100 rounds, each linear in campaigns, ticks and channels: some seconds for a hundred campaigns of nine
  /// channels and 48 ticks.
  /// - Parameters:
  ///   - campaigns: as far as each went; those of no tick are passed over.
  ///   - market: the market that they ran in.
  ///   - progress: called with the share of the work that is done, at most.
  /// - Throws: `InputError` where no campaign shows a tick.
  package init(
    _ campaigns: [PlayedCampaign], market described: Market, progress: (Double) -> Void = { _ in }
  ) throws(InputError) {
    let played = campaigns.filter { !$0.ticks.isEmpty }
    guard !played.isEmpty else {
      throw InputError(
        .invalid, key: "campaigns",
        problem: "\(campaigns.count) began and none has shown the results of a tick",
        remedy: "calibrate once `apportion campaigns` shows some that are on their way")
    }
    self.described = described
    self.campaigns = played.count
    ticks = played.reduce(0) { $0 + $1.ticks.count }
    var base = described
    var delays: [Int: ReportingDelayEstimate] = [:]
    for index in described.channels.indices {
      guard case .auction(var auction) = described.channels[index].kind,
        let estimate = ReportingDelayEstimate(played, channel: index, delay: auction.delay)
      else { continue }
      delays[index] = estimate
      auction.delay = estimate.delay
      base.channels[index].kind = .auction(auction)
    }
    var fit = JournalFit(played, market: base)
    fit.run(progress: progress)
    // What is not known of the delay is not known of the conversion rate, too.
    channels = described.channels.indices.map { index in
      Channel(
        name: described.channels[index].name,
        estimates: fit.estimates(ofChannel: index, conversionError: delays[index]?.rateError ?? 0),
        delay: delays[index])
    }
    market = fit.market
    notes = Self.notes(played, described, channels, campaigns: played.count)
  }

  private static func notes(
    _ campaigns: [PlayedCampaign], _ market: Market, _ channels: [Channel], campaigns count: Int
  ) -> [String] {
    var notes: [String] = []
    for (index, channel) in channels.enumerated() {
      if channel.estimates.isEmpty {
        notes.append("'\(channel.name)' was never bid on: it keeps its description")
      }
      guard case .auction(let auction) = market.channels[index].kind else { continue }
      if auction.pricing == .firstPrice, !channel.estimates.isEmpty {
        notes.append("'\(channel.name)' pays what it bids: its prices are told by the auctions won alone")
      }
    }
    if count < 10 {
      notes.append("how campaigns differ is mostly the description's: \(count) of them tell little of it")
    }
    return notes
  }
}
