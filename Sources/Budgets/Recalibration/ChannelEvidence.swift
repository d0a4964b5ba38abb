import Foundation
import LinearAlgebra

/// What one channel showed in one campaign of up to two log factors at a time, by tick.
struct ChannelEvidence {
  /// Which log factors.
  enum Kind: CaseIterable {
    case priceAndVolume, response, conversion

    /// The two factors; there may be one alone.
    var factors: (MarketFactor, MarketFactor?) {
      switch self {
      case .priceAndVolume: (.price, .volume)
      case .response: (.response, nil)
      case .conversion: (.conversion, nil)
      }
    }
  }

  /// What a tick shows.
  private enum Term {
    case nothing
    /// A bid in price steps; wins, the auctions that were expected (nil where money may have stopped the tick), and the mean price
    /// of a win in price steps (nil where it tells nothing).
    case auctions(bid: Double, wins: Double, expected: Double?, price: Double?)
    /// A Poisson count of the mean expected · e^factor.
    case count(Double, expected: Double)
    /// The log factor itself, with a variance.
    case measured(Double, noise: Double)
  }

  private var terms: [Term] = []
  private var landscape: AuctionLandscape?
  /// How much was seen: wins, clicks or conversions; of response channels, ticks.
  private(set) var seen = 0.0

  /// The number of ticks.
  var count: Int { terms.count }
  /// The number of ticks that show anything.
  private(set) var tellingTicks = 0
  /// Whether any tick does.
  var showsAnything: Bool { tellingTicks > 0 }

  /// Reads a campaign.
  ///
  /// - Returns: of every kind that the channel has.
  static func of(_ campaign: PlayedCampaign, channel index: Int, _ channel: MediaChannel) -> [Kind:
    ChannelEvidence]
  {
    switch channel.kind {
    case .auction(let auction): auctions(campaign, index, auction)
    case .response(let response): [.response: outcomes(campaign, index, response)]
    }
  }

  private static func auctions(
    _ campaign: PlayedCampaign, _ index: Int, _ auction: AuctionChannel
  ) -> [Kind: ChannelEvidence] {
    var (prices, clicks, conversions) = (ChannelEvidence(), ChannelEvidence(), ChannelEvidence())
    prices.landscape = auction.landscape
    var exposure = 0.0
    var due = DueClicks(auction.delay)
    for tick in campaign.ticks {
      let shown = tick.shown[index]
      let bid = shown.bid / auction.priceUnit
      if bid > 0 {
        let pays = shown.wins >= 1 && shown.spend > 0 && auction.pricing == .secondPrice
        prices.add(
          .auctions(
            bid: bid, wins: shown.wins, expected: tick.isStopped ? nil : auction.volume * tick.season,
            price: pays ? shown.spend / shown.wins / auction.priceUnit : nil), seen: shown.wins)
      } else {
        prices.add(.nothing)
      }
      let fatigue = exp(-(auction.fatigue?.strength ?? 0) * exposure)
      clicks.add(.count(shown.clicks, expected: shown.wins * auction.clickRate * fatigue), seen: shown.clicks)
      if let fatigue = auction.fatigue {
        exposure = fatigue.retention * exposure + shown.wins / fatigue.reach
      }
      conversions.add(
        .count(shown.conversions, expected: due.add(shown.clicks) * auction.conversionRate),
        seen: shown.conversions)
    }
    return [.priceAndVolume: prices, .response: clicks, .conversion: conversions]
  }

  private static func outcomes(
    _ campaign: PlayedCampaign, _ index: Int, _ response: ResponseChannel
  ) -> ChannelEvidence {
    var evidence = ChannelEvidence()
    let stock = LaneAdstock([response.adstock], lanes: 1)
    stock.restart()
    let curve = HillCurve(response.saturation)
    let noise = max(response.noise * response.noise, 1e-4)
    for tick in campaign.ticks {
      let shown = tick.shown[index]
      var spend = Float(shown.spend)
      stock.add(&spend)
      let expected = tick.season * curve(Double(stock.stock[0]))
      let isTelling = expected > 0 && shown.conversions > 0
      evidence.add(
        isTelling ? .measured(log(shown.conversions / expected) + 0.5 * noise, noise: noise) : .nothing,
        seen: isTelling ? 1 : 0)
    }
    return evidence
  }

  private mutating func add(_ term: Term, seen amount: Double = 0) {
    var term = term
    if case .count(_, let expected) = term, expected <= 0 { term = .nothing }
    if case .nothing = term {} else { tellingTicks += 1 }
    terms.append(term)
    seen += amount
  }

  /// The likelihood of a tick near a point; nil where it shows nothing.
  func likelihood(tick: Int, at point: SIMD2<Double>, spread: Matrix2) -> TickLikelihood? {
    switch terms[tick] {
    case .nothing: return nil
    case .count(let count, let expected):
      let mean = expected * Self.factor(point.x + 0.5 * spread.x.x)
      return TickLikelihood(gradient: [count - mean, 0], information: Matrix2(diagonal: [mean, 0]))
    case .measured(let value, let noise):
      return TickLikelihood(
        gradient: [(value - point.x) / noise, 0], information: Matrix2(diagonal: [1 / noise, 0]))
    case .auctions(let bid, let wins, let expected, let price):
      guard let landscape else { return nil }
      return Self.likelihood(
        of: landscape, bid: bid, wins: wins, expected: expected, price: price, at: point, spread: spread)
    }
  }

  private static func factor(_ logarithm: Double) -> Double { exp(min(max(logarithm, -12), 12)) }

  /// By how much, of themselves, wins and mean prices of a tick stray from their law: nothing is as exact as its model.
  private static let tickNoise = 0.03

  /// Of a bid at a log price factor: the share won, the mean price of a win, and the variance of a price.
  private static func outcome(
    _ landscape: AuctionLandscape, bid: Double, price: Double
  ) -> (won: Double, mean: Double, variance: Double) {
    let factor = factor(price)
    let (won, paid, squares) = landscape.outcome(bid: bid / factor)
    let share = max(won, 1e-12)
    let mean = paid / share
    return (share, mean * factor, max(squares / share - mean * mean, 0.0025 * mean * mean) * factor * factor)
  }

  /// Wins are Poisson, their mean price is Gaussian of the landscape's own variance; slopes by differences.
  private static func likelihood(
    of landscape: AuctionLandscape, bid: Double, wins: Double, expected: Double?, price: Double?,
    at point: SIMD2<Double>, spread: Matrix2
  ) -> TickLikelihood? {
    let width = 0.05
    func outcome(_ shift: Double) -> (won: Double, mean: Double, variance: Double) {
      Self.outcome(landscape, bid: bid, price: point.x + shift)
    }
    let (here, low, high) = (outcome(0), outcome(-width), outcome(width))
    var result = TickLikelihood()
    if let expected {
      // The log of the mean by the log factors; its variance raises the mean.
      let slope = SIMD2(log(high.won / low.won) / (2 * width), 1)
      let mean = expected * here.won * factor(point.y + 0.5 * (slope * (spread * slope)).sum())
      let share = 1 / (1 + mean * tickNoise * tickNoise)
      result.gradient += share * (wins - mean) * slope
      let information = share * mean
      result.information = Matrix2(information * slope.x * slope, information * slope)
    }
    if let price, here.mean > 0 {
      let slope = (high.mean - low.mean) / (2 * width)
      let noise = here.variance / wins + tickNoise * tickNoise * here.mean * here.mean
      result.gradient.x += (price - here.mean) * slope / noise
      result.information.x.x += slope * slope / noise
    }
    return result
  }

  /// The logarithm of a tick's likelihood at all pairs of the first and the second log factor, the second changing fastest; nil
  /// where it shows nothing.
  ///
  /// - Parameter noise: how far, of themselves, mean prices and wins may stray: half a step of either grid.
  func logLikelihoods(
    tick: Int, at firsts: [Double], _ seconds: [Double], noise: SIMD2<Double>
  ) -> [Double]? {
    guard case .auctions(let bid, let wins, let expected, let price) = terms[tick], let landscape else {
      return nil
    }
    let factors = seconds.map { Self.factor($0) }
    let shape = 1 / (max(noise.y, 0.1) * max(noise.y, 0.1))
    return firsts.flatMap { first -> [Double] in
      let here = Self.outcome(landscape, bid: bid, price: first)
      var own = 0.0
      if let price {
        let stray = max(noise.x, 0.05) * here.mean
        let variance = max(here.variance / wins + stray * stray, 1e-12)
        own = -0.5 * ((price - here.mean) * (price - here.mean) / variance + log(variance))
      }
      guard let expected else { return factors.map { _ in own } }
      return factors.map { factor in
        // A negative binomial law: Poisson counts whose means stray.
        let mean = max(expected * here.won * factor, 1e-300)
        return own + wins * log(mean / (shape + mean)) - shape * log1p(mean / shape)
      }
    }
  }
}
