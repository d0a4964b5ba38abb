import Budgets
import LinearAlgebra
import Testing

/// Episodes in markets that the market's history might as well come from.
@Suite struct PosteriorPlayTests {
  private let adstocks: [Adstock] = [
    .none, .geometric(retention: 0.6), .weibull(shape: 2, scale: 2, length: 5),
    .weibull(shape: 1.3, scale: 3, length: 8),
  ]

  private func posterior(draws: Int) -> PosteriorDraws {
    var stream = RandomStream(seed: 5, purpose: .test)
    func number(_ low: Double, _ high: Double) -> Double { low + (high - low) * Double(stream.uniform()) }
    func response() -> ResponseChannel {
      ResponseChannel(
        spends: [0, 1, 2, 4, 6], adstock: adstocks[stream.integer(below: 4)],
        saturation: Hill(
          maximum: number(5, 40), halfSaturation: number(1, 8), slope: number(0.7, 2.5)), noise: 0.2)
    }
    let market = Market(
      name: "shop", ticks: 12, season: (0..<12).map { _ in number(0.5, 1.5) }, budget: 60,
      objective: .revenue,
      drift: Drift(persistence: 0.9, response: 0.2), randomization: Randomization(response: 0.4),
      channels: (0..<3).map { MediaChannel(name: "\($0)", kind: .response(response())) })
    let draws = (0..<draws).map { _ in
      market.channels.map { channel -> ResponseChannel in
        guard case .response(var drawn) = channel.kind else { return response() }
        let other = response()
        (drawn.adstock, drawn.saturation) = (other.adstock, other.saturation)
        return drawn
      }
    }
    return PosteriorDraws(market: market, draws: draws)
  }

  /// Lane by lane and episode by episode, what is played is the posterior draw that is due, and the adstock shown to the
  /// advertiser that of the market he knows.
  @Test func lanesPlayTheMarketsInTurn() {
    let set = posterior(draws: 5)
    let mixed = MarketSimulation(market: set.market, lanes: 3..<20, seed: 8, posterior: set)
    let alone = (0..<5).map { MarketSimulation(market: set[$0], lanes: 3..<20, seed: 8) }
    var known = set.market
    known.randomization.response = 0
    let believed = MarketSimulation(market: known, lanes: 3..<20, seed: 8)
    for episode in 0..<3 {
      for simulation in [mixed, believed] + alone { simulation.startEpisode() }
      for tick in 0..<12 {
        let levels = (0..<17).flatMap { lane in (0..<3).map { Int32((lane + tick * $0 + 2 * $0) % 5) } }
        for simulation in [mixed, believed] + alone { simulation.play(levels: levels) }
        for channel in 0..<3 {
          for lane in 0..<17 {
            let world = alone[(3 + lane + episode) % 5]
            for field in [MarketSimulation.Field.outcome, .expectedOutcome, .spend] {
              let (own, other) = (mixed.values(field, channel)[lane], world.values(field, channel)[lane])
              #expect(abs(own - other) <= 2e-5 * max(abs(other), 1e-3), "\(field) of lane \(lane) in \(tick)")
            }
            let stock = believed.values(.carryOver, channel)[lane]
            #expect(abs(mixed.values(.carryOver, channel)[lane] - stock) <= 1e-5 * max(stock, 1e-3))
          }
        }
      }
    }
  }

  /// Given an episode's path, outcomes are expected without chance, so the bound holds episode by episode.
  @Test func theBoundHoldsInEveryMarket() {
    let set = posterior(draws: 7)
    let evaluation = MarketEvaluation(market: set.market, episodes: 50, seed: 3, posterior: set)
    let bounds = evaluation.bounds()
    let entries = Baselines(set.market).entries
    for (entry, record) in zip(entries, evaluation.run(entries)) {
      #expect(record.violations == 0)
      for (own, bound) in zip(record.expectedReturns, bounds) {
        #expect(own <= bound * (1 + 1e-5), "\(entry.name)")
      }
    }
  }

  @Test func halvesShareNoMarket() {
    let set = posterior(draws: 9)
    #expect(set.training.count == 5 && set.heldOut.count == 4)
    for draw in set.heldOut.draws { #expect(!set.training.draws.contains(draw)) }
    #expect(posterior(draws: 1).heldOut.count == 1)
  }
}
