import Learning
import LinearAlgebra

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Rows of what the console shows.
///
/// The gain unit moves with what clicks and conversions have shown; forecasts are those of the calibration.
final class ConsoleRows: ChannelRows {
  static let featureNames = AdvertiserObservation.channelNames + ["conversions_weight"]

  private let market: Market
  private let columns: ChannelColumns
  private let console: AdvertiserObservation
  private let flat: Matrix
  private let clock: EpisodeClock
  private let traits: [ChannelTraits]
  /// Channels × levels: the share of auctions won and the money paid, as parts of the units.
  private let won, paid: Matrix
  private let clicksCounted, conversionsCounted: Float
  /// What part of the variance of a log click rate is the constant's.
  private let lasting: Float
  private let spendWeight: Float

  init(market: Market, laneCount: Int) {
    self.market = market
    columns = market.channelColumns(.console)
    console = AdvertiserObservation(market: market, laneCount: laneCount)
    flat = Matrix(rows: laneCount, columns: market.observationLayout(.advertiser).size)
    clock = EpisodeClock(market)
    let models = market.channelModels
    traits = zip(models, market.channels).map { ChannelTraits($0, $1, market: market) }
    won = Matrix(rows: models.count, columns: columns.levels)
    paid = Matrix(rows: models.count, columns: columns.levels)
    for (channel, trait) in traits.enumerated() {
      guard let auction = trait.model.auction else { continue }
      trait.model.auctionLadder(auction, price: 0, won: won.view.row(channel), paid: paid.view.row(channel))
      let scale = auction.volume / trait.costUnit
      for level in 0..<trait.model.count { paid[channel, level] *= scale }
    }
    let (spread, drift) = (market.randomization, market.drift)
    clicksCounted = countedObservations(spread.response, drift.response)
    conversionsCounted = countedObservations(spread.conversion)
    let (constant, drifting) = (spread.response * spread.response, drift.response * drift.response)
    lasting = constant > 0 ? Float(constant / (constant + drifting)) : 0
    spendWeight = market.objective == .profit ? 1 : 0
  }

  var numbers: [Float] {
    get { console.numbers }
    set { console.numbers = newValue }
  }

  func startEpisode(_ shown: AdvertiserConsole) { console.startEpisode(shown) }
  func observe(_ shown: AdvertiserConsole) { console.observe(shown) }

  func write(_ shown: AdvertiserConsole, into rows: MatrixView) {
    console.write(shown, into: flat.view)
    let (channels, tick) = (shown.channelCount, shown.tick)
    let width = AdvertiserObservation.channelNames.count
    let traffic = clock.season(tick)
    for channel in 0..<channels {
      let trait = traits[channel]
      let clicks = console.dueClickSum(channel)
      for lane in 0..<shown.laneCount {
        let row = rows.row(lane * channels + channel)
        let seen = flat.view.row(lane) + AdvertiserObservation.globalNames.count + channel * width
        row.update(from: seen, count: width)
        (row + columns.worths.lowerBound).update(repeating: 0, count: columns.levels)
        var logGain = log(trait.gainUnit) + seen[8]
        var variance: Float
        if let auction = trait.model.auction {
          let expected = clicks[lane] * auction.conversionRate
          row[width] = expected / (expected + conversionsCounted)
          logGain += seen[7]
          variance =
            log(1 + (1 - seen[9]) / clicksCounted) + log(1 + 1 / (expected + conversionsCounted))
          forecast(
            trait, auction, channel, row: row, carryOver: shown.values(.carryOver, channel)[lane],
            tick: tick, logGain)
        } else {
          row[width] = 0
          variance =
            Float(
              market.randomization.response * market.randomization.response
                + market.drift.response * market.drift.response) * (1 - seen[9])
          forecast(trait, row: row, stock: shown.values(.carryOver, channel)[lane], traffic, logGain)
        }
        trait.close(row, columns: columns)
        clock.write(tick: tick, into: row, at: width + 1, columns: columns)
        trait.write(
          into: row, at: width + 1 + EpisodeClock.featureNames.count, columns: columns, traffic: traffic)
        row[columns[.deviation]] = variance.squareRoot()
        row[columns[.evidence]] = trait.observations * exp(seen[7])
        row[columns[.variance]] = log(1 + (1 - seen[9]) / clicksCounted)
        row[columns[.lasting]] = lasting
        row[columns[.gainUnit]] = logGain
        row[columns[.costUnit]] = log(trait.costUnit)
      }
    }
  }

  private func forecast(
    _ trait: ChannelTraits, _ auction: AuctionModel, _ channel: Int, row: UnsafeMutablePointer<Float>,
    carryOver: Float, tick: Int, _ logGain: Float
  ) {
    let traffic = clock.season(tick)
    let fresh = traffic * exp(-auction.fatigueStrength * carryOver)
    let money = spendWeight * trait.costUnit * exp(-logGain)
    for level in 0..<trait.model.count {
      let cost = traffic * paid[channel, level]
      row[columns.gains.lowerBound + level] = fresh * won[channel, level] - money * cost
      row[columns.costs.lowerBound + level] = cost
    }
    trait.fatigueOutlook?.write(
      won: won.view.row(channel), levels: trait.model.count, tick: tick, traffic: traffic, volume: 1,
      carried: carryOver, into: row + columns.worths.lowerBound)
  }

  private func forecast(
    _ trait: ChannelTraits, row: UnsafeMutablePointer<Float>, stock: Float, _ traffic: Float, _ logGain: Float
  ) {
    guard let response = trait.model.response else { return }
    let money = spendWeight * trait.costUnit * exp(-logGain)
    for level in 0..<trait.model.count {
      let spend = trait.model.ladder[level]
      let cost = spend / trait.costUnit
      let after = trait.model.retention * stock + response.stockGain * spend
      row[columns.gains.lowerBound + level] = traffic * response.saturation(after) - money * cost
      row[columns.costs.lowerBound + level] = cost
    }
  }
}
