import Budgets
import Testing

@Suite struct ForcedStrategyTests {
  private var market: Market {
    Market(
      name: "two", ticks: 3, budget: 100,
      channels: ["a", "b"].map { name in
        MediaChannel(
          name: name,
          kind: .response(
            ResponseChannel(spends: [0, 4, 9], saturation: Hill(maximum: 10, halfSaturation: 5))))
      })
  }

  private func spends(_ make: @escaping @Sendable (Market) -> any MarketStrategy) -> [[Double]] {
    let (market, meter) = (market, PlayMeter(market: market))
    _ = MarketEvaluation(market: market, episodes: 40, seed: 1).run([
      .init("x", meter: meter) { make(market) }
    ])
    return meter.meanSpend
  }

  @Test func metersAndForces() {
    #expect(spends { UniformStrategy(market: $0, level: 1) } == [[4, 4], [4, 4], [4, 4]])
    #expect(
      spends { ForcedStrategy(UniformStrategy(market: $0, level: 1), channel: 1, level: 2, tick: 1) }
        == [[4, 4], [4, 9], [4, 4]])
    #expect(
      spends { ForcedStrategy(UniformStrategy(market: $0, level: 1), channel: 0, level: 0) }
        == [[0, 4], [0, 4], [0, 4]])
  }
}
