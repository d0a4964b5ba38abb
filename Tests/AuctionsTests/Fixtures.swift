import Auctions
import LinearAlgebra

/// A log drawn from a law: prices geometric-like on 1…60, values with a heavy tail that rises with the price.
func drawnLog(_ count: Int, seed: UInt64, level: Double = 1) -> AuctionLog {
  var stream = RandomStream(seed: seed, purpose: .test)
  var (clicks, prices, values) = ([Bool](), [Int32](), [Double]())
  for _ in 0..<count {
    let price = 1 + 59 * Double(stream.uniform()) * Double(stream.uniform())
    let uniform = Double(stream.uniform())
    let value = level * 0.001 * (0.2 + price / 40) / (0.02 + uniform)
    clicks.append(Double(stream.uniform()) < value)
    prices.append(Int32(price))
    values.append(value)
  }
  return AuctionLog(clicks: clicks, prices: prices, values: values)
}
