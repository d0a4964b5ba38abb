import Documents
import Testing

import Recommendation

struct RecommendationProblemTests {
  @Test(arguments: RecommendationProblem.bundledNames) func bundledProblemsAreRead(name: String) throws {
    let problem = try RecommendationProblem(bundled: name)
    #expect(problem.name == name)
    #expect(try RecommendationProblem(yaml: problem.yaml) == problem)
    let layout = problem.play.slateLayout
    #expect(problem.play.itemColumnNames.count == layout.itemColumns)
    #expect(problem.play.observationLayout.size == layout.observationSize)
  }

  /// Every mistake has its line, and says how to mend it.
  @Test(arguments: [
    ("kind: recommendation\nworld: {satisfaction: {}}\n", 1, "lacks 'name'"),
    ("name: x\nworld:\n  feeed: {}\n", 3, "did you mean 'feed'"),
    ("name: x\nworld:\n  satisfaction:\n    memory: 1.5\n", 4, "from 0.0 to 0.99"),
    ("name: x\nworld:\n  satisfaction:\n    candidates: 2\n    positions: 3\n", 5, "3 positions of 2"),
    ("name: x\nworld:\n  shop:\n    products: 1\n", 4, "from 2 to 1000"),
    ("name: x\nworld:\n  shop:\n    products: 5\n    browse_to_leave: 0.9\n", 5, "at most 1"),
    (
      "name: x\nworld:\n  shop:\n    interests: 2\n    products:\n      - {name: a, factors: [1], popularity: 0}\n",
      6,
      "holds 1 numbers; give 2"
    ),
    (
      "name: x\nworld:\n  feed:\n    topics: [a, b]\n    segments:\n      - {name: s, interests: [0, 0]}\n    clicks: {positions: [0.5, 1, 1]}\n",
      7, "rises along the slate"
    ),
    (
      "name: x\nworld:\n  feed:\n    topics: [a]\n    segments:\n      - {name: s, interests: [nan]}\n", 6,
      "finite"
    ),
  ])
  func mistakesHaveTheirLines(yaml: String, line: Int, words: String) throws {
    let error = try #require(throws: InputError.self) {
      try RecommendationProblem(yaml: yaml, file: "x.yaml")
    }
    #expect(error.line == line)
    #expect(error.description.contains(words), "\(error)")
  }
}
