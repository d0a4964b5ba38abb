import CKernels

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The bound of an auction channel.
///
/// Without fatigue, ticks come apart: each takes the bid with the largest E max(0, Y) ≤ (E Y + √(E Y²)) / 2, Y being the
/// gain of all the tick's wins: where money stops the auctions, only some of them are kept, and Y is linear in them.
/// (Given the number of wins; the right side is concave in it, so its mean stands for it.)
///
/// With fatigue, what can still be earned is a convex, falling function of exposure: for any fixed way to play, exposure
/// is affine in where it started, and the click rate is a falling exponential of it. Linear interpolation between
/// nodes of exposure therefore stays above, and `ck_fatigue_backup` bounds what the luck of the wins adds to it.
final class AuctionBound: ChannelBound {
  let highestMultiplier: Double
  private let ticks: Int
  private let levels: Int
  private let fatigue: Fatigue?
  /// Objective gained per win at exposure 0, by tick.
  private let rates: [Double]
  /// By tick: what is added to the price of money.
  private let surcharges: [Double]
  /// Mean wins, mean and variance of the price of a win in money, by tick and level but the off level.
  private let wins: [Double]
  private let prices: [Double]
  private let variances: [Double]
  /// By tick and level: which lattice stands for the law of the wins, -1 for none.
  private let lattice: [Int32]
  private let lattices: WinLattices
  /// The exposure that no mean path exceeds.
  private let highestExposure: Double

  init(
    _ auction: AuctionChannel, bids: [Double], landscape: AuctionLandscape, value: Double, ticks: [PathTick]
  ) {
    let bids = bids.filter { $0 > 0 }
    var (wins, prices, variances, rates) = ([Double](), [Double](), [Double](), [Double]())
    var exposure = 0.0
    var highestExposure = 0.0
    var highestMultiplier = 0.0
    for tick in ticks {
      let clickRate = auction.clickRate * tick.response
      let rate =
        value * min(1, auction.conversionRate * tick.conversion)
        * (auction.fatigue == nil ? min(1, clickRate) : clickRate)
      rates.append(rate)
      var most = 0.0
      for bid in bids {
        let (won, paid, paidSquares) = landscape.outcome(bid: bid / tick.price)
        let mean = auction.volume * tick.season * tick.volume * won
        let unit = auction.priceUnit * tick.price
        let firstPrice = auction.pricing == .firstPrice
        let price = firstPrice ? auction.priceUnit * bid : won > 0 ? unit * paid / won : 0
        wins.append(mean)
        prices.append(price)
        variances.append(
          firstPrice || won == 0 ? 0 : max(0, unit * unit * paidSquares / won - price * price))
        if price > 0, mean > 0 { highestMultiplier = max(highestMultiplier, rate / price) }
        most = max(most, mean)
      }
      if let fatigue = auction.fatigue {
        exposure = fatigue.retention * exposure + most / fatigue.reach
        highestExposure = max(highestExposure, exposure)
      }
    }
    self.ticks = ticks.count
    self.levels = bids.count
    self.rates = rates
    surcharges = ticks.map(\.surcharge)
    self.wins = wins
    self.prices = prices
    self.variances = variances
    self.highestExposure = highestExposure
    self.highestMultiplier = highestMultiplier
    fatigue = auction.fatigue.flatMap { $0.strength > 0 && highestExposure > 0 ? $0 : nil }
    // Laws that are narrow against the finest nodes and close to normal need no lattice.
    var lattices = WinLattices()
    var lattice = [Int32](repeating: -1, count: wins.count)
    if let fatigue {
      let half = 0.5 * highestExposure / Double(Self.nodeCount(.fine) - 1)
      for (index, mean) in wins.enumerated() where mean > 0 {
        if mean < 64 || mean.squareRoot() / fatigue.reach > half {
          lattice[index] = lattices.append(mean: mean)
        }
      }
    }
    self.lattice = lattice
    self.lattices = lattices
  }

  private static func nodeCount(_ resolution: Resolution) -> Int { resolution == .coarse ? 20 : 64 }

  func value(price: Double, resolution: Resolution) -> Double {
    guard levels > 0 else { return 0 }
    guard let fatigue else { return valueWithoutFatigue(price: price) }
    return value(price: price, fatigue: fatigue, nodes: Self.nodeCount(resolution))
  }

  private func valueWithoutFatigue(price: Double) -> Double {
    var sum = 0.0
    for tick in 0..<ticks {
      let rate = rates[tick]
      let price = price + surcharges[tick]
      var best = 0.0
      for level in tick * levels..<(tick + 1) * levels {
        let gain = wins[level] * (rate - price * prices[level])
        let spread = price * price * wins[level] * variances[level]
        best = max(best, 0.5 * (gain + (gain * gain + spread).squareRoot()))
      }
      sum += best
    }
    return sum
  }

  private func value(price: Double, fatigue: Fatigue, nodes: Int) -> Double {
    let spacing = highestExposure / Double(nodes - 1)
    let tickPrices = surcharges.map { price + $0 }
    let scaledPrices = prices.indices.map { prices[$0] * tickPrices[$0 / levels] }
    let scaledVariances = variances.indices.map {
      variances[$0] * tickPrices[$0 / levels] * tickPrices[$0 / levels]
    }
    let tired = (0..<nodes).map { exp(-fatigue.strength * spacing * Double($0)) }
    return withUnsafeTemporaryAllocation(of: Double.self, capacity: 8 * nodes + 8) { memory in
      guard let next = memory.baseAddress else { return .infinity }
      let (value, rate, scratch) = (next + nodes, next + 2 * nodes, next + 3 * nodes)
      value.initialize(repeating: 0, count: nodes)
      for tick in stride(from: ticks - 1, through: 0, by: -1) {
        next.update(from: value, count: nodes)
        for node in 0..<nodes { rate[node] = rates[tick] * tired[node] }
        withLevels(tick, scaledPrices, scaledVariances) { levels, lattices in
          ck_fatigue_backup(
            &levels, &lattices, next, rate, nodes, spacing, fatigue.retention, fatigue.reach, scratch, value)
        }
      }
      return value[0]
    }
  }

  private func withLevels(
    _ tick: Int, _ prices: [Double], _ variances: [Double],
    _ body: (inout ck_bid_levels, inout ck_win_lattices) -> Void
  ) {
    let first = tick * levels
    wins.withUnsafeBufferPointer { wins in
      prices.withUnsafeBufferPointer { prices in
        variances.withUnsafeBufferPointer { variances in
          lattice.withUnsafeBufferPointer { lattice in
            guard let wins = wins.baseAddress, let prices = prices.baseAddress,
              let variances = variances.baseAddress, let lattice = lattice.baseAddress
            else { return }
            var levels = ck_bid_levels(
              wins: wins + first, price: prices + first, variance: variances + first,
              lattice: lattice + first,
              count: levels)
            lattices.withTables { tables in body(&levels, &tables) }
          }
        }
      }
    }
  }
}
