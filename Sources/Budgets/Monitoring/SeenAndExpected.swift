import Foundation
import LinearAlgebra

/// What a channel has shown since a campaign began, by factor, beside what its market leads one to expect of the same bids,
/// wins and clicks; of conversions, what should have been reported by now.
struct SeenAndExpected {
  var seen = [Double](repeating: 0, count: MarketFactor.allCases.count)
  var expected = [Double](repeating: 0, count: MarketFactor.allCases.count)
  /// By factor: for how much the description stands, in the units of what is seen; so that few counts tell little.
  let weights: [Double]

  /// By factor: the sums of the squares of the ticks' expectations, and of their products with the drift's correlation.
  private var squares = [Double](repeating: 0, count: MarketFactor.allCases.count)
  private var correlated = [Double](repeating: 0, count: MarketFactor.allCases.count)
  private var running = [Double](repeating: 0, count: MarketFactor.allCases.count)

  private let channel: MediaChannel
  private let landscape: AuctionLandscape?
  private let stock: LaneAdstock?
  private let curve: HillCurve?
  private var exposure = 0.0
  private var due: DueClicks

  init(_ channel: MediaChannel) {
    self.channel = channel
    due = DueClicks(channel.delay)
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

  /// The logarithm of what was seen over what was expected, over the variance that it would have in a market as described, of a
  /// campaign that has seen as much as this one: of how campaigns differ, how factors drift, and the luck of few counts. Of few
  /// counts it is what was seen less what was expected: the derivative of their log-likelihood (Rao's score). 0 where nothing tells.
  func score(_ factor: MarketFactor, in market: Market) -> Double {
    let place = factor.rawValue
    let expected = expected[place]
    guard expected > 0 else { return 0 }
    let (between, within) = market.variances(of: factor)
    let luck =
      switch (channel.kind, factor) {
      // Prices below a bid spread by about half their mean; the weight is two wins' money.
      case (.auction, .price): 0.125 * weights[place] / expected
      case (.auction, _): 1 / expected
      case (.response(let response), _):
        response.noise * response.noise * squares[place] / (expected * expected)
      }
    let share = expected / (expected + weights[place])
    let variance = between + within * correlated[place] / (expected * expected) + luck + 1e-6
    return logRatio(factor) / (share * variance)
  }

  /// Adds a tick.
  ///
  /// - Parameter isStopped: whether money may have stopped the tick, whose wins then say nothing of the volume.
  mutating func add(_ shown: TickResults.Channel, season: Double, isStopped: Bool, persistence: Double) {
    func add(_ factor: MarketFactor, _ value: Double, of expectation: Double) {
      let place = factor.rawValue
      seen[place] += value
      expected[place] += expectation
      squares[place] += expectation * expectation
      correlated[place] += expectation * (expectation + 2 * running[place])
      running[place] = persistence * (running[place] + expectation)
    }
    switch channel.kind {
    case .auction(let auction):
      guard let landscape else { return }
      let (won, paid, _) = landscape.outcome(bid: shown.bid / auction.priceUnit)
      add(.volume, isStopped ? 0 : shown.wins, of: isStopped ? 0 : auction.volume * season * won)
      let price =
        auction.pricing == .firstPrice ? shown.bid : auction.priceUnit * paid / max(won, 1e-9)
      add(.price, shown.spend, of: shown.wins * price)
      let fatigue = exp(-(auction.fatigue?.strength ?? 0) * exposure)
      add(.response, shown.clicks, of: shown.wins * auction.clickRate * fatigue)
      add(.conversion, shown.conversions, of: due.add(shown.clicks) * auction.conversionRate)
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
  /// By tick, channel after channel, then all channels together: the scores by factor until then.
  func departures(of history: [TickResults], budget: Double) -> [[Double]] {
    var sums = channels.map { SeenAndExpected($0) }
    return replay(history, budget: budget, into: &sums) { sums in
      let factors = MarketFactor.allCases
      let rows = sums.flatMap { sum in factors.map { sum.score($0, in: self) } }
      return rows
        + factors.indices.map { factor in
          sums.indices.reduce(0) { $0 + rows[$1 * factors.count + factor] }
        }
    }
  }

  /// Adds a campaign's ticks up.
  func replay<Row>(
    _ history: [TickResults], budget: Double, into sums: inout [SeenAndExpected],
    _ body: ([SeenAndExpected]) -> Row
  ) -> [Row] {
    let budgets = [Double](repeating: budget, count: history.count)
    return PlayedCampaign(history, budgets: budgets, season: season, market: self).ticks.map { tick in
      for index in channels.indices {
        sums[index].add(
          tick.shown[index], season: tick.season, isStopped: tick.isStopped, persistence: drift.persistence)
      }
      return body(sums)
    }
  }
}
