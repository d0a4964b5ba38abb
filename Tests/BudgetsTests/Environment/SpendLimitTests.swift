import Budgets
import LinearAlgebra
import Testing

/// Rules that hold in every tick of every market, whatever is played: not within a tolerance but exactly.
@Suite struct SpendLimitTests {
  @Test func moneyAndLimitsAreNeverExceeded() {
    var stream = RandomStream(seed: 80, purpose: .test)
    var stoppedTicks = 0
    for number in 0..<60 {
      let market = Market.random(stream: &stream, channels: 1...4, ticks: 1...10)
      var strategies = Baselines(market).entries.map { $0.make() }
      strategies.append(RandomStrategy(market: market, seed: UInt64(number)))
      strategies.append(UniformStrategy(market: market, level: .max))
      for strategy in strategies {
        let simulation = MarketSimulation(market: market, lanes: 3..<22, seed: UInt64(number))
        for _ in 0..<2 {
          stoppedTicks += play(strategy, simulation)
        }
      }
    }
    #expect(stoppedTicks > 10_000)
  }

  /// Plays an episode and checks every tick; returns in how many lanes and ticks the money stopped the auctions.
  private func play(_ strategy: any MarketStrategy, _ simulation: MarketSimulation) -> Int {
    let market = simulation.market
    let sizes = market.channels.map(\.levels.count)
    var levels = [Int32](repeating: -1, count: simulation.laneCount * sizes.count)
    var spent = [Double](repeating: 0, count: simulation.laneCount)
    var stopped = 0
    simulation.startEpisode()
    strategy.startEpisode(simulation.console)
    while simulation.tick < market.ticks {
      let before = (0..<simulation.laneCount).map { simulation.remaining[$0] }
      strategy.choose(simulation.console, levels: &levels)
      let allowed = levels.enumerated().allSatisfy { $1 >= 0 && $1 < sizes[$0 % sizes.count] }
      #expect(allowed)
      simulation.play(levels: levels)
      strategy.observe(simulation.console)
      for lane in 0..<simulation.laneCount {
        let tickSpend = (0..<sizes.count).reduce(0.0) { $0 + Double(simulation.values(.spend, $1)[lane]) }
        spent[lane] += tickSpend
        #expect(tickSpend <= market.tickCap ?? .infinity)
        #expect(spent[lane] <= market.budget)
        // Sums of the money quantum are exact, so what is left is what was not spent, to the last bit.
        #expect(Double(before[lane]) - Double(simulation.remaining[lane]) == tickSpend)
        #expect(simulation.remaining[lane] >= 0)
        stopped += simulation.wasStopped(lane: lane) ? 1 : 0
        for channel in market.channels.indices {
          checkChannel(simulation, channel, lane, level: Int(levels[lane * sizes.count + channel]))
        }
      }
    }
    return stopped
  }

  private func checkChannel(_ simulation: MarketSimulation, _ index: Int, _ lane: Int, level: Int) {
    let channel = simulation.market.channels[index]
    let amount = Float(channel.levels[level])
    let spend = simulation.values(.spend, index)[lane]
    let quantum = simulation.moneyQuantum
    #expect(spend >= 0 && (spend / quantum).rounded() * quantum == spend)
    #expect(channel.levels.first == channel.ladder[channel.minimumLevel])
    #expect(channel.levels.last == channel.ladder[channel.maximumLevel])
    switch channel.kind {
    case .auction(let auction):
      let wins = simulation.values(.wins, index)[lane]
      let clicks = simulation.values(.clicks, index)[lane]
      let outcome = simulation.values(.outcome, index)[lane]
      #expect(
        wins >= 0 && wins.rounded() == wins && clicks.rounded() == clicks && outcome.rounded() == outcome)
      #expect(clicks <= wins && outcome <= clicks && outcome >= 0)
      // No win costs more than its bid.
      #expect(spend <= wins * amount * Float(auction.priceUnit) * (1 + 1e-6))
    case .response:
      #expect(spend <= amount)
      if !simulation.wasStopped(lane: lane) { #expect(spend > amount - quantum - amount * 1e-6) }
    }
  }
}

/// Levels drawn at random.
final class RandomStrategy: MarketStrategy {
  private let sizes: [Int]
  private var stream: RandomStream

  init(market: Market, seed: UInt64) {
    sizes = market.channels.map(\.levels.count)
    stream = RandomStream(seed: seed, purpose: .test, lane: 1)
  }

  func choose(_ console: AdvertiserConsole, levels: UnsafeMutablePointer<Int32>) {
    for index in 0..<console.laneCount * sizes.count {
      levels[index] = Int32(stream.integer(below: sizes[index % sizes.count]))
    }
  }
}
