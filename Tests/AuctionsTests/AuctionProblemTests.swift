import Applications
import Auctions
import Documents
import Environments
import Foundation
import Learning
import Testing

@Suite struct AuctionProblemTests {
  private let yaml = """
    kind: auctions
    name: small
    drawn: {auctions: 8000, rate: 0.05, price: 30, seed: 3}
    episode: 200
    budget: 0.25
    highest_bid: 120
    """

  private func withFolder(_ body: (String) throws -> Void) throws {
    let path = NSTemporaryDirectory() + "auctions-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    try body(path)
  }

  @Test func aRunsFolderHoldsTheProblem() throws {
    let problem = AuctionProblem(try Placement(yaml: yaml))
    try withFolder { path in
      try problem.write(toRunFolder: path)
      let again = try AuctionProblem(runFolder: path)
      #expect(again.placement.history.values == problem.placement.history.values)
      #expect(again.outline == problem.outline)
    }
  }

  /// What an auction is compared with is the programme's own bid: lanes that played the same until then play it.
  @Test func counterfactualsAreTheProgrammes() throws {
    let problem = AuctionProblem(
      try Placement(yaml: yaml + "\ncreatives: {names: [a, b], segments: 2, spread: 0.5, prior: 4}"))
    let market = PlacementMarket(problem.placement, playsHistory: true)
    let lanes = 8
    let field = VectorEnvironment(count: lanes, seed: 4) {
      PlacementEnvironment(market, hasCounterfactual: true)
    }
    field.reset()
    let actions: [Int32] = (0..<lanes).flatMap { [Int32($0), Int32($0 % 2)] }
    for step in 0..<6 {
      let twin = VectorEnvironment(count: lanes, seed: 4) { PlacementEnvironment(market) }
      twin.reset()
      for _ in 0..<step { twin.step(actions: actions) }
      field.step(actions: actions)
      let counterfactual = try #require(field.results.counterfactual)
      let programme = (0..<2 * lanes).map { counterfactual.actions[$0] }
      #expect((0..<lanes).allSatisfy { problem.placement.bids[Int(programme[2 * $0])] == 1 })
      twin.step(actions: programme)
      for lane in 0..<lanes {
        #expect(counterfactual.rewards[lane] == twin.rewards[lane])
        for column in 0..<twin.environment.observationLayout.size {
          #expect(counterfactual.observations[lane, column] == twin.observations[lane, column])
        }
      }
    }
  }

  @Test func aLogGoesWithTheRun() throws {
    try withFolder { path in
      let log = drawnLog(3000, seed: 50)
      try log.text.write(toFile: path + "/mine.txt", atomically: true, encoding: .utf8)
      let text = yaml.replacing(
        "drawn: {auctions: 8000, rate: 0.05, price: 30, seed: 3}", with: "log: mine.txt\nrate_scale: 2")
      try text.write(toFile: path + "/campaign.yaml", atomically: true, encoding: .utf8)
      let problem = try AuctionProblem(contentsOf: path + "/campaign.yaml")
      #expect(problem.placement.history.values[0] == min(1, log.values[0] * 2))
      try FileManager.default.createDirectory(atPath: path + "/run", withIntermediateDirectories: true)
      try problem.write(toRunFolder: path + "/run")
      let again = try AuctionProblem(runFolder: path + "/run")
      #expect(again.placement.later.values == problem.placement.later.values)
    }
  }

  /// A policy that has learned nothing plays the prior, which is the programme.
  @Test func evaluationSetsAPolicyBesideTheTrade() throws {
    let problem = AuctionProblem(try Placement(yaml: yaml))
    let environment = PlacementEnvironment(PlacementMarket(problem.placement, playsHistory: true))
    let learner = DoubleDQN(
      environments: VectorEnvironment(count: 16, seed: 1) { environment },
      configuration: DoubleDQNConfiguration(hidden: [8], head: .additive))
    let evaluation = try problem.evaluation(of: learner.policy, episodes: 30, seed: 0)
    #expect(evaluation.baselines.map(\.name) == ["lin", "ortb", "rlb", "programme"])
    let share = try #require(evaluation.shareOfBound)
    #expect(share > 0.8 && share <= 1)
    let programme = try #require(evaluation.baselines.last)
    #expect(abs(evaluation.policy.summary.mean - programme.summary.mean) < 0.05 * programme.summary.mean)
    for row in evaluation.baselines { #expect(try #require(row.budgetUsed) <= 1) }
    let document = EvaluationDocument(evaluation)
    let sections = try problem.sections(of: learner.policy, evaluation: document, explanation: nil)
    #expect(sections.map(\.title) == ["Pacing", "Prices"])
    #expect(sections.allSatisfy { $0.html.contains("<svg") })
  }
}
