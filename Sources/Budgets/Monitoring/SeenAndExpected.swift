import Foundation
import LinearAlgebra

/// What a market's description says of, and a campaign may find otherwise.
public enum MarketFactor: Int, CaseIterable, Sendable {
  /// Auctions to be won.
  case volume
  /// What wins cost.
  case price
  /// Clicks of a win; of a response channel, the outcome of its stock.
  case response
  /// Conversions of a click.
  case conversion
}

/// What a channel has shown since a campaign began, by factor, beside what its market leads one to expect of the same bids,
/// wins and clicks.
struct SeenAndExpected {
  var seen = [Double](repeating: 0, count: MarketFactor.allCases.count)
  var expected = [Double](repeating: 0, count: MarketFactor.allCases.count)
  /// By factor: for how much the description stands, in the units of what is seen; so that few counts tell little.
  let weights: [Double]

  private let channel: MediaChannel
  private let landscape: AuctionLandscape?
  private let stock: LaneAdstock?
  private let curve: HillCurve?
  private var exposure = 0.0

  init(_ channel: MediaChannel) {
    self.channel = channel
    switch channel.kind {
    case .auction(let auction):
      let landscape = auction.landscape
      self.landscape = landscape
      (stock, curve) = (nil, nil)
      let (won, paid, _) = landscape.outcome(bid: auction.bids.last ?? 0)
      let price = auction.pricing == .firstPrice ? auction.bids.last ?? 0 : paid / max(won, 1e-9)
      weights = [2, 2 * max(price * auction.priceUnit, 1e-12), 2, 2]
    case .response(let response):
      landscape = nil
      let stock = LaneAdstock([response.adstock], lanes: 1)
      stock.restart()
      (self.stock, curve) = (stock, HillCurve(response.saturation))
      weights = [1, 1, 0.05 * response.saturation.maximum, 1]
    }
  }

  /// The logarithm of what was seen over what was expected.
  func logRatio(_ factor: MarketFactor) -> Double {
    let place = factor.rawValue
    return log((seen[place] + weights[place]) / (expected[place] + weights[place]))
  }

  /// What was seen over what was expected.
  func ratio(_ factor: MarketFactor) -> Double { exp(logRatio(factor)) }

  /// Adds a tick.
  ///
  /// - Parameter isStopped: whether money may have stopped the tick, whose wins then say nothing of the volume.
  mutating func add(_ shown: TickResults.Channel, season: Double, isStopped: Bool) {
    func add(_ factor: MarketFactor, _ value: Double, of expectation: Double) {
      seen[factor.rawValue] += value
      expected[factor.rawValue] += expectation
    }
    switch channel.kind {
    case .auction(let auction):
      guard let landscape else { return }
      let (won, paid, _) = landscape.outcome(bid: shown.bid / auction.priceUnit)
      if !isStopped { add(.volume, shown.wins, of: auction.volume * season * won) }
      let price =
        auction.pricing == .firstPrice ? shown.bid : auction.priceUnit * paid / max(won, 1e-9)
      add(.price, shown.spend, of: shown.wins * price)
      let fatigue = exp(-(auction.fatigue?.strength ?? 0) * exposure)
      add(.response, shown.clicks, of: shown.wins * auction.clickRate * fatigue)
      add(.conversion, shown.conversions, of: shown.clicks * auction.conversionRate)
      if let fatigue = auction.fatigue {
        exposure = fatigue.retention * exposure + shown.wins / fatigue.reach
      }
    case .response:
      guard let stock, let curve else { return }
      var spend = Float(shown.spend)
      stock.add(&spend)
      add(.response, shown.conversions, of: season * curve(Double(stock.stock[0])))
    }
  }
}

extension Market {
  /// By tick, channel after channel, then all channels together: the logarithms of what was seen over what was expected until
  /// then, by factor.
  func departures(of history: [TickResults], budget: Double) -> [[Double]] {
    var sums = channels.map { SeenAndExpected($0) }
    return replay(history, budget: budget, into: &sums) { sums in
      let factors = MarketFactor.allCases
      let rows = sums.flatMap { sum in factors.map { sum.logRatio($0) } }
      let together = factors.indices.map { factor in
        sums.indices.reduce(0) { $0 + rows[$1 * factors.count + factor] }
      }
      return rows + together
    }
  }

  /// Adds a campaign's ticks up.
  func replay<Row>(
    _ history: [TickResults], budget: Double, into sums: inout [SeenAndExpected],
    _ body: ([SeenAndExpected]) -> Row
  ) -> [Row] {
    var left = budget
    return history.map { results in
      let available = min(left, tickCap ?? .infinity)
      let spend = results.channels.reduce(0) { $0 + $1.spend }
      // One more win of every channel may not have fitted.
      let oneMore = zip(channels, results.channels).reduce(Double(leastLeftover)) { sum, pair in
        if case .auction = pair.0.kind { sum + pair.1.bid } else { sum }
      }
      let isStopped = available - spend <= oneMore
      for index in channels.indices {
        sums[index].add(
          results.channels[index], season: season[min(results.tick, season.count - 1)], isStopped: isStopped)
      }
      left -= spend
      return body(sums)
    }
  }
}
