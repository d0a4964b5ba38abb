import Foundation

/// How the factors of all channels of a log wander within days and differ between them.
struct LogFactors {
  let drift: Drift
  let randomization: Randomization
  /// Whether the log tells of conversions.
  let hasConversions: Bool
  /// What the log cannot tell.
  let notes: [String]
  /// By channel: the mean price, in units of the column.
  let meanPrices: [Int: Double]
  /// The variance of a price within a tick, as a share of its square.
  let priceSpread: Double

  /// Variances of the logarithms of factors, within and between days together.
  var priceVariance: Double { drift.price * drift.price + randomization.price * randomization.price }
  var volumeVariance: Double { drift.volume * drift.volume + randomization.volume * randomization.volume }
  var responseVariance: Double {
    drift.response * drift.response + randomization.response * randomization.response
  }
  var conversionVariance: Double { randomization.conversion * randomization.conversion }

  init(_ days: [LogCells.ChannelDay], season: [Double]) {
    func factor(
      _ values: (LogCells.Cell) -> Double, _ pairs: (LogCells.Cell) -> Double,
      by exposures: (LogCells.Cell, Double) -> Double, _ exposurePairs: (LogCells.Cell, Double) -> Double,
      sampling: (LogCells.ChannelDay) -> Double
    ) -> FactorMoments {
      FactorMoments(
        days.map { day in
          let covered = zip(season, day.isCovered).map { $1 ? $0 : 0 }
          return FactorMoments.Day(
            channel: day.channel, values: day.cells.map(values), pairs: day.cells.map(pairs),
            exposures: zip(day.cells, covered).map(exposures),
            exposurePairs: zip(day.cells, covered).map(exposurePairs), samplingVariance: sampling(day))
        })
    }
    /// The variance of the logarithm of a count; infinite for none.
    func ofCount(_ count: Double) -> Double { count > 0 ? 1 / count : .infinity }
    let spread = meanPriceSpread(days)
    let volume = factor(
      \.auctions, { $0.auctions * ($0.auctions - 1) }, by: { $1 }, { $1 * $1 },
      sampling: { ofCount($0.total(\.auctions)) })
    let response = factor(
      \.clicks, { $0.clicks * ($0.clicks - 1) }, by: { cell, _ in cell.auctions },
      { cell, _ in cell.auctions * (cell.auctions - 1) }, sampling: { ofCount($0.total(\.clicks)) })
    let price = factor(
      \.prices, { $0.prices * $0.prices - $0.squaredPrices }, by: { cell, _ in cell.auctions },
      { cell, _ in cell.auctions * (cell.auctions - 1) },
      sampling: { spread * ofCount($0.total(\.auctions)) })
    let conversion = factor(
      \.conversions, { $0.conversions * ($0.conversions - 1) }, by: { cell, _ in cell.clicks },
      { cell, _ in cell.clicks * (cell.clicks - 1) }, sampling: { ofCount($0.total(\.conversions)) })

    let persistence = FactorMoments.persistence([price, volume, response])
    let (prices, volumes, responses) = (
      price.deviations(persistence: persistence), volume.deviations(persistence: persistence),
      response.deviations(persistence: persistence)
    )
    // Within a day the rate of conversions stands still in the market.
    let conversions = conversion.deviations(persistence: 0).between
    // What a season fitted to the same days takes away of their variance.
    let share = 1 - 1 / Double(max(days.count, 2))
    drift = Drift(
      persistence: persistence, price: min(prices.within, 3),
      volume: min(volumes.within / share.squareRoot(), 3), response: min(responses.within, 3))
    randomization = Randomization(
      price: min(prices.between ?? 0, 3), volume: min(volumes.between ?? 0, 3),
      response: min(responses.between ?? 0, 3), conversion: min(conversions ?? 0, 3))
    hasConversions = days.contains { $0.total(\.conversions) > 0 }
    notes =
      [
        ("prices", prices.between), ("volumes", volumes.between), ("click rates", responses.between),
        ("conversion rates", hasConversions ? conversions : 0),
      ].compactMap { name, between in
        between == nil
          ? "no channel has two days of enough events to tell how \(name) differ between days: 0 is written"
          : nil
      }
    meanPrices = Dictionary(grouping: days, by: \.channel).mapValues { days in
      days.reduce(0) { $0 + $1.total(\.prices) } / days.reduce(0) { $0 + $1.total(\.auctions) }
    }
    self.priceSpread = spread
  }

  /// The logarithm of a tick's price factor, as far as its mean price tells it from the channel's.
  func price(of cell: LogCells.Cell, channel: Int) -> Double {
    guard let mean = meanPrices[channel], mean > 0, cell.prices > 0 else { return 0 }
    let shift = log(cell.prices / cell.auctions / mean) + 0.5 * priceVariance
    let reliability = priceVariance / max(priceVariance + priceSpread / cell.auctions, .leastNormalMagnitude)
    return reliability * shift
  }
}

/// The variance of prices within a tick over the square of their mean, all ticks together.
private func meanPriceSpread(_ days: [LogCells.ChannelDay]) -> Double {
  var (squares, means) = (0.0, 0.0)
  for cell in days.flatMap(\.cells) where cell.auctions > 1 {
    let mean = cell.prices / cell.auctions
    squares += (cell.squaredPrices - cell.prices * mean) / (cell.auctions - 1) * cell.auctions
    means += mean * mean * cell.auctions
  }
  return means > 0 ? squares / means : 0
}
