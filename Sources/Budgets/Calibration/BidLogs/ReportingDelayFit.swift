import Foundation
import Optimization

/// How late one channel's conversions were reported, counted by the tick of the click.
struct ReportedDelays {
  /// A click's tick and its conversion's delay in ticks.
  private struct Place: Hashable {
    let tick: Int
    let delay: Int
  }

  private var counts: [Place: Double] = [:]
  /// The conversions counted.
  private(set) var total = 0.0

  /// Counts a conversion that was reported some ticks, at least 0, after its click's tick.
  mutating func add(tick: Int, delay: Int) {
    counts[Place(tick: tick, delay: delay), default: 0] += 1
    total += 1
  }

  /// Takes in what another counted.
  mutating func add(_ other: ReportedDelays) {
    counts.merge(other.counts, uniquingKeysWith: +)
    total += other.total
  }

  /// The delay that explains the counts best, a geometric one or a table; nil where everything came at once.
  ///
  /// A log that ends in some tick holds nothing that was reported later, so of clicks near the end only short delays are seen.
  /// The table is the product-limit estimate of right-truncated data (Lynden-Bell, 1971), the geometric mean that of
  /// largest likelihood given the truncation; which of both it is, Schwarz's criterion decides.
  func fit(lastTick: Int) -> ReportingDelay? {
    let longest = counts.keys.map(\.delay).max() ?? 0
    guard longest > 0 else { return nil }
    let mean = geometricMean(lastTick: lastTick)
    let geometric = ReportingDelay.geometric(mean: mean)
    guard longest < ReportingDelay.longest else { return geometric }
    let shares = productLimit(longest: longest, lastTick: lastTick)
    let gain =
      logLikelihood(lastTick: lastTick) { shares[$0] } - logLikelihood(lastTick: lastTick, geometric: mean)
    return 2 * gain > Double(longest - 1) * log(total) ? .shares(shares) : geometric
  }

  /// The shares by delay: F(d − 1) = F(d) (1 − n_d / R_d), where n_d have delay d, and R_d one of at most d and would have been
  /// seen with d as well.
  private func productLimit(longest: Int, lastTick: Int) -> [Double] {
    var (exact, atRisk) = (
      [Double](repeating: 0, count: longest + 1), [Double](repeating: 0, count: longest + 1)
    )
    for (place, count) in counts {
      exact[place.delay] += count
      let seen = min(lastTick - place.tick, longest)
      if place.delay <= seen { for delay in place.delay...seen { atRisk[delay] += count } }
    }
    var shares = exact
    var below = 1.0
    for delay in stride(from: longest, through: 1, by: -1) {
      let share = atRisk[delay] > 0 ? exact[delay] / atRisk[delay] : 0
      shares[delay] = below * share
      below -= shares[delay]
    }
    shares[0] = below
    return shares
  }

  private func geometricMean(lastTick: Int) -> Double {
    exp(
      goldenSection(from: log(1e-3), through: log(1e4), tolerance: 1e-6) {
        -logLikelihood(lastTick: lastTick, geometric: exp($0))
      })
  }

  private func logLikelihood(lastTick: Int, geometric mean: Double) -> Double {
    let stay = log(mean / (1 + mean))
    return counts.reduce(0) { sum, entry in
      let (place, count) = entry
      let seen = max(lastTick - place.tick, place.delay)
      // log share − log of the sum of the shares that would have been seen.
      return sum + count
        * (Double(place.delay) * stay - log(1 + mean) - log(-expm1(Double(seen + 1) * stay)))
    }
  }

  private func logLikelihood(lastTick: Int, share: (Int) -> Double) -> Double {
    let longest = counts.keys.map(\.delay).max() ?? 0
    var sums: [Double] = []
    for delay in 0...longest { sums.append((sums.last ?? 0) + share(delay)) }
    return counts.reduce(0) { sum, entry in
      let (place, count) = entry
      let seen = min(max(lastTick - place.tick, place.delay), longest)
      return sum + count * (log(max(share(place.delay), 1e-300)) - log(max(sums[seen], 1e-300)))
    }
  }
}

extension LogCells {
  /// By channel, how late conversions are reported: its own fit from 30 reports on, that of all channels together below.
  func reportingDelays(channels: Int) -> [ReportingDelay?] {
    var all = ReportedDelays()
    for (_, own) in delays.sorted(by: { $0.key < $1.key }) { all.add(own) }
    let common = all.total > 0 ? all.fit(lastTick: lastTick) : nil
    return (0..<channels).map { channel in
      guard let own = delays[channel], own.total >= 30 else { return common }
      return own.fit(lastTick: lastTick)
    }
  }
}
