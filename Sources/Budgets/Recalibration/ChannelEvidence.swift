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

  /// The law of the two log factors once a tick is seen, by its mean and covariance; nil where it shows nothing.
  func law(after tick: Int, _ before: FactorLaw) -> FactorLaw? {
    let (mean, variance) = (before.mean.x, before.covariance.x.x)
    switch terms[tick] {
    case .nothing: return nil
    case .count(let count, let expected):
      let after = CountMoments(mean: mean, variance: variance, count: count, expected: expected)
      return before.given(firstMean: after.mean, variance: after.variance)
    case .measured(let value, let noise):
      let share = variance / (variance + noise)
      return before.given(firstMean: mean + share * (value - mean), variance: share * noise)
    case .auctions(let bid, let wins, let expected, let price):
      guard let landscape else { return nil }
      return Self.law(after: before) { first, second in
        Self.weigh(
          landscape, bid: bid, wins: wins, expected: expected, price: price, at: first, second: second)
      }
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

  /// What a tick says at one log price factor: how likely it is, and the law of the log volume factor after it.
  private typealias Weight = (log: Double, mean: Double, variance: Double)

  /// Wins are Poisson, their mean price is Gaussian of the landscape's own variance; both stray a little more.
  private static func weigh(
    _ landscape: AuctionLandscape, bid: Double, wins: Double, expected: Double?, price: Double?,
    at point: Double, second: (mean: Double, variance: Double)
  ) -> Weight {
    let here = outcome(landscape, bid: bid, price: point)
    var own = 0.0
    if let price {
      let stray = tickNoise * here.mean
      let variance = max(here.variance / wins + stray * stray, 1e-12)
      own = -0.5 * ((price - here.mean) * (price - here.mean) / variance + log(variance))
    }
    guard let expected else { return (own, second.mean, second.variance) }
    let after = CountMoments(
      mean: second.mean, variance: second.variance, count: wins, expected: expected * here.won,
      shape: 1 / (tickNoise * tickNoise))
    return (own + after.logEvidence, after.mean, after.variance)
  }

  /// The law after a tick whose weights are known along the first factor: sums over 29 points where the law before lies, then over
  /// as many where it lies after the tick. Landscapes have spikes and ends: no slope at a point tells of them.
  private static func law(
    after before: FactorLaw, weigh: (Double, (mean: Double, variance: Double)) -> Weight
  ) -> FactorLaw {
    let (mean, deviation) = (before.mean, before.covariance.x.x.squareRoot())
    let slope = before.covariance.x.y / before.covariance.x.x
    let rest = max(before.covariance.y.y - slope * before.covariance.x.y, 1e-9)
    func weights(_ points: [Double]) -> [Weight] {
      points.map { point in
        let distance = (point - mean.x) / deviation
        var weight = weigh(point, (mean.y + slope * (point - mean.x), rest))
        weight.log -= 0.5 * distance * distance
        return weight
      }
    }
    func points(_ range: ClosedRange<Double>, _ count: Int) -> [Double] {
      (0..<count).map {
        range.lowerBound + (range.upperBound - range.lowerBound) * Double($0) / Double(count - 1)
      }
    }
    let wide = points(mean.x - 4 * deviation...mean.x + 4 * deviation, 29)
    let first = weights(wide)
    let top = first.reduce(-.infinity) { max($0, $1.log) }
    let likely = first.indices.filter { first[$0].log > top - 12 }
    guard let low = likely.first, let high = likely.last else { return before }
    let near = points(wide[max(low - 1, 0)]...wide[min(high + 1, wide.count - 1)], 29)
    let second = weights(near)
    let highest = second.reduce(-.infinity) { max($0, $1.log) }
    var (total, sum) = (0.0, SIMD2<Double>.zero)
    var squares = Matrix2(diagonal: .zero)
    for (point, weight) in zip(near, second) {
      let share = exp(weight.log - highest)
      let place = SIMD2(point, weight.mean) - mean
      total += share
      sum += share * place
      squares = squares + Matrix2(share * place.x * place, share * place.y * place)
      squares.y.y += share * weight.variance
    }
    let shift = sum / total
    var covariance = squares.scaled(1 / total) - Matrix2(shift.x * shift, shift.y * shift)
    covariance.x.x = max(covariance.x.x, 1e-9)
    covariance.y.y = max(covariance.y.y, covariance.x.y * covariance.x.y / covariance.x.x + 1e-9)
    return FactorLaw(mean: mean + shift, covariance: covariance)
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
