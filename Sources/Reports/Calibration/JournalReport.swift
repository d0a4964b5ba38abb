import Apportion
import Documents
import Foundation
import Runs

/// What the journal of campaigns told.
package struct JournalReport: Sendable {
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

  /// The calibration as JSON.
  package var json: JSONValue {
    func pair(_ values: (Double, Double)) -> JSONValue {
      ["described": JSONValue(values.0), "estimated": JSONValue(values.1)]
    }
    func known(_ described: Double, _ estimated: Double, _ logError: Double, _ seen: Double) -> [JSONValue
      .Member]
    {
      [
        .init("described", JSONValue(described)), .init("estimated", JSONValue(estimated)),
        .init("standard_error", JSONValue(estimated * logError)), .init("seen", JSONValue(seen)),
      ]
    }
    func shares(_ delay: ReportingDelay) -> [JSONValue.Member] {
      guard case .shares(let shares) = delay else { return [] }
      return [.init("shares", .array(shares.map { JSONValue($0) }))]
    }
    let persistence = (calibration.described.drift.persistence, market.drift.persistence)
    return [
      "market": .string(file), "described_by": .string(calibration.described.digest),
      "campaigns": JSONValue(calibration.campaigns), "ticks": JSONValue(calibration.ticks),
      "channels": .array(
        calibration.channels.map { channel in
          [
            "name": .string(channel.name),
            "estimates": .array(
              channel.estimates.map {
                .object(
                  [.init("factor", .string("\($0.factor)"))]
                    + known($0.described, $0.estimated, $0.logError, $0.seen))
              }),
            "delay": channel.delay.map {
              .object(known($0.described, $0.estimated, $0.logError, $0.conversions) + shares($0.delay))
            } ?? .null,
          ]
        }),
      "persistence": pair(persistence),
      "within_campaigns": .object(variations.map { .init($0.name, pair($0.within)) }),
      "between_campaigns": .object(variations.map { .init($0.name, pair($0.between)) }),
      "notes": .array(calibration.notes.map { .string($0) }), "seconds": JSONValue(seconds),
    ]
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
