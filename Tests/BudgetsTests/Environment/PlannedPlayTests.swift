import Budgets
import Environments
import LinearAlgebra
import Testing

@Suite struct PlannedPlayTests {
  /// Who plays the plan finds the counterfactual to be what happened, to the last bit; who plays something else does not.
  @Test func theCounterfactualOfThePlanIsThePlan() throws {
    let market = try Market.bundled("nine-campaigns")
    let environment = BudgetAllocation(market: market, reward: .expected, counterfactual: true)
    let plannedColumns = environment.observationLayout.names.indices.filter {
      environment.observationLayout.names[$0].hasSuffix("/planned_level")
    }
    let sizes = environment.actionSpace.branchSizes
    let lanes = VectorEnvironment(count: 24, seed: 5) { environment }
    var actions = [Int32](repeating: 0, count: 24 * sizes.count)
    lanes.reset()
    for tick in 0..<market.ticks {
      let disturbed = tick % 3 == 2
      for lane in 0..<24 {
        for (branch, column) in plannedColumns.enumerated() {
          let planned = (lanes.observations[lane, column] * Float(sizes[branch] - 1)).rounded()
          actions[lane * sizes.count + branch] = disturbed ? 0 : Int32(planned)
        }
      }
      lanes.step(actions: actions)
      let counterfactual = try #require(lanes.results.counterfactual)
      var differences = 0
      for lane in 0..<24 {
        if lanes.rewards[lane] != counterfactual.rewards[lane] { differences += 1 }
        guard !disturbed else { continue }
        for branch in sizes.indices {
          #expect(
            counterfactual.actions[lane * sizes.count + branch] == actions[lane * sizes.count + branch])
        }
        guard tick < market.ticks - 1 else { continue }
        for column in 0..<environment.observationLayout.size {
          #expect(counterfactual.observations[lane, column] == lanes.observations[lane, column])
        }
      }
      #expect(disturbed ? differences > 12 : differences == 0)
    }
  }

  /// What is observed of channels whose rates are unknown moves their forecast, but not its mean.
  ///
  /// 2,000 episodes of a channel whose click rate is unknown: the mean plan value before and after a tick that cost
  /// nothing may differ by 4 standard errors (false alarms: 6 in 100,000).
  @Test func lookingDoesNotRaiseTheForecast() {
    let channel = MediaChannel(
      name: "a",
      kind: .auction(
        AuctionChannel(
          volume: 40, prices: [1], priceUnit: 1e-9, clickRate: 0.05, conversionRate: 1, bids: [0, 300])))
    let market = Market(
      name: "looking", ticks: 6, season: [Double](repeating: 1, count: 6), budget: 1, objective: .conversions,
      drift: Drift(persistence: 0, price: 0, volume: 0, response: 0),
      randomization: Randomization(price: 0, volume: 0, response: 1, conversion: 0), channels: [channel])
    let environment = BudgetAllocation(market: market, reward: .expected)
    let value = environment.observationLayout.names.firstIndex(of: "plan/value") ?? 0
    let count = 2000
    let lanes = VectorEnvironment(count: count, seed: 9) { environment }
    let actions = [Int32](repeating: 1, count: count)
    lanes.reset()
    // Forecasts are per remaining tick, so that they can be compared across ticks.
    let before = Double(lanes.observations[0, value]) / 6
    lanes.step(actions: actions)
    let after = (0..<count).map { Double(lanes.observations[$0, value]) / 5 }
    let mean = after.reduce(0, +) / Double(count)
    let variance = after.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count - 1)
    #expect(variance > 0.1 * before * before)
    #expect(abs(mean - before) < 4 * (variance / Double(count)).squareRoot())
  }
}
