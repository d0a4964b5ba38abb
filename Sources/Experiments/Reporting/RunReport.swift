import Apportion
import Checksums
import Foundation

/// One self-contained page about a run: what the policy gains, where the money goes, and what to beware of.
public struct RunReport: Sendable {
  /// The page.
  public let html: String

  /// Gathers the page from a run, and from runs of the same training with other seeds for the headline.
  ///
  /// - Throws: `FileError` where a run was not evaluated yet; `JSONError`, `MarketError`, `SafetensorsError`, `PolicyError`
  ///   or `ConfigurationError` where its files are damaged.
  public init(_ folders: [RunFolder]) throws {
    precondition(!folders.isEmpty, "A report is about one run at least.")
    let folder = folders[0]
    let evaluations = try folders.map { try JSONValue(parsing: try AtomicFile.read($0.evaluation)) }
    let configuration = try TrainingConfiguration(file: folder.configuration)
    let market = try Market(contentsOf: folder.market)
    let policy = try Policy(contentsOf: folder.policy)
    let fixedName = Self.bestFixedPlan(evaluations[0])
    let flows = try MoneyFlows(
      market, policy: policy, observation: configuration.observation, fixedName: fixedName)
    let digest = sha256(of: try AtomicFile.read(folder.policy))
    let parts = [
      Self.headline(evaluations, market, fixedName),
      Self.section("The scenario", Self.scenario(market, configuration, policy, digest)),
      Self.section("Policy, baselines and bound", Self.comparison(evaluations[0])),
      Self.section("Where the money goes", flows.table + flows.waterfall),
      Self.section("The budget over time", flows.budgetPath),
      Self.section("Response curves", flows.curves),
      Self.section("Learning", try Self.learning(folder)),
      Self.section("Why", Self.explanation(folder)),
      Self.section("What to beware of", Self.caveats(market, policy)),
    ]
    html = Self.page(title: market.name, parts.joined())
  }

  private static func section(_ title: String, _ body: String) -> String {
    body.isEmpty ? "" : "<section><h2>\(title)</h2>\(body)</section>"
  }

  /// The name of the fixed plan that earned most.
  private static func bestFixedPlan(_ evaluation: JSONValue) -> String {
    func mean(_ name: String) -> Double { evaluation["baselines"]?[name]?["mean"]?.double ?? -.infinity }
    return mean("plan") > mean("static") ? "plan" : "static"
  }

  /// The lift over the best fixed plan, with an interval over seeds where there are several runs, else over episodes.
  private static func headline(_ evaluations: [JSONValue], _ market: Market, _ fixedName: String) -> String {
    func number(_ document: JSONValue, _ path: String...) -> Double {
      path.reduce(document) { $0[$1] ?? .null }.double ?? .nan
    }
    let lifts = evaluations.map {
      100 * (number($0, "policy", "mean") / number($0, "baselines", fixedName, "mean") - 1)
    }
    let mean = lifts.reduce(0, +) / Double(lifts.count)
    let interval: String
    if lifts.count > 1 {
      interval = String(
        format: "%+.1f to %+.1f %% over %d seeds", lifts.min() ?? 0, lifts.max() ?? 0, lifts.count)
    } else {
      let gain = evaluations[0]["baselines"]?[fixedName]?["gain"]?["ci95"]?.array?.compactMap(\.double) ?? []
      let base = number(evaluations[0], "baselines", fixedName, "mean")
      interval =
        gain.count == 2
        ? String(
          format: "95 %% interval over episodes %+.1f to %+.1f %%", 100 * gain[0] / base, 100 * gain[1] / base
        ) : ""
    }
    let share = 100 * number(evaluations[0], "share_of_bound")
    return """
      <header><h1>\(escaped(market.name))</h1>
      <p class="headline">\(String(format: "%+.1f %%", mean)) over the best fixed plan</p>
      <p>\(interval). \(String(format: "%.1f %%", share)) of what no policy can beat.</p></header>
      """
  }

  private static func scenario(
    _ market: Market, _ configuration: TrainingConfiguration, _ policy: Policy, _ digest: String
  ) -> String {
    let limits = market.channels.filter { $0.levels.count < $0.ladder.count }.map(\.name)
    let target =
      switch market.target {
      case .costPerAction(let cost): "at most \(compact(cost)) per conversion"
      case .returnOnSpend(let ratio): "a return on spend of at least \(compact(ratio))"
      case nil: "none"
      }
    let rows = [
      ("Market", market.summary),
      ("Budget", "\(compact(market.budget)) \(market.currency) over \(market.ticks) ticks"),
      ("Most per tick", market.tickCap.map { compact($0) } ?? "only the budget limits it"),
      ("Channels with limits", limits.isEmpty ? "none" : limits.joined(separator: ", ")),
      ("Objective", market.objective.rawValue), ("Target", target),
      ("Training", "\(policy.trainingSteps) steps, seed \(configuration.seed)"),
      ("Market digest", market.digest), ("Policy digest", digest),
    ]
    return "<dl>" + rows.map { "<dt>\($0.0)</dt><dd>\(escaped($0.1))</dd>" }.joined() + "</dl>"
  }

  private static func comparison(_ evaluation: JSONValue) -> String {
    guard case .object(let baselines)? = evaluation["baselines"] else { return "" }
    func row(_ name: String, _ value: JSONValue?, _ style: String)
      -> (name: String, value: Double, interval: ClosedRange<Double>?, style: String)
    {
      let ends = value?["ci95"]?.array?.compactMap(\.double) ?? []
      return (
        name, value?["mean"]?.double ?? 0, ends.count == 2 && ends[0] <= ends[1] ? ends[0]...ends[1] : nil,
        style
      )
    }
    let rows =
      baselines.map { row($0.key, $0.value, "other") } + [
        row("policy", evaluation["policy"], "main"), row("certified bound", evaluation["bound"], "bound"),
      ]
    let episodes = evaluation["episodes"]?.int ?? 0
    return SVGChart.bars("Objective per episode by strategy", rows)
      + "<p>Mean objective of \(episodes) held-out episodes, the same for all, with 95 % intervals.</p>"
  }

  private static func learning(_ folder: RunFolder) throws -> String {
    let table = try CSVTable(contentsOf: folder.metrics)
    guard let steps = table.column("time/total_timesteps") else { return "" }
    let series: [(name: String, points: [(Double, Double)], style: String)] = [
      ("eval/mean_reward", "validation", "main-line"), ("rollout/ep_rew_mean", "training", "other-line"),
    ].compactMap { column, name, style in
      guard let column = table.column(column) else { return nil }
      let points = (0..<table.rowCount).compactMap { row -> (Double, Double)? in
        guard let step = table.number(row: row, column: steps),
          let value = table.number(row: row, column: column)
        else { return nil }
        return (step, value)
      }
      return points.count > 1 ? (name, points, style) : nil
    }
    // Training is paid in gains over the plan, validation in the objective: each has its own axis.
    return series.map {
      SVGChart.lines(
        "Learning curve: \($0.name)", x: "steps", y: $0.name, series: [("", $0.points, $0.style)])
    }.joined()
  }

  private static func explanation(_ folder: RunFolder) -> String {
    guard let bytes = try? AtomicFile.read(folder.explanation), let document = try? JSONValue(parsing: bytes),
      let channels = document["channels"]?.array
    else { return "" }
    let lines = channels.compactMap { $0["line"]?.string }.map { "<li>\(escaped($0))</li>" }.joined()
    return "<p>In tick \(document["tick"]?.int ?? 0):</p><ul>\(lines)</ul>"
  }

  private static func caveats(_ market: Market, _ policy: Policy) -> String {
    var notes = [
      "Everything here is simulated: gains hold as far as the market's description does.",
      "Drift and differences between episodes are assumptions of the market, whose sizes its file states.",
      "The bound is told the whole path of each episode, which no policy can know.",
    ]
    if market.summary.hasPrefix("calibrated") {
      notes.append(
        "The market is calibrated from sums by tick: effects of channels that move together can hardly be told apart; "
          + "the calibration's intervals and hold-out error say how far to trust it.")
    }
    if policy.trainingSteps == 0 { notes.append("The policy is untrained: it plays the planner's prior.") }
    return "<ul>" + notes.map { "<li>\(escaped($0))</li>" }.joined() + "</ul>"
  }
}
