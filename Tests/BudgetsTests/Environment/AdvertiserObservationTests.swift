import Budgets
import Environments
import Foundation
import LinearAlgebra
import Testing

@Suite struct AdvertiserObservationTests {
  /// Every column of the console, over random markets and plays, from a simulation of the same luck in double precision.
  @Test func columnsAreWhatTheAdvertiserSawAgainstWhatTheCalibrationExpected() {
    var stream = RandomStream(seed: 91, purpose: .test)
    var stopped = 0
    for number in 0..<30 {
      let market = Market.random(stream: &stream, channels: 1...4, ticks: 3...9)
      let environment = BudgetAllocation(market: market, observation: .advertiser)
      let lanes = 70
      let field = VectorEnvironment(count: lanes, seed: 4, lanesPerBlock: lanes) { environment }
      let simulation = MarketSimulation(market: market, lanes: 0..<lanes, seed: 4)
      var consoles = (0..<lanes).map { _ in market.channels.map { ScalarConsole($0, market) } }
      field.reset()
      simulation.startEpisode()
      let sizes = environment.actionSpace.branchSizes
      for tick in 0..<market.ticks - 1 {
        let levels = (0..<lanes * sizes.count).map { Int32(stream.integer(below: sizes[$0 % sizes.count])) }
        field.step(actions: levels)
        simulation.play(levels: levels)
        let trafficLeft = market.season[(tick + 1)...].reduce(0, +) / market.season.reduce(0, +)
        for lane in 0..<lanes {
          let left = Double(simulation.remaining[lane]) / market.budget
          if simulation.wasStopped(lane: lane) { stopped += 1 }
          var expected = [
            Double(tick + 1) / Double(market.ticks), market.season[tick + 1], trafficLeft, left,
            min(left / max(trafficLeft, 0.25 / Double(market.ticks)), 4),
          ]
          for channel in sizes.indices {
            let level = Int(levels[lane * sizes.count + channel])
            consoles[lane][channel].observe(
              simulation, lane: lane, channel: channel, level: level, season: market.season[tick])
            expected += consoles[lane][channel].columns
          }
          for (column, value) in expected.enumerated() {
            let seen = Double(field.observations[lane, column])
            #expect(
              abs(seen - value) < 2e-3 * max(1, abs(value)),
              "market \(number), tick \(tick), \(environment.observationLayout.names[column])")
          }
        }
      }
    }
    #expect(stopped > 100)
  }

  /// Consoles do not say whether money stopped a tick: from what is left, no tick that was stopped is taken for free, and
  /// none for stopped in which more was left than one more win of every channel could have cost.
  @Test func whetherMoneyStoppedATickFollowsFromItsResults() {
    var stream = RandomStream(seed: 92, purpose: .test)
    var (stopped, alike, ticks) = (0, 0, 0)
    for _ in 0..<40 {
      let market = Market.random(stream: &stream, channels: 1...4, ticks: 3...9)
      let simulation = MarketSimulation(market: market, lanes: 0..<50, seed: 5)
      simulation.startEpisode()
      let sizes = market.channels.map(\.levels.count)
      for _ in 0..<market.ticks {
        let levels = (0..<50 * sizes.count).map { Int32(stream.integer(below: sizes[$0 % sizes.count])) }
        let before = (0..<50).map { min(Double(simulation.remaining[$0]), market.tickCap ?? .infinity) }
        simulation.play(levels: levels)
        for lane in 0..<50 {
          let (was, mayBe) = (
            simulation.wasStopped(lane: lane), simulation.console.mayHaveBeenStopped(lane: lane)
          )
          #expect(mayBe || !was)
          var left = before[lane]
          var oneMore = Double(simulation.moneyQuantum) * Double(sizes.count + 1)
          for (index, channel) in market.channels.enumerated() {
            left -= Double(simulation.values(.spend, index)[lane])
            guard case .auction(let auction) = channel.kind else { continue }
            oneMore += channel.levels[Int(levels[lane * sizes.count + index])] * auction.priceUnit
          }
          #expect(!mayBe || left <= oneMore * (1 + 1e-6))
          stopped += was ? 1 : 0
          alike += was == mayBe ? 1 : 0
          ticks += 1
        }
      }
    }
    #expect(stopped > 500 && stopped < ticks)
    #expect(Double(alike) > 0.95 * Double(ticks))
  }
}

/// One channel of one advertiser's console, written down once more, in double precision.
private struct ScalarConsole {
  private let channel: MediaChannel
  private let market: Market
  private var wins = 0.0
  private var expectedWins = 0.0
  private var spend = 0.0
  private var expectedSpend = 0.0
  private var clicks = 0.0
  private var outcome = 0.0
  private(set) var columns: [Double] = []

  init(_ channel: MediaChannel, _ market: Market) {
    self.channel = channel
    self.market = market
  }

  /// 1 / (e^s² − 1): the shape of a gamma distribution whose mean and variance are those of a log-normal.
  private func counted(_ deviations: Double...) -> Double {
    min(1 / max(exp(deviations.map { $0 * $0 }.reduce(0, +)) - 1, 1e-3), 1000)
  }

  mutating func observe(
    _ simulation: MarketSimulation, lane: Int, channel index: Int, level: Int, season: Double
  ) {
    func value(_ field: MarketSimulation.Field) -> Double { Double(simulation.values(field, index)[lane]) }
    let (spread, drift) = (market.randomization, market.drift)
    let place = Double(level) / Double(max(channel.levels.count - 1, 1))
    switch channel.kind {
    case .auction(let auction):
      let point = auction.landscape.outcome(bid: channel.levels[level])
      func price(_ level: Int) -> Double {
        let point = auction.landscape.outcome(bid: channel.levels[level])
        let steps =
          auction.pricing == .firstPrice ? channel.levels[level] : point.paid / max(point.winShare, 1e-9)
        return steps * auction.priceUnit
      }
      wins += value(.wins)
      expectedWins +=
        simulation.console.mayHaveBeenStopped(lane: lane)
        ? value(.wins) : season * auction.volume * point.winShare
      spend += value(.spend)
      expectedSpend += value(.wins) * price(level)
      clicks += value(.clicks)
      outcome += value(.outcome)
      let forWins = counted(spread.price, spread.volume, drift.price, drift.volume)
      let forSpend = max(counted(spread.price, drift.price) / 4 * price(channel.levels.count - 1), 1e-20)
      let top = max(channel.levels[channel.levels.count - 1] * auction.priceUnit, 1e-9)
      let forClicks = counted(spread.response, drift.response)
      let forOutcome = counted(spread.conversion)
      let usualClicks = auction.volume * auction.clickRate
      columns = [
        place, value(.wins) / auction.volume,
        value(.spend) / max(value(.wins), 1) / top,
        value(.clicks) / usualClicks, value(.outcome) / (usualClicks * auction.conversionRate),
        log((wins + forWins) / (expectedWins + forWins)),
        log((spend + forSpend) / (expectedSpend + forSpend)),
        log((clicks + forClicks) / (wins * auction.clickRate + forClicks)),
        log((outcome + forOutcome) / (clicks * auction.conversionRate + forOutcome)),
        wins * auction.clickRate / (wins * auction.clickRate + forClicks),
        value(.carryOver) * (auction.fatigue.map { $0.reach * (1 - $0.retention) / auction.volume } ?? 1),
      ]
    case .response(let response):
      let curve = response.saturation
      let stock = value(.carryOver)
      let saturation =
        stock > 0
        ? 1 / (1 + pow(curve.halfSaturation / stock, curve.slope)) : 0
      expectedWins += season * saturation
      outcome += value(.outcome) / curve.maximum
      let forOutcome = counted(spread.response, drift.response) * max(response.noise * response.noise, 1e-4)
      columns = [
        place, 0, 0, 0, value(.outcome) / curve.maximum, 0, 0, 0,
        log((outcome + forOutcome) / (expectedWins + forOutcome)), expectedWins / (expectedWins + forOutcome),
        stock / max(channel.levels[channel.levels.count - 1], 1e-9),
      ]
    }
  }
}
