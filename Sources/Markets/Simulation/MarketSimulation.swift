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
public final class MarketSimulation {
  /// The market being played.
  public let market: Market
  /// The lanes of this block.
  public let lanes: Range<Int>
  /// The seed of all draws.
  public let seed: UInt64
  /// The tick about to be played, from 0; `market.ticks` once the episode is over.
  public private(set) var tick = 0
  /// How many episodes were started, less one.
  public private(set) var episode = -1
  /// The smallest amount of money, a power of two of at most 2^-21 of the budget: every sum of its multiples is exact.
  public let moneyQuantum: Float

  let compiled: [CompiledChannel]
  let slab: Matrix
  let uniforms: Matrix
  /// Lanes: the money left in the episode.
  public let remaining: UnsafeMutablePointer<Float>
  let available: UnsafeMutablePointer<Float>
  let keptShare: UnsafeMutablePointer<Float>
  let scratch: UnsafeMutablePointer<Float>

  /// Uniform draws per channel and tick: two Philox blocks.
  static let drawsPerTick = 8

  /// The number of lanes.
  public var laneCount: Int { lanes.count }
  /// The number of channels.
  public var channelCount: Int { compiled.count }

  /// What is kept per channel and lane.
  public enum Field: Int, CaseIterable, Sendable {
    /// The AR(1) parts of the log price, volume and response factors.
    case priceDrift, volumeDrift, responseDrift
    /// The log multipliers drawn for the episode.
    case priceShift, volumeShift, responseShift, conversionShift
    /// Drift and shift together, this tick.
    case price, volume, response
    /// Impressions per reachable person (auction) or adstock (response) carried into the next tick.
    case carryOver
    /// What the last tick led to: mean and drawn wins, money spent, clicks, outcome and expected outcome.
    case meanWins, wins, spend, clicks, outcome, expectedOutcome
  }

  /// Opens the lanes of a range; call `startEpisode` before the first tick.
  public init(market: Market, lanes: Range<Int>, seed: UInt64) {
    self.market = market
    self.lanes = lanes
    self.seed = seed
    compiled = market.channels.map(CompiledChannel.init)
    moneyQuantum = market.moneyQuantum
    slab = Matrix(rows: Field.allCases.count * market.channels.count + 4, columns: lanes.count)
    uniforms = Matrix(rows: Self.drawsPerTick * market.channels.count, columns: lanes.count)
    let rows = slab.view
    let extra = Field.allCases.count * market.channels.count
    remaining = rows.row(extra)
    available = rows.row(extra + 1)
    keptShare = rows.row(extra + 2)
    scratch = rows.row(extra + 3)
  }

  /// Lanes of one field of one channel; with channel 0, the start of all channels of the field.
  @inline(__always)
  public func values(_ field: Field, _ channel: Int = 0) -> UnsafeMutablePointer<Float> {
    slab.pointer + (field.rawValue * compiled.count + channel) * lanes.count
  }

  /// Starts the next episode in every lane: full budget, drift at its stationary law, multipliers drawn anew.
  public func startEpisode() {
    episode += 1
    tick = 0
    let drift = market.drift
    let spread = market.randomization
    for index in 0..<laneCount { remaining[index] = market.exactBudget }
    drawUniforms(tick: market.ticks)
    for channel in 0..<channelCount {
      scaledNormals(0, .priceDrift, channel, drift.price)
      scaledNormals(1, .volumeDrift, channel, drift.volume)
      scaledNormals(2, .responseDrift, channel, drift.response)
      scaledNormals(3, .priceShift, channel, spread.price)
      scaledNormals(4, .volumeShift, channel, spread.volume)
      scaledNormals(5, .responseShift, channel, spread.response)
      scaledNormals(6, .conversionShift, channel, spread.conversion)
      compiled[channel].resetCarryOver(lanes: laneCount)
    }
    for field in [Field.carryOver, .meanWins, .wins, .spend, .clicks, .outcome, .expectedOutcome] {
      values(field).update(repeating: 0, count: channelCount * laneCount)
    }
    combineFactors()
  }

  /// Takes over the state of as many lanes of the same market.
  func copy(from other: MarketSimulation) {
    tick = other.tick
    episode = other.episode
    slab.pointer.update(from: other.slab.pointer, count: slab.count)
    for (own, others) in zip(compiled, other.compiled) { own.copyCarryOver(from: others) }
  }

  /// Plays one tick.
  ///
  /// - Parameter levels: lanes × channels, row-major: the level on each channel's allowed ladder.
  public func play(levels: UnsafePointer<Int32>) {
    precondition(tick < market.ticks, "The episode is over: start the next one.")
    drawUniforms(tick: tick)
    if tick > 0 { advanceDrift() }
    let cap = market.exactTickCap
    for index in 0..<laneCount { available[index] = min(remaining[index], cap) }
    for channel in 0..<channelCount { offer(channel, levels + channel) }
    for index in 0..<laneCount { remaining[index] -= available[index] }
    ck_stop_at_money(
      values(.wins), values(.spend), available, keptShare, moneyQuantum, channelCount, laneCount)
    for index in 0..<laneCount { remaining[index] += available[index] }
    for channel in 0..<channelCount { settle(channel) }
    tick += 1
  }

  /// Whether the budget or the cap cut short what the last tick would have spent.
  public func wasStopped(lane: Int) -> Bool { keptShare[lane] < 1 }

  private func offer(_ channel: Int, _ levels: UnsafePointer<Int32>) {
    compiled[channel].offer(
      levels: levels, stride: channelCount, season: Float(market.season[tick]), uniforms: draws(of: channel),
      simulation: self, channel: channel)
  }

  private func settle(_ channel: Int) {
    compiled[channel].settle(
      season: Float(market.season[tick]), uniforms: draws(of: channel), simulation: self, channel: channel,
      scratch: scratch)
  }

  private func advanceDrift() {
    let drift = market.drift
    let persistence = Float(drift.persistence)
    let innovation = Float((1 - drift.persistence * drift.persistence).squareRoot())
    for channel in 0..<channelCount {
      let uniforms = draws(of: channel)
      for (row, field, deviation) in [
        (0, Field.priceDrift, drift.price), (1, .volumeDrift, drift.volume),
        (2, .responseDrift, drift.response),
      ] {
        ck_autoregress(
          values(field, channel), uniforms.row(row), persistence, innovation * Float(deviation), laneCount)
      }
    }
    combineFactors()
  }

  private func combineFactors() {
    for (sum, drift, shift) in [
      (Field.price, Field.priceDrift, Field.priceShift), (.volume, .volumeDrift, .volumeShift),
      (.response, .responseDrift, .responseShift),
    ] {
      let (sum, drift, shift) = (values(sum), values(drift), values(shift))
      for index in 0..<channelCount * laneCount { sum[index] = drift[index] + shift[index] }
    }
  }

  private func scaledNormals(_ row: Int, _ field: Field, _ channel: Int, _ deviation: Double) {
    ck_scaled_normals(draws(of: channel).row(row), values(field, channel), Float(deviation), laneCount)
  }

  private func draws(of channel: Int) -> MatrixView {
    uniforms.view.rows(channel * Self.drawsPerTick..<(channel + 1) * Self.drawsPerTick)
  }

  private func drawUniforms(tick: Int) {
    let key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    for channel in 0..<channelCount {
      let counter = SIMD3(
        UInt32(tick) * 2, UInt32(truncatingIfNeeded: episode),
        StreamPurpose.market.rawValue | UInt32(channel) << 8)
      withUnsafeBytes(of: counter) { counter in
        withUnsafeBytes(of: key) { key in
          guard let counter = counter.bindMemory(to: UInt32.self).baseAddress,
            let key = key.bindMemory(to: UInt32.self).baseAddress
          else { return }
          ck_philox_uniforms(
            draws(of: channel).pointer, laneCount, 2, counter, UInt32(truncatingIfNeeded: lanes.lowerBound),
            key)
        }
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
