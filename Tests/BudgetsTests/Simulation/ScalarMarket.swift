import Budgets
import Foundation
import LinearAlgebra

/// The market model one number at a time in double precision, straight from its documentation: what the kernels are
/// tested against. It shares nothing with them but Philox's words.
struct ScalarMarket {
  let market: Market
  let seed: UInt64

  /// What a channel draws in a tick: four normals, then three uniforms.
  struct Draws {
    let price, volume, response, cost: Double
    let wins, clicks, conversions: Double
  }

  /// What a channel would do before the money stops it.
  struct Offer {
    var wins = 0.0
    var cost = 0.0
  }

  func uniform(_ word: Int, tick: Int, episode: Int, channel: Int, lane: Int) -> Double {
    let words = RandomStream.philox(
      counter: SIMD4(
        UInt32(2 * tick + word / 4), UInt32(episode), StreamPurpose.market.rawValue | UInt32(channel) << 8,
        UInt32(lane)),
      key: SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)))
    return (Double(words[word % 4] >> 9) + 0.5) * 0x1p-23
  }

  func draws(tick: Int, episode: Int, channel: Int, lane: Int) -> Draws {
    let u = (0..<7).map { uniform($0, tick: tick, episode: episode, channel: channel, lane: lane) }
    return Draws(
      price: normalQuantile(u[0]), volume: normalQuantile(u[1]), response: normalQuantile(u[2]),
      cost: normalQuantile(u[3]), wins: u[4], clicks: u[5], conversions: u[6])
  }

  /// One step of an AR(1) around a mean, of a stationary standard deviation.
  func wander(_ value: Double, around mean: Double, deviation: Double, normal: Double) -> Double {
    let persistence = market.drift.persistence
    return mean + persistence * (value - mean)
      + (1 - persistence * persistence).squareRoot() * deviation * normal
  }

  func offer(
    _ auction: AuctionChannel, landscape: AuctionLandscape, bid: Double, season: Double, price: Double,
    volume: Double, draws: Draws
  ) -> Offer {
    let (won, paid, squares) = landscape.outcome(bid: bid * exp(-price))
    guard won > 0 else { return Offer() }
    let wins = poissonQuantile(mean: auction.volume * season * exp(volume) * won, draws.wins)
    guard auction.pricing == .secondPrice else {
      return Offer(wins: wins, cost: auction.priceUnit * wins * bid)
    }
    let mean = exp(price) * paid / won
    let variance = max(exp(2 * price) * squares / won - mean * mean, 0)
    let limit = wins * min(mean, max(bid - mean, 0))
    let deviation = min(max((wins * variance).squareRoot() * draws.cost, -limit), limit)
    return Offer(wins: wins, cost: auction.priceUnit * (wins * mean + deviation))
  }

  /// What is left of the offers once the money has stopped them, each cost rounded down to the quantum.
  func stop(_ offers: [Offer], available: Double, quantum: Double) -> [Offer] {
    let wanted = offers.reduce(0) { $0 + $1.cost }
    let share = wanted > available ? available / wanted : 1
    var left = available
    return offers.map { offer in
      var kept = offer
      if share < 1 {
        kept.wins = (offer.wins * share).rounded(.down)
        kept.cost = offer.wins > 0 ? offer.cost * kept.wins / offer.wins : offer.cost * share
      }
      kept.cost = min((kept.cost / quantum).rounded(.down) * quantum, left)
      left -= kept.cost
      return kept
    }
  }

  /// Carry-over by direct convolution of all wins or spends so far, the newest last.
  func carryOver(_ channel: MediaChannel, history: [Double]) -> Double {
    let lags = history.reversed().enumerated()
    switch channel.kind {
    case .auction(let auction):
      guard let fatigue = auction.fatigue else { return 0 }
      return lags.reduce(0) { $0 + pow(fatigue.retention, Double($1.offset)) * $1.element / fatigue.reach }
    case .response(let response):
      switch response.adstock {
      case .none: return history.last ?? 0
      case .geometric(let retention):
        return lags.reduce(0) { $0 + pow(retention, Double($1.offset)) * $1.element }
      case .weibull(let shape, let scale, let length):
        let density = (1...length).map { lag in
          let x = Double(lag) / scale
          return shape / scale * pow(x, shape - 1) * exp(-pow(x, shape))
        }
        let largest = density.max() ?? 1
        return lags.prefix(length).reduce(0) { $0 + density[$1.offset] / largest * $1.element }
      }
    }
  }
}

/// The standard normal quantile, by bisection of the complementary error function.
func normalQuantile(_ u: Double) -> Double {
  var (low, high) = (-8.0, 8.0)
  for _ in 0..<50 {
    let middle = (low + high) / 2
    if erfc(-middle / 2.0.squareRoot()) / 2 < u { low = middle } else { high = middle }
  }
  return (low + high) / 2
}

/// The smallest count whose cumulative Poisson probability reaches u.
func poissonQuantile(mean: Double, _ u: Double) -> Double {
  let low = max(0, (mean - 9 * mean.squareRoot()).rounded(.down))
  let first = exp(low * (mean > 0 ? log(mean) : 0) - mean - lgamma(low + 1))
  return quantile(u, mean: mean, from: low, first: first) { mean / ($0 + 1) }
}

/// The smallest count whose cumulative binomial probability reaches u.
func binomialQuantile(trials: Double, probability p: Double, _ u: Double) -> Double {
  guard trials > 0, p > 0 else { return 0 }
  guard p < 1 else { return trials }
  let (mean, deviation) = (trials * p, (trials * p * (1 - p)).squareRoot())
  let low = max(0, (mean - 9 * deviation - 1).rounded(.down))
  let choices = lgamma(trials + 1) - lgamma(low + 1) - lgamma(trials - low + 1)
  let first = exp(choices + low * log(p) + (trials - low) * log1p(-p))
  let count = quantile(u, mean: mean, from: low, first: first) { (trials - $0) / ($0 + 1) * p / (1 - p) }
  return min(count, trials)
}

private func quantile(
  _ u: Double, mean: Double, from low: Double, first: Double, ratio: (Double) -> Double
) -> Double {
  var (k, mass, sum) = (low, first, first)
  while sum < u, mass > 1e-18 || k < mean {
    mass *= ratio(k)
    k += 1
    sum += mass
  }
  return k
}
