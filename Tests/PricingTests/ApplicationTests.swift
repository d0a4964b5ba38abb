import Applications
import Documents
import Environments
import Foundation
import Learning
import Pricing
import Testing

@Suite struct ApplicationTests {
  /// A policy that has learned nothing plays the planner's prices.
  static func untrained(_ problem: PricingProblem) throws -> Policy {
    let environment = PricingEnvironment(try PricingSimulation(problem))
    let lanes = VectorEnvironment(count: 4, seed: 1) { environment }
    return DoubleDQN(environments: lanes, configuration: .init(hidden: [8], head: .additive)).policy
  }

  @Test(arguments: ["scarf-season", "hub-and-four-spokes"])
  func policiesAreJudged(name: String) throws {
    let problem = try PricingProblem(bundled: name)
    let policy = try Self.untrained(problem)
    let evaluation = try problem.evaluation(of: policy, episodes: 12, seed: 3)
    let planner = try #require(
      evaluation.baselines.first { ["certainty-equivalent", "bid-prices"].contains($0.name) })
    #expect(abs(evaluation.policy.summary.mean - planner.summary.mean) < 1e-3 * planner.summary.mean)
    let best = try #require(evaluation.best?.value)
    #expect(best > evaluation.policy.summary.mean)
    #expect(problem.fixedBaselines.allSatisfy { name in evaluation.baselines.contains { $0.name == name } })
    let explanation = try problem.explanation(of: policy, step: 2, episodes: 1, seed: 1)
    let names = try #require(problem.branchNames)
    for branch in names {
      #expect(branch.choices.contains { explanation.text.contains("\n\(branch.branch): \($0), worth ") })
    }
    let sections = try problem.sections(
      of: policy, evaluation: EvaluationDocument(evaluation), explanation: nil)
    #expect(!sections.isEmpty && sections.allSatisfy { !$0.html.isEmpty && !$0.html.contains("nan") })
    #expect(!problem.facts.isEmpty && problem.overview.contains(problem.products[0].name))
  }

  /// More seasons than are played side by side, the last of them not by all lanes.
  @Test func policiesMeetTheSeasonsOfStrategies() throws {
    let problem = try PricingProblem(bundled: "scarf-season")
    let policy = try Self.untrained(problem)
    let play = PricingPlay(try PricingSimulation(problem), episodes: 1100, seed: 5)
    let learned = try play.run(policy)
    let planned = play.run(.certaintyEquivalent)
    let alone = evaluate(
      policy, in: try PricingEnvironment(play.simulation, shownTo: policy), episodes: 1100, seed: 5)
    #expect(learned.profits == alone.returns)
    // Float and double break ties of prices apart, so a few seasons in a hundred may differ.
    let differences = zip(learned.profits, planned.profits).map { abs($0 - $1) }
    #expect(differences.filter { $0 < 1e-3 }.count > 1000)
    for record in [learned, planned] {
      let (path, season): (Double, Double) = (record.path.reduce(0, +), record.profits.reduce(0, +) / 1100)
      #expect(abs(path - season) < 1e-6)
      #expect(record.open.allSatisfy { $0 == 1 })
    }
  }

  @Test func runsFoldersAreWhole() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for name in PricingProblem.bundledNames {
      let problem = try PricingProblem(bundled: name)
      try problem.write(toRunFolder: folder)
      let read = try PricingProblem(runFolder: folder)
      #expect(read == problem)
    }
  }

  @Test func optionsThatDoNotGoTogether() throws {
    var options = PricingProblem.Options()
    options.prior = false
    options.counterfactual = true
    let problem = try PricingProblem(bundled: "scarf-season")
    #expect(throws: InputError.self) { try problem.environment(options) }
    options.counterfactual = false
    let environment = try problem.environment(options)
    #expect(environment.observationLayout.prior == nil)
    for algorithm in problem.algorithms {
      guard let path = problem.preset(for: algorithm) else { continue }
      #expect(FileManager.default.fileExists(atPath: path))
    }
    #expect(problem.preset(for: problem.algorithms[0]) != nil)
  }
}
