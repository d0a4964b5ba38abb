import LinearAlgebra

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What a clairvoyant must pay for knowing the future, so that a certified bound bites (Brown, Smith and Sun, 2010).
///
/// The bound of an episode lets a clairvoyant choose who knows the whole path of prices, volumes and rates. Let instead a
/// *full-feedback* observer see, after each tick, the tick's prices and volumes, the number of auctions,
/// and the clicks and conversions of all of them as though every one had been won and nobody was tired. Write G_t for what it has seen before tick t.
///
/// 1. Whoever plays sees less: its clicks are those of full feedback, thinned by the share won and by fatigue, with
///    luck of their own; its wins say nothing of the rates. So every policy is one of the observer's.
/// 2. Given G_t and the bids, a tick's wins are independent of its rate θ_t, so the tick's gain is expected to be wins ·
///    freshness · E[θ_t | G_t]: rates may be replaced by their forecasts, and every policy's value stays.
/// 3. Let M be a martingale of G and B_t the money left before tick t. For every policy Σ_t B_t (M_t − M_{t−1}) has mean 0, so
///    it may be taken off. By parts, with spend c_t and B_end ≥ 0 left, what remains is at most
///
///        M_0 · B + Σ_t (gain_t − M_t · c_t):
///
///    money of a price that moves with what is known.
///
/// Only then is the path told: each channel is solved by the recursion of `AuctionBound` along forecasts and prices, and a
/// further λ ≥ −min M is searched for, path by path. The mean over paths is an upper bound on every policy's mean. Any
/// M will do; here it is what full feedback expects of the day's mean, over channels and ticks, of powers of conversions per
/// money times volume, each tick's as it is forecast before the tick; its coefficients are fitted to the clairvoyant's
/// multipliers on training episodes.
///
/// Channels with response curves are left as they are: their path is told from the start.
package struct ForeknowledgePenalty: Sendable {
  /// What full feedback leads one to expect along a path.
  struct Forecast {
    /// The path with rates replaced by forecasts: the log click factor, and the log conversion factor by tick and channel.
    var path: MarketPath
    var conversion: [Double]
    /// By tick: the price of money.
    var prices: [Double]
    /// By tick, then by channel and power: the martingales that it is made of.
    var features: [[Double]]
  }

  /// The price of money: a constant, and a coefficient by channel and power.
  struct PriceModel: Sendable {
    var constant = 0.0
    var coefficients: [Double]
  }

  static let exponents = [0.25, 0.5]

  let market: Market
  var prices: PriceModel

  /// Prepares the penalty of a market without a price of money of its own.
  package init(_ market: Market) {
    self.market = market
    prices = PriceModel(
      coefficients: [Double](repeating: 0, count: market.channels.count * Self.exponents.count))
  }

  /// What full feedback along a path leads one to expect.
  func forecast(_ path: MarketPath, feedback: FullFeedback) -> Forecast {
    var forecast = Forecast(
      path: path, conversion: [Double](repeating: 0, count: path.price.count),
      prices: [Double](repeating: prices.constant, count: path.ticks),
      features: [[Double]](
        repeating: [Double](repeating: 0, count: prices.coefficients.count), count: path.ticks))
    for (index, channel) in market.channels.enumerated() {
      for tick in 0..<path.ticks {
        forecast.conversion[tick * path.channelCount + index] = Double(path.conversion[index])
      }
      if case .auction(let auction) = channel.kind {
        follow(auction, index, path, feedback, into: &forecast)
      }
    }
    return forecast
  }

  private func follow(
    _ auction: AuctionChannel, _ index: Int, _ path: MarketPath, _ feedback: FullFeedback,
    into forecast: inout Forecast
  ) {
    let (spread, drift) = (market.randomization, market.drift)
    guard
      let clicks = RateFilter(
        probability: auction.clickRate, constantDeviation: spread.response, driftDeviation: drift.response,
        persistence: drift.persistence)
    else { return }
    var conversions = ConstantFilter(deviation: spread.conversion, probability: auction.conversionRate)
    var price = SeenFactor(
      constantDeviation: spread.price, driftDeviation: drift.price, persistence: drift.persistence)
    var volume = SeenFactor(
      constantDeviation: spread.volume, driftDeviation: drift.volume, persistence: drift.persistence)
    let decays = (0..<path.ticks).map { pow(drift.persistence, Double($0)) }
    let powers = Self.exponents.map {
      clicks.powers(of: $0, decays: decays, stationary: drift.response * drift.response)
    }
    let share = 1 / Double(path.ticks)
    /// By exponent: what the ticks before were expected to bring when they came.
    var passed = [Double](repeating: 0, count: Self.exponents.count)
    for tick in 0..<path.ticks {
      let place = tick * path.channelCount + index
      for (number, exponent) in Self.exponents.enumerated() {
        let left = decays[..<(path.ticks - tick)]
        let rates = clicks.expected(powers[number], steps: left.count)
        let prices = price.expectedPowers(of: -exponent, decays: left)
        let volumes = volume.expectedPowers(of: exponent, decays: left)
        let bought = share * conversions.expectedPower(of: exponent)
        var coming = 0.0
        for step in rates.indices {
          coming += market.season[tick + step] * rates[step] * prices[step] * volumes[step]
        }
        let feature = passed[number] + bought * coming
        forecast.features[tick][index * Self.exponents.count + number] = feature
        forecast.prices[tick] += self.prices.coefficients[index * Self.exponents.count + number] * feature
        passed[number] += bought * market.season[tick] * rates[0] * prices[0] * volumes[0]
      }
      forecast.path.response[place] = Float(log(clicks.expectedProbability / auction.clickRate))
      forecast.conversion[place] = log(conversions.expectedProbability / auction.conversionRate)
      clicks.observe(successes: feedback.clicks[place], of: feedback.auctions[place])
      conversions.observe(successes: feedback.conversions[place], of: feedback.clicks[place])
      price.observe(Double(path.price[place]))
      volume.observe(Double(path.volume[place]))
    }
  }
}
