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
  private let channels: [any ChannelColumns]
  private let isReportedLate: Bool
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
    channels = market.channels.map { channel in
      switch channel.kind {
      case .auction(let auction): AuctionColumns(channel, auction, market: market)
      case .response(let response): ResponseColumns(channel, response, market: market)
      }
    }
    isReportedLate = market.isReportedLate
    sums = Matrix(
      rows: (Self.sumCount + (isReportedLate ? 1 : 0)) * market.channels.count, columns: laneCount)
  }

  /// Rows of sums per channel; a row of due clicks for each channel follows where consoles are late.
  private static let sumCount = 6

  /// The sums of one lane, channel after channel.
  var numbers: [Float] {
    get { sums.elements }
    set {
      precondition(newValue.count == sums.count, "The numbers are not of one lane's sums.")
      for (index, number) in newValue.enumerated() { sums.pointer[index] = number }
    }
  }

  func startEpisode(_ console: AdvertiserConsole) {
    sums.pointer.update(repeating: 0, count: sums.count)
  }

  func observe(_ console: AdvertiserConsole) {
    let season = season[console.tick - 1]
    for (channel, part) in channels.enumerated() {
      part.add(results(console, channel), season: season, console, channel)
    }
  }

  func write(_ console: AdvertiserConsole, into rows: MatrixView) {
    let time = Float(console.tick) / Float(market.ticks)
    let inverseBudget = 1 / Float(market.budget)
    let traffic = trafficLeft[console.tick]
    // Money that outlasts the traffic by far is just that.
    let inverseTraffic = 1 / max(traffic, 0.25 / Float(market.ticks))
    for lane in 0..<console.laneCount {
      let row = rows.row(lane)
      let left = console.remaining[lane] * inverseBudget
      row[0] = time
      row[1] = season[console.tick]
      row[2] = traffic
      row[3] = left
      row[4] = min(left * inverseTraffic, 4)
    }
    var column = Self.globalNames.count
    for (channel, part) in channels.enumerated() {
      part.write(
        results(console, channel), into: rows.pointer + column, stride: rows.stride,
        lanes: console.laneCount)
      column += Self.channelNames.count
    }
  }

  /// Lanes: as how many clicks of a channel those count whose conversions should have been reported so far.
  func dueClickSum(_ channel: Int) -> UnsafeMutablePointer<Float> {
    sums.view.row(
      isReportedLate
        ? Self.sumCount * channels.count + channel : channel * Self.sumCount + 4)
  }

  private func results(_ console: AdvertiserConsole, _ channel: Int) -> ck_channel_results {
    let rows = sums.view.rows(channel * Self.sumCount..<(channel + 1) * Self.sumCount)
    return ck_channel_results(
      level: console.values(.level, channel), wins: console.values(.wins, channel),
      spend: console.values(.spend, channel),
      clicks: console.values(.clicks, channel), due_clicks: console.dueClicks(channel),
      outcome: console.values(.outcome, channel),
      carry_over: console.values(.carryOver, channel), win_sum: rows.row(0), expected_win_sum: rows.row(1),
      spend_sum: rows.row(2), expected_spend_sum: rows.row(3), click_sum: rows.row(4),
      due_click_sum: dueClickSum(channel), outcome_sum: rows.row(5))
  }
}

/// One channel's part of the observation.
private protocol ChannelColumns: AnyObject {
  /// Adds the tick just played to the sums.
  func add(_ results: ck_channel_results, season: Float, _ console: AdvertiserConsole, _ channel: Int)
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
private final class AuctionColumns: ChannelColumns {
  /// By level: wins of a tick of average traffic, money per win, and two zeros.
  private let expectations: Matrix
  private let expectation: (_ bid: Double) -> (wins: Float, paid: Float)
  private let levels: [Float]
  private let scales: ck_channel_scales

  init(_ channel: MediaChannel, _ auction: AuctionChannel, market: Market) {
    let (spread, drift) = (market.randomization, market.drift)
    let landscape = auction.landscape
    let expectation = { (bid: Double) -> (wins: Float, paid: Float) in
      let outcome = landscape.outcome(bid: bid)
      let price = auction.pricing == .firstPrice ? bid : outcome.paid / max(outcome.winShare, 1e-9)
      return (Float(auction.volume * outcome.winShare), Float(price * auction.priceUnit))
    }
    self.expectation = expectation
    levels = channel.levels.map { Float($0) }
    let expected = channel.levels.map(expectation)
    expectations = Matrix(
      rows: expected.count, columns: 4, expected.flatMap { [$0.wins, $0.paid, 0, 0] })
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
      spend_counted: max(
        countedObservations(spread.price, drift.price) / 4 * (expected.last?.paid ?? 1), 1e-20),
      clicks_counted: countedObservations(spread.response, drift.response),
      outcomes_counted: countedObservations(spread.conversion))
  }

  func add(_ results: ck_channel_results, season: Float, _ console: AdvertiserConsole, _ channel: Int) {
    let lanes = console.laneCount
    guard let bids = console.bids.map({ $0 + channel * lanes }) else {
      return ck_sum_auction_channel(results, expectations.pointer, season, console.unhindered, lanes)
    }
    // What was really bid may be off the ladder: a row of expectations for each lane in place of each level.
    let rows = Matrix(
      rows: lanes, columns: 4,
      (0..<lanes).flatMap { lane -> [Float] in
        let level = Int(results.level[lane])
        if levels[level] == bids[lane] { return Array(expectations.elements[4 * level..<4 * level + 4]) }
        let (wins, paid) = expectation(Double(bids[lane]))
        return [wins, paid, 0, 0]
      })
    let places = Matrix(rows: 1, columns: lanes, (0..<lanes).map { Float($0) })
    var results = results
    results.level = UnsafePointer(places.pointer)
    ck_sum_auction_channel(results, rows.pointer, season, console.unhindered, lanes)
  }

  func write(
    _ results: ck_channel_results, into rows: UnsafeMutablePointer<Float>, stride: Int, lanes: Int
  ) {
    ck_write_auction_channel(rows, stride, lanes, results, scales)
  }
}

/// A channel with a response curve: it has no auctions, so wins, prices and clicks stay 0, and its one ratio is that of
/// the outcome to the curve's.
private final class ResponseColumns: ChannelColumns {
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

  func add(_ results: ck_channel_results, season: Float, _ console: AdvertiserConsole, _ channel: Int) {
    for lane in 0..<console.laneCount {
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
