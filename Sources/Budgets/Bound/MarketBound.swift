import Optimization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The certified bound: what no policy can exceed in expectation over the luck of the draws, given the path of an episode.
///
/// Spend never exceeds the budget B, so a policy earns at most what it would earn if it had to pay λ per unit of money
/// and were given λB, whatever λ ≥ 0. Then the channels come apart, and each is solved by itself:
///
///     bound(λ) = λB + Σ_k V_k(λ),    bound = min over λ.
///
/// V_k is a backward recursion over ticks that never falls below the best that channel k can do, even knowing the path
/// and choosing after the fact where the money stops; each kind of channel says why. Every λ gives a valid bound, so
/// the certificate does not rest on the search. The tick cap and a target's penalty, which only ever lower what is
/// earned, are left out, and a minimum level does not bind, because where money runs out nothing is bought.
///
/// ```swift
/// let bound = MarketBound(market: market).bound(path: path)
/// print(bound.value, "at a multiplier of", bound.multiplier)
/// ```
package struct MarketBound: Sendable {
  /// The bound of one episode.
  package struct Value: Sendable, Equatable {
    /// The bound on the expected objective.
    package let value: Double
    /// The multiplier λ that gave it: objective per unit of money at the margin.
    package let multiplier: Double
  }

  package let market: Market
  private let budget: Double
  private let overcharge: Double
  private let valuesPerOutcome: [Double]
  private let landscapes: [AuctionLandscape?]

  /// Prepares the bound for a valid market.
  package init(market: Market) {
    self.market = market
    // Spend may be charged rounded down to quanta of at most 2^-21 of the budget, in single precision; whoever plays
    // so may buy this much more than the budget pays for.
    overcharge = market.budget * (Double(market.ticks * market.channels.count) * 0x1p-21 + 1e-6)
    budget = market.budget + overcharge
    valuesPerOutcome = market.channels.map { channel in
      switch (market.objective, channel.kind) {
      case (.conversions, _): 1
      case (_, .auction(let auction)): auction.valuePerConversion
      case (_, .response(let response)): response.valuePerOutcome
      }
    }
    landscapes = market.channels.map { channel in
      if case .auction(let auction) = channel.kind { auction.landscape } else { nil }
    }
  }

  /// The bound for the path of one episode.
  ///
  /// Complexity: O(ticks · channels · levels · nodes) per multiplier tried, some twenty.
  package func bound(path: MarketPath) -> Value { bound(path: path, forecast: nil) }

  /// The bound along forecasts, of which the mean over paths is a bound; see `ForeknowledgePenalty`.
  func bound(forecast: ForeknowledgePenalty.Forecast) -> Value {
    bound(path: forecast.path, forecast: forecast)
  }

  private func bound(path: MarketPath, forecast: ForeknowledgePenalty.Forecast?) -> Value {
    precondition(
      path.ticks == market.ticks && path.channelCount == market.channels.count,
      "The path must have the ticks and channels of the market.")
    let lowest = forecast?.prices.min() ?? 0
    let channels = market.channels.indices.map { index in
      bound(channel: index, path: path, forecast: forecast, lowestPrice: lowest)
    }
    let highest = channels.reduce(0) { max($0, $1.highestMultiplier) }
    // Money of a price that moves: the first is paid for all of it, and rounding may be charged at the highest.
    let first = (forecast?.prices.first ?? 0) - lowest
    let rounding = overcharge * ((forecast?.prices.max() ?? 0) - (forecast?.prices.first ?? 0))
    let profit = market.objective == .profit
    // Under profit, money costs itself besides the multiplier.
    func dual(_ multiplier: Double, _ resolution: Resolution) -> Double {
      let price = profit ? multiplier + 1 : multiplier
      return channels.reduce((multiplier + first) * budget + rounding + (profit ? overcharge : 0)) {
        $0 + $1.value(price: price, resolution: resolution)
      }
    }
    let best = minimizeConvex(
      from: max(highest, 1e-30) * 1e-4, through: max(highest, 1e-30), coarse: { dual($0, .coarse) },
      fine: { dual($0, .fine) })
    // Tables and paths are in single precision.
    return Value(value: best.value + abs(best.value) * 1e-6, multiplier: best.point)
  }

  private func bound(
    channel index: Int, path: MarketPath, forecast: ForeknowledgePenalty.Forecast?, lowestPrice: Double
  ) -> any ChannelBound {
    let channel = market.channels[index]
    let value = valuesPerOutcome[index]
    let ticks = (0..<market.ticks).map { tick in
      let place = tick * path.channelCount + index
      return PathTick(
        season: market.season[tick], price: exp(Double(path.price[place])),
        volume: exp(Double(path.volume[place])),
        response: exp(Double(path.response[place])),
        conversion: exp(forecast?.conversion[place] ?? Double(path.conversion[index])),
        surcharge: forecast.map { $0.prices[tick] - lowestPrice } ?? 0)
    }
    switch channel.kind {
    case .auction(let auction):
      return AuctionBound(
        auction, bids: channel.levels, landscape: landscapes[index] ?? auction.landscape, value: value,
        ticks: ticks)
    case .response(let response):
      let weights = ticks.map { value * $0.season * $0.response }
      let cap = market.tickCap.map { $0 + overcharge }
      if let lags = response.adstock.weights {
        return PooledStockBound(
          HillCurve(response.saturation), lags: lags,
          highestSpend: min(channel.levels.last ?? 0, cap ?? .infinity),
          weights: weights)
      }
      return StockBound(
        HillCurve(response.saturation), retention: response.adstock.retention, spends: channel.levels,
        weights: weights, stops: cap.map { .often(cap: $0) } ?? .once(leftover: leftover))
    }
  }

  /// The most that all later ticks can spend after money ran out once: less than one win per auction channel is left,
  /// and what rounding withheld.
  private var leftover: Double {
    market.channels.reduce(overcharge) { sum, channel in
      guard case .auction(let auction) = channel.kind else { return sum }
      return sum + auction.priceUnit * (channel.levels.last ?? 0)
    }
  }
}

/// The factors of one channel in one tick, no longer logarithms.
struct PathTick {
  let season: Double
  let price: Double
  let volume: Double
  let response: Double
  let conversion: Double
  /// What is added to the price of money.
  let surcharge: Double
}

/// How finely a recursion resolves what a channel carries over: coarse to search, fine to certify.
enum Resolution {
  case coarse
  case fine
}

/// An upper bound on what one channel earns in an episode when money has a price.
protocol ChannelBound: AnyObject {
  /// A price of money at which the channel is hardly worth using: where the search ends.
  var highestMultiplier: Double { get }
  /// The bound at a price of money: objective less price times spend.
  func value(price: Double, resolution: Resolution) -> Double
}
