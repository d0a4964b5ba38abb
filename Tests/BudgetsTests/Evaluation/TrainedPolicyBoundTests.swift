import Budgets
import Environments
import Learning
import LinearAlgebra
import Testing

@Suite struct TrainedPolicyBoundTests {
  /// The certified bound stands above policies that learned from the market itself, as it does above the baselines: five
  /// standard errors of the paired difference, a false alarm below 1e-4 over all 200 markets.
  @Test func standsAboveTrainedPoliciesOnRandomMarkets() throws {
    var stream = RandomStream(seed: 91, purpose: .test)
    for number in 0..<200 {
      let market = Market.random(stream: &stream, channels: 1...4, ticks: 2...10, levels: 2...6)
      let kind: ObservationKind = number % 2 == 0 ? .planner : .advertiser
      let environment = BudgetAllocation(market: market, observation: kind, reward: .expected)
      let lanes = VectorEnvironment(count: 32, seed: UInt64(number)) { environment }
      let learner = DoubleDQN(
        environments: lanes,
        configuration: .init(
          hidden: [32], discount: 1, nStep: 1, batchSize: 64, replayCapacity: 4096, warmupSteps: 512,
          environmentStepsPerUpdate: 16))
      try learner.train(steps: 3072)
      let policy = learner.policy
      let evaluation = MarketEvaluation(market: market, episodes: 64, seed: UInt64(number))
      let entry = MarketEvaluation.Entry("policy") {
        PolicyStrategy(policy: policy, environment: environment)
      }
      let record = evaluation.run([entry])[0]
      #expect(record.violations == 0)
      let bounds = evaluation.bounds()
      let excess = zip(record.expectedReturns, bounds).map { $0 - $1 }
      let mean = excess.reduce(0, +) / 64
      let variance = excess.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 63
      let scale = bounds.reduce(0, +) / 64
      let allowed = 5 * (variance / 64).squareRoot() + 1e-6 * scale
      #expect(mean <= allowed, "market \(number): \(mean) over \(scale)")
    }
  }
}
