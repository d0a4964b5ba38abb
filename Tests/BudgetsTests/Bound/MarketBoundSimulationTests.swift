import Budgets
import LinearAlgebra
import Testing

@Suite struct MarketBoundSimulationTests {
  /// No strategy's mean exceeds the mean bound by more than five standard errors of their paired difference: a false
  /// alarm has a probability below 1e-3 over all markets and strategies even where a strategy attains the bound.
  @Test func standsAboveEveryBaselineOnRandomMarkets() {
    var stream = RandomStream(seed: 2026, purpose: .test)
    for number in 0..<200 {
      let market = Market.random(stream: &stream, channels: 1...4, ticks: 1...12, levels: 2...6)
      let evaluation = MarketEvaluation(market: market, episodes: 64, seed: UInt64(number))
      let bounds = evaluation.bounds()
      let entries = Baselines(market).entries
      for (entry, record) in zip(entries, evaluation.run(entries)) {
        let excess = zip(record.expectedReturns, bounds).map { $0 - $1 }
        let mean = excess.reduce(0, +) / Double(excess.count)
        let variance = excess.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(excess.count - 1)
        let scale = bounds.reduce(0, +) / Double(bounds.count)
        let allowed = 5 * (variance / Double(excess.count)).squareRoot() + 1e-6 * scale
        #expect(mean <= allowed, "market \(number), \(entry.name): \(mean) over \(scale)")
      }
    }
  }

  /// The bound counts on the landscape's mean prices: five standard errors, a false alarm in a million.
  @Test(arguments: [AuctionChannel.Pricing.secondPrice, .firstPrice])
  func fewWinsPayTheMeanPrice(pricing: AuctionChannel.Pricing) {
    let channel = AuctionChannel(
      volume: 3, prices: (0...300).map { $0 == 80 ? 400 : 1 }, priceUnit: 1, pricing: pricing, clickRate: 0.1,
      conversionRate: 0.1, bids: [0, 90])
    let market = Market(
      name: "few", ticks: 1, budget: 1e5, channels: [MediaChannel(name: "a", kind: .auction(channel))])
    let lanes = 40_000
    let simulation = MarketSimulation(market: market, lanes: 0..<lanes, seed: 3)
    simulation.startEpisode()
    let levels = [Int32](repeating: 1, count: lanes)
    levels.withUnsafeBufferPointer { levels in
      if let levels = levels.baseAddress { simulation.play(levels: levels) }
    }
    let (won, paid, _) = channel.landscape.outcome(bid: 90)
    let price = pricing == .firstPrice ? 90 : paid / won
    var (sum, squares) = (0.0, 0.0)
    for lane in 0..<lanes {
      let excess = Double(simulation.values(.spend)[lane]) - price * Double(simulation.values(.wins)[lane])
      sum += excess
      squares += excess * excess
    }
    // Spend is rounded down to a quantum of at most 2^-21 of the budget.
    #expect(abs(sum / Double(lanes)) <= 5 * squares.squareRoot() / Double(lanes) + 0.05)
  }
}
