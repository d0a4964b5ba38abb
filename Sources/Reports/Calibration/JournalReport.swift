import Applications
import Apportion
import Documents
import Foundation
import Runs

/// What the journal of campaigns told.
package struct JournalReport: Document {
  /// The market's file.
  package let file: String
  /// The market as it was written.
  package let market: Market
  package let calibration: JournalCalibration
  /// The time it took, writing included.
  package let seconds: Double

  /// By name: how factors vary within a campaign and between campaigns, as described and as seen.
  private var variations: [(name: String, within: (Double, Double), between: (Double, Double))] {
    let named: [(String, MarketFactor)] = [
      ("prices", .price), ("volumes", .volume), ("responses", .response), ("conversion rates", .conversion),
    ]
    return named.map { name, factor in
      let (old, new) = (calibration.described.deviations(of: factor), market.deviations(of: factor))
      return (name, (old.within, new.within), (old.between, new.between))
    }
  }

  /// The calibration for machines.
  package func encode(to encoder: any Encoder) throws {
    try Contents(
      market: file, describedBy: calibration.described.digest, campaigns: calibration.campaigns,
      ticks: calibration.ticks,
      channels: calibration.channels.map { channel in
        .init(
          name: channel.name,
          estimates: channel.estimates.map {
            .init(
              factor: "\($0.factor)", described: $0.described, estimated: $0.estimated,
              standardError: $0.estimated * $0.logError, seen: $0.seen)
          },
          delay: channel.delay.map {
            .init(
              described: $0.described, estimated: $0.estimated, standardError: $0.estimated * $0.logError,
              seen: $0.conversions, shares: shares($0.delay))
          })
      },
      persistence: .init((calibration.described.drift.persistence, market.drift.persistence)),
      withinCampaigns: Named(variations.map { ($0.name, .init($0.within)) }),
      betweenCampaigns: Named(variations.map { ($0.name, .init($0.between)) }),
      notes: calibration.notes, seconds: seconds
    ).encode(to: encoder)
  }

  private func shares(_ delay: ReportingDelay) -> [Double]? {
    if case .shares(let shares) = delay { shares } else { nil }
  }

  private struct Contents: Encodable {
    struct Estimate: Encodable {
      let factor: String
      let described, estimated, standardError, seen: Double
    }
    struct Delay: Encodable {
      let described, estimated, standardError, seen: Double
      /// By ticks; nil of a geometric delay.
      let shares: [Double]?
    }
    struct Channel: Encodable {
      let name: String
      let estimates: [Estimate]
      let delay: Delay?
    }
    struct Pair: Codable, Sendable {
      let described, estimated: Double
      init(_ values: (Double, Double)) { (described, estimated) = values }
    }

    /// The market's file, and the digest of the market that described the campaigns.
    let market, describedBy: String
    let campaigns, ticks: Int
    let channels: [Channel]
    let persistence: Pair
    let withinCampaigns, betweenCampaigns: Named<Pair>
    let notes: [String]
    let seconds: Double
  }

  /// The calibration for people.
  package var text: String {
    var numbers = TextTable(["channel", "number", "described", "estimated", "standard error", "seen"])
    for (channel, description) in zip(calibration.channels, calibration.described.channels) {
      for estimate in channel.estimates {
        let (name, unit) = words(estimate.factor, description)
        numbers.append([
          channel.name, name, format(estimate.described), format(estimate.estimated),
          format(estimate.estimated * estimate.logError), "\(Int(estimate.seen)) \(unit)",
        ])
      }
      guard let delay = channel.delay else { continue }
      numbers.append([
        channel.name, "ticks until reported", format(delay.described), format(delay.estimated),
        format(delay.estimated * delay.logError), "\(Int(delay.conversions)) conversions",
      ])
    }
    var factors = TextTable([
      "deviation of the logarithm of", "within, described", "estimated", "between campaigns, described",
      "estimated",
    ])
    for (name, within, between) in variations {
      factors.append([name, format(within.0), format(within.1), format(between.0), format(between.1)])
    }
    let notes = calibration.notes.map { "Note: \($0).\n" }.joined()
    let (old, new) = (calibration.described.drift.persistence, market.drift.persistence)
    return numbers.text + "\n" + factors.text + "\n" + notes
      + "Of a deviation within a campaign, \(format(new)) is left a tick later; described was \(format(old)). "
      + "\(calibration.ticks) ticks of \(calibration.campaigns) campaigns, read in "
      + String(format: "%.1f s.\n", seconds)
      + "The market is in \(file); to go on training in it: apportion train --market \(file) --from RUN\n"
  }

  private func words(_ factor: MarketFactor, _ channel: MediaChannel) -> (name: String, unit: String) {
    if case .response = channel.kind { return ("most outcome a tick", "ticks") }
    return switch factor {
    case .volume: ("auctions a tick", "wins")
    case .price: ("money per auction", "wins")
    case .response: ("click rate", "clicks")
    case .conversion: ("conversion rate", "conversions")
    }
  }

  private func format(_ number: Double) -> String { String(format: "%.4g", number) }
}
