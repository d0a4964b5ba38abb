import Applications
import Documents
import Environments
import Foundation
import Learning
import LinearAlgebra

extension RecommendationProblem {
  package var overview: String {
    let layout = play.slateLayout
    var text = "\(heading)\n"
    text +=
      "slates of \(layout.positions) of \(layout.candidates) candidates, \(defaultSteps) steps by default\n"
    text += "what is known of a candidate: \(play.itemColumnNames.joined(separator: ", "))\n"
    text += "algorithms: " + algorithms.map(\.name).joined(separator: ", ") + "\n"
    guard case .feed(let feed) = world else { return text }
    var table = TextTable(["segment", "share"] + feed.topics)
    let total = feed.segments.reduce(0) { $0 + $1.share }
    for segment in feed.segments {
      table.append(
        [segment.name, String(format: "%.0f %%", 100 * segment.share / total)]
          + segment.interests.map { String(format: "%+.2f", $0) })
    }
    return text + "\n" + table.text
  }

  package var outline: JSONValue {
    let layout = play.slateLayout
    return [
      "name": .string(name), "kind": .string(Self.kind), "summary": .string(summary),
      "candidates": JSONValue(layout.candidates), "positions": JSONValue(layout.positions),
      "observation_size": JSONValue(environment(Options()).observationLayout.size),
      "item_columns": .array(play.itemColumnNames.map { .string($0) }),
      "algorithms": .array(algorithms.map { .string($0.name) }),
    ]
  }

  package var facts: [ProblemFact] {
    let layout = play.slateLayout
    let kind =
      switch world {
      case .shop: "a shop's visitors (RecoGym's click model)"
      case .satisfaction: "users worn out by clickbait (RecSim's long-term satisfaction)"
      case .feed: "a feed of articles"
      }
    return [
      ProblemFact("World", kind), ProblemFact("About", summary),
      ProblemFact("Slate", "\(layout.positions) of \(layout.candidates) candidates"),
    ]
  }

  package var caveats: [String] {
    var notes = ["Visitors are simulated: gains hold as far as the description does."]
    switch world {
    case .shop: notes.append("No bound is known: a click also sends the visitor back to the shop.")
    case .satisfaction: notes.append("The bound is told each step's exposure, which no recommender sees.")
    case .feed:
      notes.append("The bound knows every interest, and its visitors are never bored: it cannot be reached.")
    }
    return notes
  }

  /// What is shown as a visit goes on, by the columns of the items.
  package func sections(
    of policy: Policy, evaluation: EvaluationDocument, explanation: JSONValue?
  ) -> [PageSection] {
    let shown = ShownItems(self, policy: policy)
    let charts = play.itemColumnNames.enumerated().map { index, column in
      "<figure><figcaption>\(escaped(column))</figcaption>"
        + SVGChart.lines(
          "Mean \(column) of what is shown", x: "slate of the visit", y: column,
          series: shown.series(column: index), small: true) + "</figure>"
    }
    return [
      PageSection(
        "What is shown",
        html:
          "<div class=\"grid\">\(charts.joined())</div><p class=\"note\">Means over the first positions of "
          + "\(ShownItems.visits) visits, those that still go on; the dashed line is random play.</p>")
    ]
  }
}

/// What stands first on the slates of a policy and of random play, by the slate of the visit.
struct ShownItems {
  static let visits = 256
  private let policy: [[Double]]
  private let random: [[Double]]

  init(_ problem: RecommendationProblem, policy: Policy) {
    func means(_ world: some RecommendationWorld) -> (policy: [[Double]], random: [[Double]]) {
      let layout = world.slateLayout
      let runner = PolicyRunner(policy, maximumBatch: Self.visits)
      var stream = RandomStream(seed: 0, purpose: .exploration)
      let candidates = layout.candidates
      return (
        Self.means(world, layout) { runner.act(observations: $0, into: $1) },
        Self.means(world, layout) { rows, actions in
          // Whether an item stands on the slate already hardly matters to what stands first.
          for row in 0..<rows.rows { actions[row] = Int32(stream.integer(below: candidates)) }
        }
      )
    }
    (self.policy, random) = means(problem.play)
  }

  /// Slates × item columns: the mean over the visits that last so long, a tenth of them at least.
  private static func means<World: RecommendationWorld>(
    _ world: World, _ layout: SlateLayout,
    act: (MatrixView, UnsafeMutablePointer<Int32>) -> Void
  ) -> [[Double]] {
    let lanes = VectorEnvironment(count: visits, seed: evaluationSeed(0), threads: 1) {
      SlateFilling(world)
    }
    var actions = [Int32](repeating: 0, count: visits)
    var goesOn = [Bool](repeating: true, count: visits)
    var means: [[Double]] = []
    lanes.reset()
    while means.count < 200 {
      let there = (0..<visits).filter { goesOn[$0] }
      guard there.count * 10 >= visits else { break }
      for position in 0..<layout.positions {
        let rows = lanes.observations.view
        actions.withUnsafeMutableBufferPointer { if let first = $0.baseAddress { act(rows, first) } }
        if position == 0 {
          means.append(
            (0..<layout.itemColumns).map { column in
              there.reduce(0) { $0 + Double(rows[$1, layout.column(of: Int(actions[$1])) + column]) }
                / Double(there.count)
            })
        }
        lanes.step(actions: actions)
        for lane in there where lanes.results.hasEnded(lane) { goesOn[lane] = false }
      }
    }
    return means
  }

  /// A line for the policy and one for random play.
  func series(column: Int) -> [SVGChart.Series] {
    func points(_ means: [[Double]]) -> [(x: Double, y: Double)] {
      means.enumerated().map { (Double($0.offset + 1), $0.element[column]) }
    }
    return [
      .init(name: "random", points: points(random), style: "bound-line"),
      .init(name: "policy", points: points(policy), style: "main-line"),
    ]
  }
}
