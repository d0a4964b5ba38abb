import CKernels
import Foundation
import LinearAlgebra

/// What an advertiser's own console shows after each tick, and what it has shown since the episode began, against what
/// the calibrated market led one to expect.
///
/// Each ratio is the log of (seen + n) / (expected + n). With n the count for which the market's randomisation and drift
/// let the calibration stand, it is the mean of the gamma posterior of a rate, to which counts are conjugate.
final class AdvertiserObservation: MarketObservation {
  static let globalNames = ["time", "season", "traffic_left", "budget_left", "budget_left_per_traffic"]
  static let channelNames = [
    "level", "wins", "price_paid", "clicks", "conversions", "wins_ratio", "price_ratio", "click_ratio",
    "conversion_ratio", "clicks_weight", "carry_over",
  ]

  private let market: Market
  private let consoles: [any ChannelConsole]
  private let sums: Matrix
  private let season: [Float]
  /// The share of the episode's traffic that is still to come, by tick and at the end.
  private let trafficLeft: [Float]

  init(market: Market, laneCount: Int) {
    self.market = market
    season = market.season.map { Float($0) } + [0]
    let total = max(market.season.reduce(0, +), 1e-12)
    var passed = 0.0
    trafficLeft =
      [1]
      + market.season.map { share in
        passed += share
        return Float(max(1 - passed / total, 0))
      }
    consoles = market.channels.map { channel in
      switch channel.kind {
      case .auction(let auction): AuctionConsole(channel, auction, market: market)
      case .response(let response): ResponseConsole(channel, response, market: market)
      }
    }
    sums = Matrix(rows: Self.sumCount * market.channels.count, columns: laneCount)
  }

  /// Rows of sums per channel.
  private static let sumCount = 6

  func startEpisode(_ simulation: MarketSimulation) {
    sums.pointer.update(repeating: 0, count: sums.count)
  }

  func observe(_ simulation: MarketSimulation) {
    for (channel, console) in consoles.enumerated() {
      console.add(results(simulation, channel), season: season[simulation.tick - 1], simulation)
    }
  }

  func write(_ simulation: MarketSimulation, into rows: MatrixView) {
    let time = Float(simulation.tick) / Float(market.ticks)
    let inverseBudget = 1 / Float(market.budget)
    let traffic = trafficLeft[simulation.tick]
    // Money that outlasts the traffic by far is just that.
    let inverseTraffic = 1 / max(traffic, 0.25 / Float(market.ticks))
    for lane in 0..<simulation.laneCount {
      let row = rows.row(lane)
      let left = simulation.remaining[lane] * inverseBudget
      row[0] = time
      row[1] = season[simulation.tick]
      row[2] = traffic
      row[3] = left
      row[4] = min(left * inverseTraffic, 4)
    }
    var column = Self.globalNames.count
    for (channel, console) in consoles.enumerated() {
      console.write(
        results(simulation, channel), into: rows.pointer + column, stride: rows.stride,
        lanes: simulation.laneCount)
      column += Self.channelNames.count
    }
  }

  /// Lanes: the clicks of a channel so far.
  func clickSum(_ channel: Int) -> UnsafePointer<Float> {
    UnsafePointer(sums.view.row(channel * Self.sumCount + 4))
  }

  private func results(_ simulation: MarketSimulation, _ channel: Int) -> ck_channel_results {
    let rows = sums.view.rows(channel * Self.sumCount..<(channel + 1) * Self.sumCount)
    return ck_channel_results(
      level: simulation.values(.level, channel), wins: simulation.values(.wins, channel),
      spend: simulation.values(.spend, channel),
      clicks: simulation.values(.clicks, channel), outcome: simulation.values(.outcome, channel),
      carry_over: simulation.values(.carryOver, channel), win_sum: rows.row(0), expected_win_sum: rows.row(1),
      spend_sum: rows.row(2), expected_spend_sum: rows.row(3), click_sum: rows.row(4),
      outcome_sum: rows.row(5))
  }
}

/// One channel's part of the console.
private protocol ChannelConsole: AnyObject {
  /// Adds the tick just played to the sums.
  func add(_ results: ck_channel_results, season: Float, _ simulation: MarketSimulation)
  /// Writes the channel's columns, rows being `stride` floats apart.
  func write(
    _ results: ck_channel_results, into rows: UnsafeMutablePointer<Float>, stride: Int, lanes: Int)
}

/// For how many observations the calibration stands, where the log of a rate has these deviations: the shape of the gamma
/// distribution of the same mean and variance. At most 1,000, where all is known.
func countedObservations(_ deviations: Double...) -> Float {
  Float(min(1 / max(exp(deviations.reduce(0) { $0 + $1 * $1 }) - 1, 1e-3), 1e3))
}

/// A channel that bids in auctions.
private final class AuctionConsole: ChannelConsole {
  /// By level: wins of a tick of average traffic, money per win, and two zeros.
  private let expectations: Matrix
  private let scales: ck_channel_scales

  init(_ channel: MediaChannel, _ auction: AuctionChannel, market: Market) {
    let outcomes = channel.levels.map { auction.landscape.outcome(bid: $0) }
    let (spread, drift) = (market.randomization, market.drift)
    let paid = zip(channel.levels, outcomes).map { level, outcome -> Float in
      let price = auction.pricing == .firstPrice ? level : outcome.paid / max(outcome.winShare, 1e-9)
      return Float(price * auction.priceUnit)
    }
    expectations = Matrix(
      rows: channel.levels.count, columns: 4,
      zip(outcomes, paid).flatMap { [Float(auction.volume * $0.winShare), $1, 0, 0] })
    let wins = Float(auction.volume)
    let clicks = wins * Float(auction.clickRate)
    let top = Float((channel.levels.last ?? 1) * auction.priceUnit)
    // Prices below a bid spread by about half their mean, so a win tells as much of them as four counts of a rate.
    scales = ck_channel_scales(
      level_scale: 1 / Float(max(channel.levels.count - 1, 1)), win_scale: 1 / max(wins, 1e-9),
      price_scale: 1 / max(top, 1e-9), click_scale: 1 / max(clicks, 1e-9),
      outcome_scale: 1 / max(clicks * Float(auction.conversionRate), 1e-9),
      carry_scale: Float(auction.fatigue.map { $0.reach * (1 - $0.retention) / auction.volume } ?? 1),
      click_rate: Float(auction.clickRate), conversion_rate: Float(auction.conversionRate),
      wins_counted: countedObservations(spread.price, spread.volume, drift.price, drift.volume),
      // Above 0 also where the only level is off.
      spend_counted: max(countedObservations(spread.price, drift.price) / 4 * (paid.last ?? 1), 1e-20),
      clicks_counted: countedObservations(spread.response, drift.response),
      outcomes_counted: countedObservations(spread.conversion))
  }

  func add(_ results: ck_channel_results, season: Float, _ simulation: MarketSimulation) {
    ck_sum_auction_channel(
      results, expectations.pointer, season, simulation.keptShare, simulation.laneCount)
  }

  func write(
    _ results: ck_channel_results, into rows: UnsafeMutablePointer<Float>, stride: Int, lanes: Int
  ) {
    ck_write_auction_channel(rows, stride, lanes, results, scales)
  }
}

/// A channel with a response curve: it has no auctions, so wins, prices and clicks stay 0, and its one ratio is that of
/// the outcome to the curve's.
private final class ResponseConsole: ChannelConsole {
  private let model: ResponseModel
  private let levels: Float
  private let top: Float
  private let counted: Float

  init(_ channel: MediaChannel, _ response: ResponseChannel, market: Market) {
    model = ResponseModel(response)
    levels = Float(max(channel.levels.count - 1, 1))
    top = Float(max(channel.levels.last ?? 1, 1e-9))
    // A tick's outcome has the noise of 1 / noise² counts; sums are in units of the curve's ceiling.
    let noise = max(response.noise * response.noise, 1e-4)
    counted = countedObservations(market.randomization.response, market.drift.response) * Float(noise)
  }

  func add(_ results: ck_channel_results, season: Float, _ simulation: MarketSimulation) {
    for lane in 0..<simulation.laneCount {
      results.spend_sum[lane] += results.spend[lane]
      results.expected_win_sum[lane] += season * model.saturation(results.carry_over[lane])
      results.outcome_sum[lane] += results.outcome[lane] / model.maximum
    }
  }

  func write(
    _ results: ck_channel_results, into rows: UnsafeMutablePointer<Float>, stride: Int, lanes: Int
  ) {
    for lane in 0..<lanes {
      let row = rows + lane * stride
      row.update(repeating: 0, count: AdvertiserObservation.channelNames.count)
      row[0] = results.level[lane] / levels
      row[4] = results.outcome[lane] / model.maximum
      let expected = results.expected_win_sum[lane]
      row[8] = log((results.outcome_sum[lane] + counted) / (expected + counted))
      row[9] = expected / (expected + counted)
      row[10] = results.carry_over[lane] / top
    }
  }
}
