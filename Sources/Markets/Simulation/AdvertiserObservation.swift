import CKernels
import LinearAlgebra

/// What an advertiser's own console shows after each tick, scaled by the calibrated market to numbers near 1.
final class AdvertiserObservation: MarketObservation {
  static let globalNames = ["time", "season", "budget_left", "budget_left_per_time"]
  static let channelNames = [
    "level", "wins", "price_paid", "clicks", "conversions", "clicks_so_far", "conversions_so_far",
    "carry_over",
  ]

  private let market: Market
  private let reference: [Reference]
  private let sums: Matrix
  private let season: [Float]

  /// Typical values of one channel, by which its results are divided.
  private struct Reference {
    let levels: Float
    let wins: Float
    let clicks: Float
    let outcome: Float
    let price: Float
    let carryOver: Float
  }

  init(market: Market, laneCount: Int) {
    self.market = market
    season = market.season.map { Float($0) }
    reference = market.channels.map { channel in
      let top = Float(channel.levels.last ?? 1)
      switch channel.kind {
      case .auction(let auction):
        let wins = Float(auction.volume)
        return Reference(
          levels: Float(max(channel.levels.count - 1, 1)), wins: wins,
          clicks: wins * Float(auction.clickRate),
          outcome: wins * Float(auction.clickRate * auction.conversionRate),
          price: top * Float(auction.priceUnit),
          carryOver: Float(auction.fatigue.map { auction.volume / $0.reach / (1 - $0.retention) } ?? 1))
      case .response(let response):
        return Reference(
          levels: Float(max(channel.levels.count - 1, 1)), wins: 1, clicks: 1,
          outcome: Float(response.saturation.maximum), price: 1, carryOver: top)
      }
    }
    sums = Matrix(rows: 2 * market.channels.count, columns: laneCount)
  }

  func startEpisode(_ simulation: MarketSimulation) {
    sums.pointer.update(repeating: 0, count: sums.count)
    chosen = nil
  }

  private var chosen: UnsafePointer<Int32>?

  func observe(_ simulation: MarketSimulation, levels: UnsafePointer<Int32>) {
    let count = market.channels.count * simulation.laneCount
    let (clicks, outcome) = (simulation.values(.clicks), simulation.values(.outcome))
    let (clickSums, outcomeSums) = (sums.pointer, sums.pointer + count)
    for index in 0..<count {
      clickSums[index] += clicks[index]
      outcomeSums[index] += outcome[index]
    }
    chosen = levels
  }

  func write(_ simulation: MarketSimulation, into rows: MatrixView) {
    let lanes = simulation.laneCount
    let channels = market.channels.count
    let time = Float(simulation.tick) / Float(market.ticks)
    let nextSeason = simulation.tick < market.ticks ? season[simulation.tick] : 0
    let inverseBudget = 1 / Float(market.budget)
    let inverseLeft = 1 / max(1 - time, 1 / Float(market.ticks))
    for lane in 0..<lanes {
      let row = rows.row(lane)
      let left = simulation.remaining[lane] * inverseBudget
      row[0] = time
      row[1] = nextSeason
      row[2] = left
      row[3] = left * inverseLeft
    }
    let width = Self.channelNames.count
    for channel in 0..<channels {
      let offset = Self.globalNames.count + channel * width
      let typical = reference[channel]
      ck_write_channel(
        rows.pointer + offset, rows.stride, lanes,
        ck_channel_results(
          levels: chosen.map { $0 + channel }, level_stride: channels,
          wins: simulation.values(.wins, channel),
          spend: simulation.values(.spend, channel), clicks: simulation.values(.clicks, channel),
          outcome: simulation.values(.outcome, channel), click_sum: sums.view.row(channel),
          outcome_sum: sums.view.row(channels + channel), carry_over: simulation.values(.carryOver, channel),
          level_scale: 1 / typical.levels, win_scale: 1 / max(typical.wins, 1e-9),
          price_scale: 1 / max(typical.price, 1e-9), click_scale: 1 / max(typical.clicks, 1e-9),
          outcome_scale: 1 / max(typical.outcome, 1e-9), carry_scale: 1 / max(typical.carryOver, 1e-9)))
    }
  }
}
