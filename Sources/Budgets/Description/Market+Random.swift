#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif
import LinearAlgebra

extension Market {
  /// Draws a valid market of every kind of channel, limit and objective, for property tests and benchmarks.
  ///
  /// Budgets lie between a fiftieth and all of what the highest levels would cost; about a quarter of the markets have
  /// a tick cap, and a quarter of the channels limits.
  public static func random(
    stream: inout RandomStream, channels: ClosedRange<Int> = 1...5, ticks: ClosedRange<Int> = 1...24,
    levels: ClosedRange<Int> = 2...8
  ) -> Market {
    var dice = Dice(stream: stream)
    defer { stream = dice.stream }
    let tickCount = dice.integer(ticks)
    let drawn = (0..<dice.integer(channels)).map { dice.channel(number: $0, levels: levels) }
    let everything = drawn.reduce(0) { $0 + $1.costOfHighestLevel } * Double(tickCount)
    return Market(
      name: "random", ticks: tickCount, season: (0..<tickCount).map { _ in dice.number(0.2, 2) },
      budget: everything * dice.magnitude(0.02, 1),
      tickCap: dice.chance(0.25) ? everything / Double(tickCount) * dice.magnitude(0.05, 1) : nil,
      objective: dice.element(of: Objective.allCases),
      target: dice.chance(0.25) ? .costPerAction(dice.magnitude(0.1, 1000)) : nil,
      drift: Drift(
        persistence: dice.number(0, 0.98), price: dice.number(0, 0.4), volume: dice.number(0, 0.4),
        response: dice.number(0, 0.4)),
      randomization: Randomization(
        price: dice.number(0, 0.5), volume: dice.number(0, 0.5), response: dice.number(0, 0.5),
        conversion: dice.number(0, 0.5)),
      channels: drawn)
  }
}

extension MediaChannel {
  /// What the highest level costs in a tick of the mean market.
  var costOfHighestLevel: Double {
    switch kind {
    case .response(let response): return response.spends[response.spends.count - 1]
    case .auction(let auction):
      let bid = auction.bids[auction.bids.count - 1]
      let (won, paid, _) = auction.landscape.outcome(bid: bid)
      return auction.volume * auction.priceUnit * max(auction.pricing == .firstPrice ? won * bid : paid, 1e-3)
    }
  }
}

/// Draws the parts of a market.
private struct Dice {
  var stream: RandomStream

  mutating func number(_ low: Double, _ high: Double) -> Double {
    low + (high - low) * Double(stream.uniform())
  }

  /// Log-uniform.
  mutating func magnitude(_ low: Double, _ high: Double) -> Double { exp(number(log(low), log(high))) }

  mutating func integer(_ range: ClosedRange<Int>) -> Int {
    min(range.upperBound, range.lowerBound + Int(number(0, Double(range.count))))
  }

  mutating func chance(_ probability: Double) -> Bool { number(0, 1) < probability }

  mutating func element<Element>(of elements: [Element]) -> Element {
    elements[integer(0...elements.count - 1)]
  }

  mutating func channel(number index: Int, levels: ClosedRange<Int>) -> MediaChannel {
    let count = integer(levels)
    let kind: MediaChannel.Kind =
      chance(0.6) ? .auction(auction(levels: count)) : .response(response(levels: count))
    let limited = chance(0.25)
    let lowest = limited ? integer(0...count - 1) : 0
    return MediaChannel(
      name: "channel-\(index)", minimumLevel: lowest,
      maximumLevel: limited ? integer(lowest...count - 1) : nil,
      kind: kind)
  }

  private mutating func auction(levels: Int) -> AuctionChannel {
    let volume = magnitude(3, 5000)
    // One or two humps of prices, rough, with gaps.
    let humps = (0..<integer(1...2)).map { _ in (center: number(5, 250), width: number(3, 80)) }
    let prices = (0...300).map { price -> Double in
      let mass = humps.reduce(0.0) { sum, hump in
        let distance = (Double(price) - hump.center) / hump.width
        return sum + exp(-0.5 * distance * distance)
      }
      return chance(0.2) && price != 100 ? 0 : (mass + 1e-3) * number(0.2, 2)
    }
    return AuctionChannel(
      volume: volume, prices: prices, priceUnit: magnitude(1e-5, 1),
      pricing: chance(0.7) ? .secondPrice : .firstPrice,
      clickRate: magnitude(1e-3, 0.1), conversionRate: magnitude(0.02, 0.2),
      valuePerConversion: magnitude(0.1, 100),
      fatigue: chance(0.5)
        ? Fatigue(reach: volume * number(0.5, 10), strength: number(0, 0.5), retention: number(0.3, 1)) : nil,
      bids: ladder(levels: levels, top: number(40, 400)))
  }

  private mutating func response(levels: Int) -> ResponseChannel {
    let top = magnitude(1, 1000)
    let adstock: Adstock =
      switch integer(0...2) {
      case 0: .none
      case 1: .geometric(retention: number(0, 0.9))
      default: .weibull(shape: number(0.5, 3), scale: number(0.5, 4), length: integer(1...8))
      }
    return ResponseChannel(
      spends: ladder(levels: levels, top: top), adstock: adstock,
      saturation: Hill(
        maximum: magnitude(0.1, 10) * top, halfSaturation: top * number(0.1, 2), slope: number(0.5, 3)),
      valuePerOutcome: magnitude(0.3, 3), noise: number(0, 0.3))
  }

  private mutating func ladder(levels: Int, top: Double) -> [Double] {
    (0..<levels).map { level in
      level == 0 ? 0 : top * (Double(level) - number(0, 0.5)) / Double(levels)
    }
  }
}
