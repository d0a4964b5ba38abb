import Applications
import Documents
import Foundation
import Learning
import PolicyFormats
import Runs

/// One self-contained page about a run: what the policy gains, in the words of its trade, and what to beware of.
package struct RunReport: Sendable {
  /// The page.
  package let html: String

  /// Gathers the page from a run, and from runs of the same training with other seeds for the headline.
  ///
  /// - Throws: `InputError` where a run was not evaluated yet; what a damaged file in it throws.
  package init(_ folders: [RunFolder]) throws {
    precondition(!folders.isEmpty, "A report is about one run at least.")
    let folder = folders[0]
    let evaluations = try folders.map(Self.evaluation)
    let problem = try folder.problem()
    let policy = try folder.readPolicy()
    try problem.check(policy)
    // The headline compares with what is done today, where that is known; otherwise with the strongest of the fixed
    // baselines, or of all where the trade has none.
    let reference =
      evaluations[0].baselines.members.contains { $0.name == Self.today }
      ? Self.today : evaluations[0].bestBaseline(among: problem.fixedBaselines) ?? ""
    let digest = sha256(of: try AtomicFile.read(folder.policy))
    let seeds = SeedLifts(folders, evaluations, reference: reference)
    let explanation = (try? AtomicFile.read(folder.explanation)).flatMap {
      try? JSONValue(parsing: $0)
    }
    let facts =
      problem.facts + [
        ProblemFact("Training", "\(policy.trainingSteps) steps, seed \(policy.trainingSeed)"),
        ProblemFact("Policy digest", digest),
      ]
    let caveats =
      problem.caveats
      + (policy.trainingSteps == 0 ? ["The policy is untrained: it plays what it began from."] : [])
    let sections =
      [
        PageSection(
          "Policy, baselines and bound",
          html: Self.comparison(evaluations[0], unit: problem.unit) + seeds.table)
      ]
      + (try problem.sections(of: policy, evaluation: evaluations[0], explanation: explanation))
      + [
        PageSection("Learning", html: try Self.learning(folder)),
        PageSection("The scenario", html: Self.list(facts)),
        PageSection("What to beware of", html: Self.bullets(caveats)),
      ]
    html = Self.page(
      title: problem.name,
      Self.headline(
        seeds, problem, evaluations[0], isFixed: problem.fixedBaselines.contains(reference))
        + sections.map(Self.section).joined())
  }

  /// The baselines that the headline speaks of.
  private static let (today, replan, explore) = ("today", "replan", "explore")

  private static func section(_ section: PageSection) -> String {
    section.html.isEmpty
      ? "" : "<section><h2>\(escaped(section.title))</h2>\(section.html)</section>"
  }

  private static func list(_ facts: [ProblemFact]) -> String {
    "<dl>"
      + facts.filter { !$0.value.isEmpty }.map { "<dt>\(escaped($0.name))</dt><dd>\(escaped($0.value))</dd>" }
      .joined()
      + "</dl>"
  }

  private static func bullets(_ notes: [String]) -> String {
    notes.isEmpty ? "" : "<ul>" + notes.map { "<li>\(escaped($0))</li>" }.joined() + "</ul>"
  }

  private static func evaluation(_ folder: RunFolder) throws -> EvaluationDocument {
    guard FileManager.default.fileExists(atPath: folder.evaluation) else {
      throw InputError.missing(
        path: folder.evaluation, remedy: "run `apportion evaluate \(folder.path)` before")
    }
    return try JSONValue(parsing: AtomicFile.read(folder.evaluation)).decoded(file: folder.evaluation)
  }

  private static func headline(
    _ seeds: SeedLifts, _ problem: any Application, _ evaluation: EvaluationDocument, isFixed: Bool
  ) -> String {
    let name =
      seeds.reference == today
      ? "spending as today" : isFixed ? "the best fixed plan" : escaped(seeds.reference)
    let fixed =
      seeds.reference == today ? evaluation.bestBaseline(among: problem.fixedBaselines) : nil
    let beside = [
      (fixed, "the best fixed plan"),
      (replan, "replan, which plans anew in every tick and learns nothing"),
      (explore, "explore, which does so with an eye to what it could learn"),
    ]
    .compactMap { baseline, name in
      baseline.flatMap { seeds.gain(over: $0) }.map { "<li>\($0) over \(name)</li>" }
    }
    let share = evaluation.shareOfBound.map {
      String(
        format: " The policy reaches %.1f %% of a certified bound that no policy can beat.",
        100 * $0)
    }
    let lift = String(
      format: seeds.meanLift < 0 ? "%.1f %% below" : "%+.1f %% over", abs(seeds.meanLift))
    return """
      <header><h1>\(escaped(problem.name))</h1>
      <p class="headline">\(lift) \(name)</p>
      <p>\(seeds.interval).\(share ?? "")</p>
      \(beside.isEmpty ? "" : "<p>The same policy beside stronger ways to plan:</p><ul>\(beside.joined())</ul>")</header>
      """
  }

  private static func comparison(_ evaluation: EvaluationDocument, unit: String) -> String {
    var rows: [(name: String, value: Double, interval: ClosedRange<Double>?, style: String)] =
      evaluation.baselines.members.map { ($0.name, $0.value.mean, $0.value.interval, "other") }
    rows.append(("policy", evaluation.policy.mean, evaluation.policy.interval, "main"))
    if let bound = evaluation.bound { rows.append(("certified bound", bound.mean, nil, "bound")) }
    if let told = evaluation.clairvoyant { rows.append(("clairvoyant", told.mean, nil, "bound")) }
    return BarChart.bars("Objective per episode by strategy", rows)
      + "<p>Mean objective\(unit.isEmpty ? "" : " in \(escaped(unit))") of \(evaluation.episodes) held-out episodes, the same for all, with 95 % intervals.</p>"
  }

  private static func learning(_ folder: RunFolder) throws -> String {
    // A run of several seeds has their curves instead of one seed's metrics.
    let isCurve = !FileManager.default.fileExists(atPath: folder.metrics)
    let table = try CSVTable(contentsOf: isCurve ? folder.curves : folder.metrics)
    guard let steps = table.column(isCurve ? "steps" : "time/total_timesteps") else { return "" }
    let series: [(name: String, points: [(x: Double, y: Double)], style: String)] = [
      ("iqm", "evaluation", "main-line"), ("eval/score", "evaluation", "main-line"),
      ("eval/mean_reward", "validation", "main-line"),
      ("rollout/ep_rew_mean", "training", "other-line"),
    ].compactMap { column, name, style in
      guard let column = table.column(column) else { return nil }
      let points = (0..<table.rowCount).compactMap { row -> (x: Double, y: Double)? in
        guard let step = table.number(row: row, column: steps),
          let value = table.number(row: row, column: column)
        else { return nil }
        return (step, value)
      }
      return points.count > 1 ? (name, points, style) : nil
    }
    // Training is paid in gains over the plan, validation in the objective: each has its own axis.
    let charts = series.map {
      SVGChart.lines(
        "Learning curve: \($0.name)", x: "steps", y: "\($0.name) return",
        series: [.init(points: $0.points, style: $0.style)], fromZero: false)
    }
    let judged = series.first { $0.style == "main-line" }
    return "<div class=\"charts\">\(charts.joined())</div>"
      + (judged.flatMap { decay(of: $0.points) } ?? "")
  }

  /// A warning where a score ended more than a hundredth below its best; nil elsewhere.
  private static func decay(of points: [(x: Double, y: Double)]) -> String? {
    guard let best = points.max(by: { $0.y < $1.y }), let last = points.last, best.y != 0 else {
      return nil
    }
    let loss = 100 * (best.y - last.y) / abs(best.y)
    guard loss > 1 else { return nil }
    return
      "<p><strong>Training went on past its best.</strong> The score was \(readable(best.y)) after \(readable(best.x)) "
      + "steps and ended at \(readable(last.y)), \(String(format: "%.1f %%", loss)) lower: fewer steps, or other settings, "
      + "would do as well or better.</p>"
  }
}
