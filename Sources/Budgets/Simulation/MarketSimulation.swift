import CKernels
import LinearAlgebra

/// The running state of one market in a contiguous range of lanes, all at the same tick of their episodes.
///
/// Arrays hold one float per lane, channel after channel: element `channel * laneCount + lane`. Every draw is a
/// function of (seed, lane, episode, tick, channel) alone: two strategies that play the same seed meet the same
/// drift, the same episode and the same luck, so their difference is theirs.
///
/// Wins are drawn as Poisson(volume · win share): auctions that arrive as a Poisson stream and are won independently
/// make a Poisson stream of wins (thinning), so this is the design's Poisson of auctions with a binomial of wins.
package final class MarketSimulation {
  /// The market being played.
  package let market: Market
  /// The lanes of this block.
  package let lanes: Range<Int>
  /// Where episodes are played in markets that the market's history might as well come from: those markets.
  package let posterior: PosteriorDraws?
  /// The seed of all draws.
  package let seed: UInt64
  /// The tick about to be played, from 0; `market.ticks` once the episode is over.
  package private(set) var tick = 0
  /// How many episodes were started, less one.
  package private(set) var episode = -1
  /// The smallest amount of money, a power of two of at most 2^-21 of the budget: every sum of its multiples is exact.
  package let moneyQuantum: Float

  let compiled: [CompiledChannel]
  /// The number of levels of each channel.
  private let ladderSizes: Buffer<UInt32>
  let slab: Matrix
  /// What the channel at hand draws, in 8 rows of lanes: standard normals for price, volume, response and cost (or
  /// noise), then uniforms for wins, clicks and conversions, and one spare.
  private let draws: Matrix
  /// What consoles report of conversions; nil where no channel is late.
  private let reports: ReportRows?
  /// Lanes: the money left in the episode.
  package let remaining: UnsafeMutablePointer<Float>
  let available: UnsafeMutablePointer<Float>
  let keptShare: UnsafeMutablePointer<Float>
  /// Lanes: what one more win of every channel of the tick can cost at most.
  let oneMore: UnsafeMutablePointer<Float>
  let unhindered: UnsafeMutablePointer<Float>
  let scratch: UnsafeMutablePointer<Float>

  private static let drawsPerTick = 8
  private static let normalsPerTick = 4

  /// The number of lanes.
  package var laneCount: Int { lanes.count }
  /// The number of channels.
  package var channelCount: Int { compiled.count }

  /// What is kept per channel and lane; from the carry-over to the outcome as `AdvertiserConsole.Field` has them.
  package enum Field: Int, CaseIterable, Sendable {
    /// The log multipliers drawn for the episode.
    case priceShift, volumeShift, responseShift, conversionShift
    /// The log factors of this tick: an AR(1) around the episode's multipliers.
    case price, volume, response
    /// Impressions per reachable person (auction), or adstock as the market describes it (response), carried into the next
    /// tick.
    case carryOver
    /// The last tick's choice on the channel's ladder, and what it led to: wins, money spent, clicks, outcome and expected
    /// outcome.
    case level, wins, spend, clicks, outcome, expectedOutcome
  }

  /// Opens the lanes of a range; call `startEpisode` before the first tick.
  ///
  /// - Parameter posterior: markets of the same channels; each lane plays one after the other in its episodes, lanes
  ///   beginning one apart. `market` is what is known of them, and what carry-over is reckoned by.
  package convenience init(
    market: Market, lanes: Range<Int>, seed: UInt64, posterior: PosteriorDraws? = nil
  ) {
    self.init(market: market, describedBy: market, lanes: lanes, seed: seed, posterior: posterior)
  }

  /// Opens lanes whose advertisers take the market for another of the same channels, by whose delays they expect reports.
  package init(
    market: Market, describedBy description: Market, lanes: Range<Int>, seed: UInt64,
    posterior: PosteriorDraws?
  ) {
    self.market = market
    self.posterior = posterior
    self.lanes = lanes
    self.seed = seed
    compiled = market.channels.indices.map { index in
      CompiledChannel(
        market.channels[index], lanes: lanes.count, expectedDelay: description.channels[index].delay,
        variants: posterior?.draws.map { $0[index] } ?? [])
    }
    ladderSizes = Buffer(market.channels.map { UInt32($0.levels.count) })
    moneyQuantum = market.moneyQuantum
    slab = Matrix(rows: Field.allCases.count * market.channels.count + 6, columns: lanes.count)
    draws = Matrix(rows: Self.drawsPerTick, columns: lanes.count)
    reports =
      market.isReportedLate || description.isReportedLate ? ReportRows(market, lanes: lanes.count) : nil
    let rows = slab.view
    let extra = Field.allCases.count * market.channels.count
    remaining = rows.row(extra)
    available = rows.row(extra + 1)
    keptShare = rows.row(extra + 2)
    scratch = rows.row(extra + 3)
    oneMore = rows.row(extra + 4)
    unhindered = rows.row(extra + 5)
  }

  /// What the advertisers of the lanes know; valid until the next tick is played.
  package var console: AdvertiserConsole {
    AdvertiserConsole(
      tick: tick, laneCount: laneCount, channelCount: channelCount, fields: values(.carryOver),
      remaining: remaining, unhindered: unhindered, reported: reports.map { UnsafePointer($0.reported(0)) },
      due: reports.map { UnsafePointer($0.due(0)) })
  }

  /// Lanes of one field of one channel; with channel 0, the start of all channels of the field.
  @inline(__always)
  package func values(_ field: Field, _ channel: Int = 0) -> UnsafeMutablePointer<Float> {
    slab.pointer + (field.rawValue * compiled.count + channel) * lanes.count
  }

  /// Starts the next episode in every lane: full budget, drift at its stationary law, multipliers drawn anew.
  package func startEpisode() {
    episode += 1
    tick = 0
    let drift = market.drift
    let spread = market.randomization
    for index in 0..<laneCount { remaining[index] = market.exactBudget }
    for channel in 0..<channelCount {
      draw(channel, tick: market.ticks, blocks: 2, normals: 7)
      fill(.priceShift, channel, row: 3, deviation: spread.price)
      fill(.volumeShift, channel, row: 4, deviation: spread.volume)
      // Posterior draws differ in what multipliers of response stand for otherwise.
      fill(.responseShift, channel, row: 5, deviation: posterior == nil ? spread.response : 0)
      fill(.conversionShift, channel, row: 6, deviation: spread.conversion)
      compiled[channel].startEpisode(
        world: world, shift: values(.responseShift, channel), carried: values(.carryOver, channel))
      fill(.price, channel, row: 0, deviation: drift.price, around: .priceShift)
      fill(.volume, channel, row: 1, deviation: drift.volume, around: .volumeShift)
      fill(.response, channel, row: 2, deviation: drift.response, around: .responseShift)
    }
    for field in [Field.level, .wins, .spend, .clicks, .outcome, .expectedOutcome] {
      values(field).update(repeating: 0, count: channelCount * laneCount)
    }
    reports?.restart()
  }

  /// Which of the posterior draws a lane of the block plays in this episode.
  func world(lane: Int) -> Int {
    guard let posterior else { return 0 }
    return (lanes.lowerBound + lane + max(episode, 0)) % posterior.count
  }

  /// Takes over the state of as many lanes of the same market.
  func copy(from other: MarketSimulation) {
    tick = other.tick
    episode = other.episode
    slab.pointer.update(from: other.slab.pointer, count: slab.count)
    for (own, others) in zip(compiled, other.compiled) { own.copyCarryOver(from: others) }
    if let reports, let others = other.reports { reports.copy(from: others) }
  }

  /// Plays one tick.
  ///
  /// - Parameter levels: lanes × channels, row-major: the level on each channel's allowed ladder.
  package func play(levels: Span<Int32>) {
    precondition(
      levels.count == laneCount * channelCount,
      "\(laneCount) lanes of \(channelCount) channels need as many levels, not \(levels.count).")
    play(levels: levels.kernelPointer)
  }

  /// Plays one tick, as the function of a span does, of levels that are as many as they should be.
  package func play(levels: UnsafePointer<Int32>) {
    precondition(tick < market.ticks, "The episode is over: start the next one.")
    oneMore.update(repeating: market.leastLeftover, count: laneCount)
    for channel in 0..<channelCount {
      draw(channel, tick: tick, blocks: compiled[channel].blocksPerTick, normals: Self.normalsPerTick)
      if tick > 0 { advanceDrift(channel) }
      let isPlayable = ck_column(
        levels + channel, channelCount, ladderSizes.pointer[channel], values(.level, channel), laneCount)
      precondition(isPlayable != 0, "A level must be one of its channel's ladder.")
      offer(channel)
    }
    let cap = market.exactTickCap
    for index in 0..<laneCount { available[index] = min(remaining[index], cap) }
    for index in 0..<laneCount { remaining[index] -= available[index] }
    ck_stop_at_money(
      values(.wins), values(.spend), available, keptShare, oneMore, unhindered, moneyQuantum,
      channelCount, laneCount)
    for index in 0..<laneCount { remaining[index] += available[index] }
    for channel in 0..<channelCount { settle(channel) }
    if let reports {
      for channel in 0..<channelCount { compiled[channel].report(self, channel: channel, into: reports) }
    }
    tick += 1
  }

  /// Whether the budget or the cap cut short what the last tick would have spent.
  package func wasStopped(lane: Int) -> Bool { keptShare[lane] < 1 }

  private func offer(_ channel: Int) {
    compiled[channel].offer(
      season: Float(market.season[tick]), draws: draws.view, simulation: self, channel: channel)
  }

  private func settle(_ channel: Int) {
    compiled[channel].settle(
      season: Float(market.season[tick]), simulation: self, channel: channel, scratch: scratch)
  }

  private func advanceDrift(_ channel: Int) {
    let drift = market.drift
    let innovation = (1 - drift.persistence * drift.persistence).squareRoot()
    let normals = draws.view
    func advance(_ row: Int, _ factor: Field, _ shift: Field, _ deviation: Double) {
      ck_autoregress(
        values(factor, channel), values(shift, channel), normals.row(row), Float(drift.persistence),
        Float(innovation * deviation), laneCount)
    }
    advance(0, .price, .priceShift, drift.price)
    advance(1, .volume, .volumeShift, drift.volume)
    advance(2, .response, .responseShift, drift.response)
  }

  /// Writes a row of normals, scaled to a standard deviation, around 0 or around another field.
  private func fill(_ field: Field, _ channel: Int, row: Int, deviation: Double, around mean: Field? = nil) {
    let (target, normals) = (values(field, channel), draws.view.row(row))
    for lane in 0..<laneCount { target[lane] = Float(deviation) * normals[lane] }
    guard let mean = mean.map({ values($0, channel) }) else { return }
    for lane in 0..<laneCount { target[lane] += mean[lane] }
  }

  /// Draws a channel's numbers of a tick; the first `normals` rows are made standard normal.
  private func draw(_ channel: Int, tick: Int, blocks: Int, normals: Int) {
    fillUniforms(draws.pointer, .market, channel, first: UInt32(tick) * 2, blocks: blocks)
    ck_normal_quantiles(draws.pointer, draws.pointer, normals * laneCount)
  }

  /// Fills four rows of lanes a block with uniforms of the episode and channel, the blocks counted from `first`.
  func fillUniforms(
    _ rows: UnsafeMutablePointer<Float>, _ purpose: StreamPurpose, _ channel: Int, first: UInt32, blocks: Int
  ) {
    let key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    let counter = SIMD3(
      first, UInt32(truncatingIfNeeded: episode), purpose.rawValue | UInt32(channel) << 8)
    withUnsafeBytes(of: counter) { counter in
      withUnsafeBytes(of: key) { key in
        guard let counter = counter.bindMemory(to: UInt32.self).baseAddress,
          let key = key.bindMemory(to: UInt32.self).baseAddress
        else { return }
        ck_philox_uniforms(
          rows, laneCount, UInt32(blocks), counter, UInt32(truncatingIfNeeded: lanes.lowerBound), key)
      }
    }
  }
}

extension Market {
  /// A power of two of at most 2^-21 of the budget.
  var moneyQuantum: Float {
    let exponent = Float(budget).exponent - 21
    return Float(sign: .plus, exponent: exponent, significand: 1)
  }

  /// What rounding to the money quantum can leave of money that all channels together could have spent.
  var leastLeftover: Float { moneyQuantum * Float(channels.count) }

  /// The budget rounded down to the money quantum.
  var exactBudget: Float { Self.roundedDown(budget, to: moneyQuantum) }

  /// The cap of a tick rounded down to the money quantum; the budget where there is none.
  var exactTickCap: Float {
    tickCap.map { Self.roundedDown(min($0, budget), to: moneyQuantum) } ?? exactBudget
  }

  private static func roundedDown(_ amount: Double, to quantum: Float) -> Float {
    Float((amount / Double(quantum)).rounded(.down) * Double(quantum))
  }
}
