import Foundation
import LinearAlgebra

/// Auctions drawn from a law, where no log is at hand: prices and predicted rates are log-normal and go together.
public struct DrawnAuctions: Sendable, Equatable {
  /// How many.
  public var count = 60_000
  /// The mean predicted click rate.
  package var rate = 0.001
  /// The standard deviation of its logarithm.
  package var rateSpread = 1.2
  /// The mean market price.
  public var price = 60.0
  /// The standard deviation of its logarithm.
  package var priceSpread = 0.7
  /// How far the logarithms go together, −1…1.
  package var correlation = 0.2
  /// Decides all chance.
  public var seed: UInt64 = 1

  /// The usual ones.
  public init() {}

  /// Draws the log, hours going round once per 24th of the auctions; rates are cut at 1.
  public var log: AuctionLog {
    var stream = RandomStream(seed: seed, purpose: .market)
    var (clicks, prices, values, hours) = ([Bool](), [Int32](), [Double](), [Int32]())
    for auction in 0..<count {
      let first = Double(stream.normal())
      let second =
        correlation * first + (1 - correlation * correlation).squareRoot() * Double(stream.normal())
      let value = min(1, rate * exp(rateSpread * first - rateSpread * rateSpread / 2))
      let price = self.price * exp(priceSpread * second - priceSpread * priceSpread / 2)
      clicks.append(Double(stream.uniform()) < value)
      prices.append(Int32(min(max(price.rounded(), 1), 1_000_000)))
      values.append(value)
      hours.append(Int32(auction * 24 / max(1, count)))
    }
    return AuctionLog(clicks: clicks, prices: prices, values: values, segments: hours)
  }
}
