import Apportion
import Documents
import Foundation
import Runs

/// What a log of auctions told.
package struct BidLogReport: Sendable {
  /// The market's file.
  package let market: String
  /// The file of the histograms of prices.
  package let landscapes: String
  package let calibration: BidLogCalibration
  /// The time it took, reading and writing included.
  package let seconds: Double

  /// The calibration as JSON.
  package var json: JSONValue {
    let market = calibration.market
    return [
      "market": .string(self.market), "landscapes": .string(landscapes), "days": JSONValue(calibration.days),
      "ticks": JSONValue(market.ticks), "budget": JSONValue(market.budget),
      "channels": .array(
        rows.map { summary, auction in
          [
            "name": .string(summary.name), "auctions": JSONValue(summary.auctions),
            "clicks": JSONValue(summary.clicks), "conversions": JSONValue(summary.conversions),
            "mean_price": JSONValue(summary.meanPrice), "volume": JSONValue(auction.volume),
            "click_rate": JSONValue(auction.clickRate), "conversion_rate": JSONValue(auction.conversionRate),
          ]
        }),
      "drift": [
        "persistence": JSONValue(market.drift.persistence), "price": JSONValue(market.drift.price),
        "volume": JSONValue(market.drift.volume), "response": JSONValue(market.drift.response),
      ],
      "randomization": [
        "price": JSONValue(market.randomization.price), "volume": JSONValue(market.randomization.volume),
        "response": JSONValue(market.randomization.response),
        "conversion": JSONValue(market.randomization.conversion),
      ],
      "notes": .array(calibration.notes.map { .string($0) }), "seconds": JSONValue(seconds),
    ]
  }

  /// The calibration for people.
  package var text: String {
    var table = TextTable([
      "channel", "auctions", "mean price", "clicks", "conversions", "a tick", "click rate", "conversion rate",
    ])
    for (summary, auction) in rows {
      table.append([
        summary.name, "\(summary.auctions)", format(summary.meanPrice), "\(summary.clicks)",
        "\(summary.conversions)", format(auction.volume), format(auction.clickRate),
        format(auction.conversionRate),
      ])
    }
    let (drift, spread) = (calibration.market.drift, calibration.market.randomization)
    var factors = TextTable(["deviation of the logarithm of", "within a day", "between days"])
    for (name, within, between) in [
      ("prices", drift.price, spread.price), ("volumes", drift.volume, spread.volume),
      ("click rates", drift.response, spread.response), ("conversion rates", 0, spread.conversion),
    ] {
      factors.append([name, format(within), format(between)])
    }
    let notes = calibration.notes.map { "Note: \($0).\n" }.joined()
    return table.text + "\n" + factors.text + "\n" + notes
      + "Of a deviation within a day, \(format(drift.persistence)) is left a tick later. "
      + "\(calibration.days) days of \(calibration.market.ticks) ticks, read in "
      + String(format: "%.1f s.\n", seconds)
      + "The market is in \(market), its histograms of prices in \(landscapes)\n"
  }

  private var rows: [(BidLogCalibration.ChannelSummary, AuctionChannel)] {
    calibration.market.channels.compactMap { channel in
      guard case .auction(let auction) = channel.kind,
        let summary = calibration.channels.first(where: { $0.name == channel.name })
      else { return nil }
      return (summary, auction)
    }
  }

  private func format(_ number: Double) -> String { String(format: "%.4g", number) }
}
