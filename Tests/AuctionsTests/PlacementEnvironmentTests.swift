import Auctions
import Environments
import Learning
import LinearAlgebra
import Testing

@Suite struct PlacementEnvironmentTests {
  @Test func environmentKeepsItsRules() throws {
    for more in [
      "", "pricing: first-price", "frequency: {visitors: 20, cap: 1}\nbids: [0, 1, 3]",
      "creatives: {names: [a, b, c], segments: 3, spread: 0.5}\nclick_delay: 10",
    ] {
      let market = PlacementMarket(try smallPlacement(more), playsHistory: true)
      let environment = PlacementEnvironment(market)
      #expect(environment.observationLayout.fault(for: environment.actionSpace) == nil)
      let lanes = VectorEnvironment(count: 4, seed: 1) { environment }
      lanes.reset()
      var stream = RandomStream(seed: 5, purpose: .test)
      var (ended, total) = (0, 0.0)
      for _ in 0..<450 {
        let actions = (0..<4).flatMap { _ in
          environment.actionSpace.branchSizes.map { Int32(stream.integer(below: $0)) }
        }
        lanes.step(actions: actions)
        for lane in 0..<4 {
          for column in 0..<environment.observationLayout.size {
            #expect(lanes.observations[lane, column].isFinite)
          }
          #expect(lanes.observations[lane, 1] >= 0 && lanes.observations[lane, 1] <= 1)
          ended += lanes.terminated[lane] ? 1 : 0
          total += Double(lanes.rewards[lane])
        }
      }
      #expect(ended == 8)
      #expect(total > 0)
    }
  }

  /// What `evaluate` plays with the programme's own choices is what the programme's strategy plays.
  @Test func strategiesMeetTheEpisodesOfEvaluate() throws {
    let market = PlacementMarket(try smallPlacement(), playsHistory: false)
    let environment = PlacementEnvironment(market)
    let one = Int32(try #require(market.placement.bids.firstIndex(of: 1)))
    let played = evaluate(environment, episodes: 12, seed: 9) { observations, actions in
      for row in 0..<observations.rows { actions[row] = one }
    }
    let programme = try #require(market.strategies.first { $0.name == "programme" })
    let ends = market.episodes(of: programme, episodes: 12, seed: 9)
    for (left, right) in zip(played.returns, ends) { #expect(abs(left - right.value) < 1e-4) }
  }
}
