import Applications
import Apportion
import Documents
import Foundation
import Runs

/// What a log of auctions told.
package struct BidLogReport: Document {
  /// The market's file.
  package let market: String
  /// The file of the histograms of prices.
  package let landscapes: String
  package let calibration: BidLogCalibration
  /// The time it took, reading and writing included.
  package let seconds: Double

  /// The calibration for machines.
  package func encode(to encoder: any Encoder) throws {
    let found = calibration.market
    try Contents(
      market: market, landscapes: landscapes, days: calibration.days, ticks: found.ticks,
      budget: found.budget,
      channels: rows.map { summary, auction in
        .init(
          name: summary.name, auctions: summary.auctions, clicks: summary.clicks,
          conversions: summary.conversions, meanPrice: summary.meanPrice, volume: auction.volume,
          clickRate: auction.clickRate, conversionRate: auction.conversionRate)
      },
      drift: .init(
        persistence: found.drift.persistence, price: found.drift.price, volume: found.drift.volume,
        response: found.drift.response),
      randomization: .init(
        price: found.randomization.price, volume: found.randomization.volume,
        response: found.randomization.response, conversion: found.randomization.conversion),
      notes: calibration.notes, seconds: seconds
    ).encode(to: encoder)
  }

  private struct Contents: Encodable {
    struct Channel: Encodable {
      let name: String
      let auctions, clicks, conversions: Int
      let meanPrice, volume, clickRate, conversionRate: Double
    }
    struct Drift: Encodable { let persistence, price, volume, response: Double }
    struct Randomization: Encodable { let price, volume, response, conversion: Double }

    let market, landscapes: String
    let days, ticks: Int
    let budget: Double
    let channels: [Channel]
    let drift: Drift
    let randomization: Randomization
    let notes: [String]
    let seconds: Double
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
