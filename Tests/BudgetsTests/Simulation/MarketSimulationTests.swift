import Budgets
import Foundation
import LinearAlgebra
import Testing

@Suite struct MarketSimulationTests {
  /// Every tick of random markets against `ScalarMarket`, each from the state the simulation itself was in.
  ///
  /// Counts may differ by one where single precision meets a step of the distribution function, or where a large
  /// variance is expanded (`ck_poisson_quantiles` states how often); everything else follows within rounding.
  @Test func aTickEqualsTheScalarModel() {
    var stream = RandomStream(seed: 77, purpose: .test)
    var tally = Tally()
    for number in 0..<40 {
      let market = Market.random(stream: &stream, channels: 1...4, ticks: 2...8)
      compare(market, seed: UInt64(number) << 33 | 5, lanes: 40..<75, stream: &stream, tally: &tally)
    }
    #expect(tally.counts > 30_000)
    #expect(Double(tally.offByOne) < 0.003 * Double(tally.counts), "\(tally)")
    #expect(tally.farOff == 0, "\(tally)")
    #expect(tally.wrongNumbers == 0, "\(tally)")
    // Both kinds of tick were met, those that the money stopped and those that it did not.
    #expect(tally.stopped > 500 && tally.free > 500, "\(tally)")
  }

  @Test func levelsBesideALadderEndTheProcess() async {
    await #expect(processExitsWith: .failure) { playTwoLanes([0, 0, 0, 9]) }
    await #expect(processExitsWith: .failure) { playTwoLanes([0, -1, 0, 0]) }
    await #expect(processExitsWith: .failure) { playTwoLanes([0, 0, 0]) }
    await #expect(processExitsWith: .success) { playTwoLanes([0, 1, 1, 0]) }
  }

  @Test func episodesBeginWithTheirStationaryLaw() {
    var stream = RandomStream(seed: 78, purpose: .test)
    let market = Market.random(stream: &stream, channels: 2...2, ticks: 5...5)
    let oracle = ScalarMarket(market: market, seed: 3)
    let simulation = MarketSimulation(market: market, lanes: 0..<20, seed: 3)
    let (spread, drift) = (market.randomization, market.drift)
    for episode in 0..<2 {
      simulation.startEpisode()
      for channel in 0..<2 {
        for lane in 0..<20 {
          let z = (0..<7).map {
            normalQuantile(oracle.uniform($0, tick: 5, episode: episode, channel: channel, lane: lane))
          }
          let expected: [(MarketSimulation.Field, Double)] = [
            (.priceShift, spread.price * z[3]), (.volumeShift, spread.volume * z[4]),
            (.responseShift, spread.response * z[5]), (.conversionShift, spread.conversion * z[6]),
            (.price, spread.price * z[3] + drift.price * z[0]),
            (.volume, spread.volume * z[4] + drift.volume * z[1]),
            (.response, spread.response * z[5] + drift.response * z[2]), (.carryOver, 0),
          ]
          for (field, value) in expected {
            #expect(abs(Double(simulation.values(field, channel)[lane]) - value) < 1e-5, "\(field)")
          }
        }
      }
    }
  }

  /// Which lanes share a block changes nothing, to the last bit.
  @Test(arguments: [[0..<53], [0..<16, 16..<53], [0..<7, 7..<40, 40..<53]])
  func lanesDoNotDependOnTheirBlock(blocks: [Range<Int>]) {
    var stream = RandomStream(seed: 79, purpose: .test)
    for number in 0..<8 {
      let market = Market.random(stream: &stream, channels: 1...4, ticks: 3...6)
      let alone = (0..<53).map { MarketSimulation(market: market, lanes: $0..<$0 + 1, seed: UInt64(number)) }
      let cut = blocks.map { MarketSimulation(market: market, lanes: $0, seed: UInt64(number)) }
      for simulation in alone + cut {
        for _ in 0..<2 {
          simulation.startEpisode()
          while simulation.tick < market.ticks { simulation.play(levels: fixedLevels(simulation)) }
        }
      }
      for simulation in cut {
        for (index, lane) in simulation.lanes.enumerated() {
          for field in MarketSimulation.Field.allCases {
            for channel in 0..<simulation.channelCount {
              #expect(simulation.values(field, channel)[index] == alone[lane].values(field, channel)[0])
            }
          }
          #expect(simulation.remaining[index] == alone[lane].remaining[0])
        }
      }
    }
  }

  /// Levels that follow from lane, channel and tick alone.
  private func fixedLevels(_ simulation: MarketSimulation) -> [Int32] {
    let sizes = simulation.market.channels.map(\.levels.count)
    return simulation.lanes.flatMap { lane in
      sizes.enumerated().map { Int32((lane * 7 + $0.offset * 3 + simulation.tick * 5) % $0.element) }
    }
  }

  private func compare(
    _ market: Market, seed: UInt64, lanes: Range<Int>, stream: inout RandomStream, tally: inout Tally
  ) {
    let oracle = ScalarMarket(market: market, seed: seed)
    let simulation = MarketSimulation(market: market, lanes: lanes, seed: seed)
    simulation.startEpisode()
    var history = [[Double]](repeating: [], count: lanes.count * market.channels.count)
    let landscapes = market.channels.map { channel -> AuctionLandscape? in
      if case .auction(let auction) = channel.kind { auction.landscape } else { nil }
    }
    while simulation.tick < market.ticks {
      let before = Snapshot(simulation)
      let levels = lanes.flatMap { _ in
        market.channels.map { Int32(stream.integer(below: $0.levels.count)) }
      }
      simulation.play(levels: levels)
      for lane in 0..<lanes.count {
        let check = LaneCheck(
          oracle: oracle, landscapes: landscapes, simulation: simulation, before: before, lane: lane,
          levels: levels)
        check.run(history: &history, tally: &tally)
      }
    }
  }
}

/// How many counts were compared, and how many were not the oracle's.
struct Tally {
  var counts = 0
  var offByOne = 0
  var farOff = 0
  var wrongNumbers = 0
  var stopped = 0
  var free = 0

  /// Compares a count; true where it is the oracle's.
  @discardableResult mutating func count(_ value: Float, _ expected: Double) -> Bool {
    counts += 1
    let error = abs(Double(value) - expected)
    if error > 0 { offByOne += 1 }
    // From 2^24 on, counts are held to 24 bits; the mean itself is known to some 22.
    if error > 1 + 5e-7 * expected { farOff += 1 }
    return error == 0
  }

  mutating func number(_ value: Float, _ expected: Double, tolerance: Double) {
    if abs(Double(value) - expected) > tolerance * max(abs(expected), 1e-6) { wrongNumbers += 1 }
  }
}

/// The state that a tick starts from.
struct Snapshot {
  private let values: [Float]
  private let channelCount: Int
  private let laneCount: Int
  let remaining: [Float]

  init(_ simulation: MarketSimulation) {
    (channelCount, laneCount) = (simulation.channelCount, simulation.laneCount)
    let count = MarketSimulation.Field.allCases.count * channelCount * laneCount
    values = (0..<count).map { simulation.values(.priceShift)[$0] }
    remaining = (0..<laneCount).map { simulation.remaining[$0] }
  }

  func callAsFunction(_ field: MarketSimulation.Field, _ channel: Int, _ lane: Int) -> Double {
    Double(values[(field.rawValue * channelCount + channel) * laneCount + lane])
  }
}

/// A tick of two lanes of two channels of two levels.
private func playTwoLanes(_ levels: [Int32]) {
  let channels = ["a", "b"].map {
    MediaChannel(
      name: $0,
      kind: .response(
        ResponseChannel(
          spends: [0, 10], adstock: .geometric(retention: 0.3),
          saturation: Hill(maximum: 100, halfSaturation: 20))))
  }
  let simulation = MarketSimulation(
    market: Market(name: "two", ticks: 2, budget: 40, channels: channels), lanes: 0..<2, seed: 1)
  simulation.startEpisode()
  simulation.play(levels: levels.span)
}
