import Budgets
import Environments
import Foundation
import LinearAlgebra
import Testing

/// One auction channel that says nothing of prices: a level that is off, and one that wins half of 4,000 auctions.
private func market(_ delay: ReportingDelay?, ticks: Int = 12, conversion: Double = 0) -> Market {
  Market(
    name: "late", ticks: ticks, budget: 1e6, randomization: Randomization(conversion: conversion),
    channels: [
      MediaChannel(
        name: "search",
        kind: .auction(
          AuctionChannel(
            volume: 4000, prices: [0, 1, 0, 1], priceUnit: 1e-3, clickRate: 0.05, conversionRate: 0.2,
            delay: delay, bids: [0, 2])))
    ])
}

@Suite struct ReportingDelayTests {
  private static let lanes = 64

  /// By tick, the conversions made and those reported of all lanes, where the channel is on for the first ticks only.
  private func play(
    _ delay: ReportingDelay?, on: Int, ticks: Int = 12
  ) -> (made: [[Double]], reported: [[Double]]) {
    let simulation = MarketSimulation(
      market: market(delay, ticks: ticks), lanes: 0..<Self.lanes, seed: 4)
    var (made, reported): ([[Double]], [[Double]]) = ([], [])
    simulation.startEpisode()
    for tick in 0..<ticks {
      simulation.play(levels: [Int32](repeating: tick < on ? 1 : 0, count: Self.lanes).span)
      made.append((0..<Self.lanes).map { Double(simulation.values(.outcome)[$0]) })
      reported.append((0..<Self.lanes).map { simulation.results(lane: $0).channels[0].conversions })
    }
    return (made, reported)
  }

  /// What is made is the same to the bit whatever the delay; a table with one entry shifts it, that entry being the first
  /// changes nothing.
  @Test func certainDelaysShiftWhatIsReported() {
    let prompt = play(nil, on: 12)
    #expect(prompt.reported == prompt.made && prompt.made.flatMap { $0 }.reduce(0, +) > 10_000)
    #expect(play(.shares([1]), on: 12).reported == prompt.made)
    let late = play(.shares([0, 0, 1]), on: 12)
    #expect(late.made == prompt.made)
    #expect(Array(late.reported[2...]) == Array(prompt.made[..<10]))
    #expect(late.reported[0].allSatisfy { $0 == 0 } && late.reported[1].allSatisfy { $0 == 0 })
    #expect(play(.geometric(mean: 8), on: 12).made == prompt.made)
  }

  /// All conversions arrive, lane by lane, and never one before it is made.
  @Test func everyConversionIsReportedOnce() {
    let (made, reported) = play(.shares([0.4, 0.3, 0.2, 0.1]), on: 6)
    for lane in 0..<Self.lanes {
      var (sum, shown) = (0.0, 0.0)
      for tick in 0..<12 {
        sum += made[tick][lane]
        shown += reported[tick][lane]
        #expect(shown <= sum)
        if tick >= 8 { #expect(shown == sum) }
      }
    }
  }

  /// Of the conversions of one tick, the shares reported in each later tick. Eighteen comparisons of 4.5 standard deviations
  /// each: a false alarm in 8,000 runs.
  @Test(arguments: [ReportingDelay.shares([0.4, 0.3, 0.2, 0.1]), .geometric(mean: 2)])
  func sharesAreAsDescribed(delay: ReportingDelay) {
    let (made, reported) = play(delay, on: 1)
    let total = made[0].reduce(0, +)
    #expect(total > 1000)
    for tick in 0..<9 {
      let share =
        switch delay {
        case .shares(let shares): tick < shares.count ? shares[tick] : 0
        case .geometric(let mean): pow(mean / (1 + mean), Double(tick)) / (1 + mean)
        }
      let deviation = (share * (1 - share) / total).squareRoot()
      #expect(abs(reported[tick].reduce(0, +) / total - share) <= 4.5 * deviation, "tick \(tick)")
    }
  }

  /// Episodes start with nothing on its way, and lanes do not depend on how they are cut into blocks.
  @Test func episodesAndBlocksAreApart() {
    let late = market(.geometric(mean: 5), ticks: 4)
    let whole = MarketSimulation(market: late, lanes: 0..<8, seed: 9)
    let part = MarketSimulation(market: late, lanes: 5..<8, seed: 9)
    for _ in 0..<2 {
      whole.startEpisode()
      part.startEpisode()
      var sums = [Double](repeating: 0, count: 8)
      for _ in 0..<4 {
        whole.play(levels: [Int32](repeating: 1, count: 8).span)
        part.play(levels: [Int32](repeating: 1, count: 3).span)
        for lane in 0..<8 { sums[lane] += Double(whole.values(.outcome)[lane]) }
        for lane in 0..<8 { sums[lane] -= whole.results(lane: lane).channels[0].conversions }
        for lane in 0..<3 { #expect(part.results(lane: lane) == whole.results(lane: 5 + lane)) }
      }
      #expect(sums.allSatisfy { $0 >= 0 } && sums.contains { $0 > 0 })
    }
  }

  /// The belief's forecast of the conversion factor is a martingale: over episodes its mean stays that of the prior. The rate
  /// that counts each tick's reports as all of its clicks' is far too low. A false alarm in 150,000 runs.
  @Test(arguments: [ReportingDelay.geometric(mean: 4), .shares([0.1, 0.2, 0.3, 0.4])])
  func beliefsExpectOnlyWhatShouldHaveBeenReported(delay: ReportingDelay) throws {
    let late = market(delay, ticks: 6, conversion: 0.5)
    let environment = BudgetAllocation(market: late)
    let names = environment.observationLayout.names
    let mean = try #require(names.firstIndex(of: "search/conversion"))
    let deviation = try #require(names.firstIndex(of: "search/conversion_deviation"))
    let count = 2048
    let lanes = VectorEnvironment(count: count, seed: 2, threads: 1) { environment }
    lanes.reset()
    var spreads: [Double] = []
    for tick in 0..<5 {
      lanes.step(actions: [Int32](repeating: tick < 3 ? 1 : 0, count: count))
      let factors = (0..<count).map { lane -> Double in
        let row = lanes.observations.view.row(lane)
        return exp(Double(row[mean]) + 0.5 * Double(row[deviation] * row[deviation]))
      }
      let average = factors.reduce(0, +) / Double(count)
      let variance = factors.reduce(0) { $0 + ($1 - average) * ($1 - average) } / Double(count - 1)
      #expect(abs(average - exp(0.125)) < 4.5 * (variance / Double(count)).squareRoot(), "tick \(tick)")
      spreads.append(variance)
    }
    // Much is learned: most of the factor's variance, e^.25 (e^.25 − 1) = .365, is known in the end.
    #expect(spreads[4] > 0.25 && spreads[0] < spreads[2] && spreads[2] < spreads[4])

    let simulation = MarketSimulation(market: late, lanes: 0..<count, seed: 2)
    var (shown, clicks) = (0.0, 0.0)
    simulation.startEpisode()
    for _ in 0..<3 {
      simulation.play(levels: [Int32](repeating: 1, count: count).span)
      for lane in 0..<count {
        let results = simulation.results(lane: lane).channels[0]
        shown += results.conversions
        clicks += results.clicks
      }
    }
    #expect(shown / (clicks * 0.2) < 0.6 * exp(0.125))
  }
}
