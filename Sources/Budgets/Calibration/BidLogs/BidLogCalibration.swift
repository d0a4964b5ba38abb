import Documents
import Foundation

/// A market calibrated from a log of auctions: the prices at which they were won, and what came of them.
///
/// ```swift
/// let calibration = try BidLogCalibration(contentsOf: "auctions.csv", name: "shop")
/// print(calibration.market.yaml)
/// ```
/// Season, volumes and rates are means. How prices, volumes and click rates wander is told by products of neighbouring
/// ticks' sums (`FactorMoments`); the landscapes are histograms of prices from which this wandering is removed, so the log is
/// read twice. Memory grows with channels, days and ticks, not with rows.
package struct BidLogCalibration: Sendable {
  /// What a log says of a channel.
  package struct ChannelSummary: Sendable, Equatable {
    /// The channel.
    package let name: String
    /// Rows of the log.
    package let auctions: Int
    /// Clicks in the log.
    package let clicks: Int
    /// Conversions in the log.
    package let conversions: Int
    /// The mean price, in units of the column.
    package let meanPrice: Double
  }

  /// The market: a day, one channel for each of the log.
  package let market: Market
  /// What the log says of each channel.
  package let channels: [ChannelSummary]
  /// The days of the log.
  package let days: Int
  /// What was done to the data, and what to beware of.
  package let notes: [String]

  /// Calibrates.
  ///
  /// Complexity: two passes over the file, and channels · days · ticks² for the moments.
  /// - Parameter progress: called with the share of the work that is done.
  /// - Throws: `InputError` with line and column of the first mistake of the log.
  package init(
    contentsOf path: String, columns: LogColumns = LogColumns(), name: String,
    options: BidLogOptions = BidLogOptions(), progress: (Double) -> Void = { _ in }
  ) throws(InputError) {
    let log = BidLog(path: path, columns: columns, reading: options.reading)
    var cells = LogCells(ticks: options.ticks)
    let (names, logNotes) = try log.forEachAuction(progress: { progress(0.5 * $0) }) { cells.add($0) }
    let days = cells.channelDays
    let season = season(of: days, ticks: options.ticks)
    let factors = LogFactors(days, season: season)
    let landscapes = try PriceLandscapes(
      log, days: days, factors: factors, ticks: options.ticks, channels: names.count,
      progress: { progress(0.5 + 0.5 * $0) })
    let totals = names.indices.map { channel in days.filter { $0.channel == channel } }
    let summaries = zip(names, totals).map { name, days in
      let auctions = days.reduce(0) { $0 + $1.total(\.auctions) }
      return ChannelSummary(
        name: name, auctions: Int(auctions), clicks: Int(days.reduce(0) { $0 + $1.total(\.clicks) }),
        conversions: Int(days.reduce(0) { $0 + $1.total(\.conversions) }),
        meanPrice: days.reduce(0) { $0 + $1.total(\.prices) } / auctions)
    }
    let delays = cells.reportingDelays(channels: names.count)
    let order = names.indices.sorted { names[$0] < names[$1] }
    let markets = order.map { index in
      MediaChannel(
        name: names[index],
        kind: .auction(
          channel(
            summaries[index], totals[index], season, factors, landscapes.histogram(of: index), delays[index],
            options)))
    }
    let dayCount = Set(days.map(\.day)).count
    let costs = days.reduce(0) { $0 + $1.total(\.prices) } * options.priceUnit / Double(dayCount)
    market = Market(
      name: name,
      summary: "calibrated from \(summaries.reduce(0) { $0 + $1.auctions }) auctions of \(dayCount) days",
      currency: options.currency ?? "USD", ticks: options.ticks, season: season,
      budget: options.budget ?? max(0.1 * costs, 1e-9),
      objective: .conversions, drift: factors.drift, randomization: factors.randomization, channels: markets)
    self.days = dayCount
    channels = summaries
    notes =
      logNotes + factors.notes
      + summaries.filter { $0.clicks < 30 }.map {
        "\($0.name) has \($0.clicks) clicks: its click rate is hardly known"
      }
  }
}

/// The share of a day's auctions by tick, of mean 1: the mean over the days of all channels, those of many auctions alike.
private func season(of days: [LogCells.ChannelDay], ticks: Int) -> [Double] {
  let whole = days.filter { !$0.isCovered.contains(false) }
  var sums = [Double](repeating: 0, count: ticks)
  for day in whole.isEmpty ? days : whole {
    let perTick = day.total(\.auctions) / Double(ticks)
    for tick in 0..<ticks { sums[tick] += day.cells[tick].auctions / (1 + perTick) }
  }
  return Market.normalized(sums)
}

/// A channel in the units of the market: rates as the log has them, freed of what wandering adds to means.
private func channel(
  _ summary: BidLogCalibration.ChannelSummary, _ days: [LogCells.ChannelDay], _ season: [Double],
  _ factors: LogFactors, _ histogram: PriceLandscapes.Histogram, _ delay: ReportingDelay?,
  _ options: BidLogOptions
) -> AuctionChannel {
  let exposure = days.reduce(0) { sum, day in
    sum + zip(season, day.isCovered).reduce(0) { $0 + ($1.1 ? $1.0 : 0) }
  }
  let (auctions, clicks) = (Double(summary.auctions), Double(summary.clicks))
  let conversions = factors.hasConversions ? Double(summary.conversions) : clicks
  return AuctionChannel(
    volume: max(auctions / max(exposure, 1e-9) / exp(0.5 * factors.volumeVariance), 1e-6),
    prices: histogram.counts, priceUnit: histogram.step * options.priceUnit, pricing: options.pricing,
    clickRate: min(clicks / auctions / exp(0.5 * factors.responseVariance), 1),
    conversionRate: clicks > 0 ? min(conversions / clicks / exp(0.5 * factors.conversionVariance), 1) : 0,
    delay: delay, bids: bidLadder(histogram.counts, levels: options.levels))
}

/// Off, then from the tenth to the 97th of a hundred prices in equal ratios, in whole steps where these lie apart.
func bidLadder(_ counts: [Double], levels: Int) -> [Double] {
  let total = counts.reduce(0, +)
  func quantile(_ share: Double) -> Double {
    var sum = 0.0
    let price = counts.indices.first { index in
      sum += counts[index]
      return sum >= share * total
    }
    return Double((price ?? 0) + 1)
  }
  let low = quantile(0.1)
  let high = min(max(quantile(0.97), 2 * low), 301)
  let bids = (0..<levels - 1).map { step in
    low * pow(high / low, Double(step) / Double(max(levels - 2, 1)))
  }
  let whole = bids.map { $0.rounded() }
  let lieApart = zip(whole, whole.dropFirst()).allSatisfy { $0 < $1 }
  return [0] + (lieApart ? whole : bids.map { ($0 * 1000).rounded() / 1000 })
}
