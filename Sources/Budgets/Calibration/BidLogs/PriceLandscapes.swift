import Documents
import Foundation

/// Histograms of a log's prices, each price divided by what its tick's prices had wandered to.
struct PriceLandscapes {
  /// The prices of a channel on the market's 301 steps.
  struct Histogram {
    /// Auctions by price, 0…300 steps.
    let counts: [Double]
    /// Units of the column per step.
    let step: Double
  }

  /// By channel and price to four digits: auctions.
  private let counts: [[UInt64: Double]]
  /// The step that all channels share: 1 where all prices fit 300 whole units, else such that 300 steps reach beyond all but one
  /// in a thousand prices of the dearest channel.
  private let step: Double

  /// Reads the log a second time.
  init(
    _ log: BidLog, days: [LogCells.ChannelDay], factors: LogFactors, ticks: Int, channels: Int,
    progress: (Double) -> Void
  ) throws(InputError) {
    struct Key: Hashable {
      let channel: Int
      let day: CalendarDay
    }
    var divisors: [Key: [Double]] = [:]
    for day in days {
      divisors[Key(channel: day.channel, day: day.day)] = day.cells.map {
        exp(-factors.price(of: $0, channel: day.channel))
      }
    }
    let clock = LogCells(ticks: ticks)
    var counts = [[UInt64: Double]](repeating: [:], count: channels)
    var isWhole = true
    _ = try log.forEachAuction(progress: progress) { auction in
      let divisor = divisors[Key(channel: auction.channel, day: auction.moment.day)]
      let price = auction.price * (divisor?[clock.tick(of: auction.moment)] ?? 1)
      if auction.price != auction.price.rounded() { isWhole = false }
      counts[auction.channel][coarse(price), default: 0] += 1
    }
    let highest = counts.map { highestPrice($0) }.max() ?? 0
    self.counts = counts
    step = isWhole && highest <= 300 || highest == 0 ? 1 : highest / 300
  }

  /// The histogram of a channel.
  func histogram(of channel: Int) -> Histogram {
    var histogram = [Double](repeating: 0, count: AuctionChannel.priceCount)
    for (price, count) in counts[channel] {
      histogram[min(Int((fine(price) / step).rounded()), AuctionChannel.priceCount - 1)] += count
    }
    return Histogram(counts: histogram, step: step)
  }
}

/// The price below which 99.9 % of a channel's lie.
private func highestPrice(_ counts: [UInt64: Double]) -> Double {
  var left = 0.001 * counts.values.reduce(0, +)
  for (price, count) in counts.sorted(by: { $0.key > $1.key }) {
    left -= count
    if left <= 0 { return fine(price) }
  }
  return 0
}

/// The leading 13 bits of a price, under which whole prices up to 8192 keep apart; so a histogram of few keys is enough.
private func coarse(_ price: Double) -> UInt64 { (price.bitPattern + 1 << 38) >> 39 }

private func fine(_ key: UInt64) -> Double { Double(bitPattern: key << 39) }
