import Applications
import Documents
import Environments
import Foundation
import Learning
import LinearAlgebra
import Testing

import Pricing

@Suite struct BidPriceTrainingTests {
  /// What `train --algorithm bid-prices` makes is a policy of the usual kind that earns, season by season, what the bid
  /// prices earn that it was made of.
  @Test func aPolicyPlaysTheBidPricesItHolds() throws {
    let problem = try PricingProblem(bundled: "hub-and-four-spokes")
    let algorithm = try #require(problem.algorithms.first)
    #expect(algorithm.name == "bid-prices" && problem.preset(for: algorithm) != nil)
    var options = PricingProblem.Options()
    options.requests = true
    let environment = try #require(try problem.environment(options) as? PricingEnvironment)
    var configuration = BidPriceLearner.Configuration()
    (configuration.hidden, configuration.seasons, configuration.passes) = ([8, 4], 8, 3)
    let steps = 3 * 8 * problem.periods
    let learner = try configuration.learner(
      of: environment, seat: LearnerSeat(lanes: 1, seed: 1, steps: steps, threads: 1), from: nil)
    var reports: [TrainingProgress] = []
    try learner.train(steps: steps) {
      reports.append($0)
      return .proceed
    }
    #expect(
      learner.steps == steps && reports.count == 3 && reports.allSatisfy { $0.meanReturn ?? 0 > 10_000 })
    let policy = try #require(learner.trained.network)
    let prices = try #require(environment.simulation.prices)
    let direct = BidPriceLearner([prices], configuration: configuration)
    direct.run()
    let revenues = direct.policy().revenues(seasons: 40, seed: evaluationSeed(3))
    let returns = evaluate(policy, in: environment, episodes: 40, seed: 3).returns
    // Ties within rounding may go the other way in a season or two.
    #expect(zip(revenues, returns).count { abs($0 - $1) < 1e-3 * $0 } >= 38)
    let untrained = evaluate(
      DoubleDQN(
        environments: VectorEnvironment(count: 1, seed: 1) { environment },
        configuration: DoubleDQNConfiguration(hidden: [4], head: .additive)
      ).policy, in: environment, episodes: 40, seed: 3
    ).returns
    let relaxation = BidPricePolicy(prices: prices).revenues(seasons: 40, seed: evaluationSeed(3))
    #expect(zip(relaxation, untrained).count { abs($0 - $1) < 1e-3 * $0 } >= 38)
    // A policy's metadata say how it is shown the problem.
    #expect(try problem.environment(of: policy).observationLayout == environment.observationLayout)
  }

  @Test func whatCannotBeLearnedIsRefused() throws {
    let scarf = try PricingProblem(bundled: "scarf-season")
    var options = PricingProblem.Options()
    options.requests = true
    #expect(throws: InputError.self) { try scarf.environment(options) }
    let seat = LearnerSeat(lanes: 1, seed: 1, steps: 100, threads: 1)
    let plain = try scarf.environment(.init())
    #expect(throws: InputError.self) {
      try BidPriceLearner.Configuration().learner(of: plain, seat: seat, from: nil)
    }
    #expect(!scarf.algorithms.contains { $0.name == "bid-prices" })
  }

  /// A record of decisions tells what was seen and with which probability each price was asked.
  @Test func decisionsAreRecordedWithTheirProbabilities() throws {
    let problem = try PricingProblem(bundled: "scarf-season")
    let environment = try problem.environment(.init())
    func policy<E: Environment>(_ environment: E) -> Policy {
      DoubleDQN(
        environments: VectorEnvironment(count: 1, seed: 1) { environment },
        configuration: DoubleDQNConfiguration(hidden: [4], head: .additive)
      ).policy
    }
    let text = try problem.record(of: .network(policy(environment)), exploration: 0.3, episodes: 20, seed: 2)
    let table = try CSVTable(bytes: Array(text.utf8), path: "record.csv")
    #expect(table.rowCount == 20 * problem.periods)
    #expect(table.header.suffix(3) == ["action", "propensity", "reward"] && table.column("x:time") != nil)
    let propensities = try table.numbers(of: "propensity")
    let any = 0.3 / Double(problem.choiceCount(0))
    let best = propensities.filter { $0 > 0.5 }
    #expect(propensities.allSatisfy { abs($0 - any) < 1e-6 || abs($0 - (0.7 + any)) < 1e-6 })
    // 800 decisions: five standard deviations, false alarms in 6e-7 of runs.
    #expect(abs(Double(best.count) / Double(propensities.count) - 0.7 - any) < 5 * (0.25 / 800).squareRoot())
  }
}
