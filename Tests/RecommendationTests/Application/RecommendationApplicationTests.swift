import Applications
import Documents
import Foundation
import Learning
import Testing

import Recommendation

struct RecommendationApplicationTests {
  /// Every problem goes the whole way: learned, judged beside its baselines, explained, shown, written and read again.
  @Test(arguments: RecommendationProblem.bundledNames)
  func everyProblemGoesTheWholeWay(name: String) throws {
    let problem = try RecommendationProblem(bundled: name)
    let environment = problem.environment(.init())
    let algorithm = try #require(problem.algorithms.first { $0.name == "slateq" })
    let learner = try algorithm.agent.learner(
      of: environment, seat: LearnerSeat(lanes: 32, seed: 1, steps: 6000, threads: 1), from: nil)
    var reports = 0
    try learner.train(steps: 6000) { _ in
      reports += 1
      return .proceed
    }
    #expect(reports > 1 && learner.steps >= 6000)
    let policy = try #require(learner.trained.network)
    #expect(policy.shape.layout == environment.observationLayout)
    let evaluation = problem.evaluation(of: policy, episodes: 40, seed: 1)
    #expect(evaluation.policy.summary.mean > 0)
    #expect(evaluation.baselines.map(\.name).contains("random"))
    #expect(
      problem.score(policy, options: .init(), on: .evaluation(40), trainingSeed: 1)
        == evaluation.policy.summary.mean)
    let text = try problem.explanation(of: policy, step: 0, episodes: 1, seed: 1).text
    #expect(text.contains("branch 0"))
    let document = try evaluation.json.decoded(as: EvaluationDocument.self)
    let sections = problem.sections(of: policy, evaluation: document, explanation: nil)
    #expect(sections.count == 1 && sections[0].html.contains("<svg"))
    #expect(problem.overview.contains(name) && problem.outline["kind"]?.string == "recommendation")

    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try problem.write(toRunFolder: folder)
    #expect(try RecommendationProblem(runFolder: folder) == problem)
  }

  @Test func aPolicyTooLargeIsRefused() throws {
    let problem = try RecommendationProblem(
      yaml: "name: x\nworld:\n  satisfaction: {candidates: 1000, positions: 2}\n")
    let error = #expect(throws: InputError.self) {
      try SlateQConfiguration().learner(
        of: problem.environment(.init()), seat: LearnerSeat(lanes: 1, seed: 1, steps: 1, threads: 1),
        from: nil)
    }
    #expect(error?.description.contains("lower 'agent.hidden'") == true)
  }
}
