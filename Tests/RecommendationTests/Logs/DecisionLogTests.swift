import Documents
import Learning
import LinearAlgebra
import Testing

import Recommendation

struct DecisionLogTests {
  /// What a shop logs under random play says, by inverse propensities, what showing the visitor's own views earns: within
  /// four standard errors of what it earns when played (false alarms: 6 in 100,000).
  @Test func loggedDecisionsValueAnotherPolicy() throws {
    let world = ShopWorld(seed: 1)
    let log = DecisionLog(
      world, visits: 400, seed: 5, model: "random", ranking: PlackettLuce(temperature: 1)
    ) { _, scores in scores.update(repeating: 0) }
    let table = try CSVTable(bytes: Array(log.csv.utf8), path: "log.csv")
    let read = try RecommendationLog(
      table,
      columns: .init(
        action: "action", reward: "reward", propensity: "propensity", context: []))
    #expect(read.count == log.count)
    #expect(read.propensities.allSatisfy { abs($0 - 0.1) < 1e-6 })
    let views = try world.names.map { try table.numbers(of: "x:log_views:\($0)") }
    let targets = (0..<read.count).map { row in
      let best = views.indices.max { views[$0][row] < views[$1][row] }
      return best == read.decisions[row].arm ? 1.0 : 0
    }
    let estimate = OffPolicyEstimate.inversePropensity(
      OffPolicySample(
        rewards: read.rewards.map { Double($0) }, propensities: read.propensities, targets: targets))
    let played = ShopLog(world, visitors: 400, seed: 6) { visitor, _ in
      let arm = visitor.history.views.indices.max { visitor.history.views[$0] < visitor.history.views[$1] }
      return BanditDecision(arm: arm ?? 0, propensity: 1)
    }
    let other = (played.clickRateInterval.upperBound - played.clickRateInterval.lowerBound) / 3.92
    #expect(
      abs(estimate.value - played.clickRate)
        < 4 * (estimate.standardError * estimate.standardError + other * other).squareRoot())
  }

  @Test func slatesHaveAColumnPerPosition() throws {
    let world = LongTermSatisfaction()
    let log = DecisionLog(
      world, visits: 3, seed: 1, model: "clickbait", ranking: PlackettLuce(temperature: 0.3)
    ) { row, scores in
      for candidate in 0..<scores.count { scores[candidate] = row[3 + candidate] }
    }
    let table = try CSVTable(bytes: Array(log.csv.utf8), path: "log.csv")
    #expect(log.count == 180)
    #expect(table.rowCount == 180)
    let first = try table.numbers(of: "action:0")
    let second = try table.numbers(of: "action:1")
    #expect(zip(first, second).allSatisfy { $0 != $1 })
    let chances = try table.numbers(of: "propensity:0")
    for row in 0..<table.rowCount {
      let scores = try (0..<20).map { try table.numbers(of: "x:clickbait:\($0)")[row] }
      let weights = scores.map { Double(ScalarKernels.exp(Float($0) / 0.3)) }
      #expect(abs(chances[row] - weights[Int(first[row])] / weights.reduce(0, +)) < 1e-4)
    }
  }
}
