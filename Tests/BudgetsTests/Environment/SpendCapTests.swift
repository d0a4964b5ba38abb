import Budgets
import Environments
import Learning
import LinearAlgebra
import NeuralNetworks
import Testing

/// What observations say of costs, and policies that keep to it.
@Suite struct SpendCapTests {
  /// Channels whose costs are certain: a level costs what it spends.
  private var market: Market {
    let channels = (0..<3).map { index in
      MediaChannel(
        name: "channel \(index)",
        kind: .response(
          ResponseChannel(
            spends: [0, 10, 25, 40], adstock: .geometric(retention: 0.3),
            saturation: Hill(maximum: 100 + 50 * Double(index), halfSaturation: 20))))
    }
    return Market(
      name: "certain", ticks: 5, budget: 250, tickCap: 60, randomization: Randomization(response: 0.5),
      channels: channels)
  }

  @Test func costsAreThoseOfTheLevelsAndTheBudgetIsWhatATickMaySpend() throws {
    let environment = BudgetAllocation(market: market, observation: .plannerCosts)
    let spend = try #require(environment.observationLayout.spend)
    let (costs, budget) = (spend.costs, spend.budget)
    #expect(environment.observationLayout.names[budget] == "spendable")
    #expect(environment.observationLayout.names[costs.lowerBound + 5] == "cost/channel 1/level_1")
    #expect(environment.observationLayout.prior == costs.upperBound..<environment.observationLayout.size)
    let lanes = VectorEnvironment(count: 4, seed: 1) { environment }
    lanes.reset()
    // Money is counted in mean ticks' budgets of 50: 50 is spent in each tick, so of 250 enough is always left.
    for tick in 0..<5 {
      for lane in 0..<4 {
        #expect(abs(lanes.observations[lane, budget] - min(60, 250 - 50 * Float(tick)) / 50) < 1e-5)
        for (place, spend) in [0, 10, 25, 40, 0, 10, 25, 40, 0, 10, 25, 40].enumerated() {
          #expect(abs(lanes.observations[lane, costs.lowerBound + place] - Float(spend) / 50) < 1e-5)
        }
      }
      lanes.step(actions: (0..<4).flatMap { _ in [2, 0, 2] as [Int32] })
    }
  }

  /// Random values ask for more than a tick may spend; the policy of an additive head stays within it, exactly.
  @Test func policiesUnderACapAreNeverStoppedAtTheMoney() throws {
    let environment = BudgetAllocation(market: market, observation: .plannerCosts)
    for capped in [true, false] {
      let shape = NetworkShape(
        layout: environment.observationLayout.keeping(prior: true, spend: capped), hidden: [8],
        branchSizes: [4, 4, 4], aggregation: .additive)
      var stream = RandomStream(seed: 5, purpose: .test)
      let policy = Policy(
        shape: shape,
        weights: (0..<shape.parameterCount).map { _ in 40 * (stream.uniform() - 0.5) },
        normalizer: ObservationNormalizer(identity: shape.observationSize))
      let strategy = PolicyStrategy(policy: policy, environment: environment)
      let simulation = MarketSimulation(market: market, lanes: 0..<40, seed: 3)
      simulation.startEpisode()
      strategy.startEpisode(simulation.console)
      var levels = [Int32](repeating: 0, count: 120)
      var (stops, spent) = (0, 0)
      for _ in 0..<5 {
        strategy.choose(simulation.console, levels: &levels)
        simulation.play(levels: levels)
        strategy.observe(simulation.console)
        for lane in 0..<40 {
          stops += simulation.wasStopped(lane: lane) ? 1 : 0
          spent += levels[3 * lane..<3 * lane + 3].contains { $0 > 0 } ? 1 : 0
        }
      }
      #expect(spent > 100 && (stops > 0) != capped)
    }
  }
}
