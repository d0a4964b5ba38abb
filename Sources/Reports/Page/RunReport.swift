import Apportion
import Documents
import Foundation
import Runs

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
    let evaluations = try folders.map(Self.evaluation)
    let market = try Market(contentsOf: folder.market)
    let policy = try Policy(contentsOf: folder.policy)
    let fixedName = Self.bestFixedPlan(evaluations[0])
    let plausible = try folder.plausibleMarkets(of: market)?.heldOut
    let flows = try MoneyFlows(
      market, plausible: plausible, policy: policy, observation: policy.observationKind,
      fixedName: fixedName)
    let digest = sha256(of: try AtomicFile.read(folder.policy))
    let seeds = SeedLifts(folders, evaluations, fixedName: fixedName)
    let parts = [
      Self.headline(seeds, market, evaluations[0]),
      Self.section("Policy, baselines and bound", Self.comparison(evaluations[0]) + seeds.table),
      Self.section("Where the money goes", flows.table + flows.waterfall),
      Self.section("The budget over time", flows.budgetPath),
      Self.section("Response curves", flows.curves),
      Self.section("Why", Self.explanation(folder)),
      Self.section("Learning", try Self.learning(folder)),
      Self.section(
        "The scenario", Self.scenario(market, policy, digest, worlds: plausible?.count)),
      Self.section("What to beware of", Self.caveats(market, policy, worlds: plausible?.count)),
    ]
    html = Self.page(title: market.name, parts.joined())
  }

  private static func section(_ title: String, _ body: String) -> String {
    body.isEmpty ? "" : "<section><h2>\(title)</h2>\(body)</section>"
  }

  private static func evaluation(_ folder: RunFolder) throws -> JSONValue {
    guard FileManager.default.fileExists(atPath: folder.evaluation) else {
      throw FileError.missing(
        path: folder.evaluation, remedy: "run `apportion evaluate \(folder.path)` before")
    }
    return try JSONValue(parsing: try AtomicFile.read(folder.evaluation))
  }

  /// The name of the fixed plan that earned most.
  private static func bestFixedPlan(_ evaluation: JSONValue) -> String {
    func mean(_ name: String) -> Double { evaluation["baselines"]?[name]?["mean"]?.double ?? -.infinity }
    return mean("plan") > mean("static") ? "plan" : "static"
  }

  private static func headline(_ seeds: SeedLifts, _ market: Market, _ evaluation: JSONValue) -> String {
    let share = 100 * (evaluation["share_of_bound"]?.double ?? .nan)
    let today =
      seeds.meanLift(over: "today").map { String(format: " %+.1f %% against spending as today.", $0) } ?? ""
    return """
      <header><h1>\(escaped(market.name))</h1>
      <p class="headline">\(String(format: "%+.1f %%", seeds.meanLift)) over the best fixed plan</p>
      <p>\(seeds.interval).\(today) The policy reaches \(String(format: "%.1f %%", share)) of a certified bound that no \
      policy can beat.</p></header>
      """
  }

  private static func scenario(
    _ market: Market, _ policy: Policy, _ digest: String, worlds: Int?
  ) -> String {
    let limits = market.channels.filter { $0.levels.count < $0.ladder.count }.map {
      "\($0.name) (\(readable($0.levels.first ?? 0)) to \(readable($0.levels.last ?? 0)))"
    }
    let target =
      switch market.target {
      case .costPerAction(let cost): "at most \(readable(cost)) per conversion"
      case .returnOnSpend(let ratio): "a return on spend of at least \(readable(ratio))"
      case nil: "none"
      }
    let rows = [
      ("Market", market.summary),
      ("Budget", "\(readable(market.budget)) \(market.currency) over \(market.ticks) ticks"),
      ("Most per tick", market.tickCap.map { readable($0) } ?? "only the budget limits it"),
      ("Channels with limits", limits.isEmpty ? "none" : limits.joined(separator: ", ")),
      ("Objective", market.objective.rawValue), ("Target", target),
      (
        "Played in",
        worlds.map { "\($0) plausible markets that training never met" } ?? "the market as described"
      ),
      ("Training", "\(policy.trainingSteps) steps, seed \(policy.trainingSeed)"),
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
    // A run of several seeds has their curves instead of one seed's metrics.
    let isCurve = !FileManager.default.fileExists(atPath: folder.metrics)
    let table = try CSVTable(contentsOf: isCurve ? folder.curves : folder.metrics)
    guard let steps = table.column(isCurve ? "steps" : "time/total_timesteps") else { return "" }
    let series: [(name: String, points: [(x: Double, y: Double)], style: String)] = [
      ("iqm", "evaluation", "main-line"), ("eval/mean_reward", "validation", "main-line"),
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
    return series.map {
      SVGChart.lines(
        "Learning curve: \($0.name)", x: "steps", y: "\($0.name) return",
        series: [.init(points: $0.points, style: $0.style)], fromZero: false)
    }.joined()
  }

  /// A line and a drawing per channel, from the last `explain`.
  private static func explanation(_ folder: RunFolder) -> String {
    guard let bytes = try? AtomicFile.read(folder.explanation), let document = try? JSONValue(parsing: bytes),
      let channels = document["channels"]?.array
    else {
      return
        "<p>Not explained yet: run <code>apportion explain</code> on this run, then this report again.</p>"
    }
    let figures = channels.map { channel in
      "<figure><p>\(escaped(channel["line"]?.string ?? ""))</p>\(levelValues(channel))</figure>"
    }
    return "<div class=\"grid\">\(figures.joined())</div><p class=\"note\">The first decision of tick "
      + "\(document["tick"]?.int ?? 0). What each choice adds over the lowest: the policy's estimate for this state, and the "
      + "simulator's mean over \(document["episodes"]?.int ?? 0) episodes, the policy deciding all else.</p>"
  }

  /// The policy's and the simulator's value of every level of a channel, against its lowest.
  private static func levelValues(_ channel: JSONValue) -> String {
    func numbers(_ key: String) -> [Double] { channel[key]?.array?.compactMap(\.double) ?? [] }
    let (levels, own, simulated) = (numbers("levels"), numbers("q"), numbers("simulated"))
    guard let chosen = channel["chosen"]?.int, levels.count == own.count, levels.count == simulated.count,
      levels.indices.contains(chosen)
    else { return "" }
    func points(_ values: [Double]) -> [(x: Double, y: Double)] {
      zip(levels, values).map { ($0, $1 - values[0]) }
    }
    return SVGChart.lines(
      "Value of the levels of \(channel["name"]?.string ?? "a channel")", x: "spend or bid",
      y: "objective gained",
      series: [
        .init(name: "policy", points: points(own), style: "main-line"),
        .init(name: "simulator", points: points(simulated), style: "other-line"),
      ], marks: [.init(name: "chosen", point: points(own)[chosen], style: "main")], small: true)
  }

  private static func caveats(_ market: Market, _ policy: Policy, worlds: Int?) -> String {
    var notes = [
      "Everything here is simulated: gains hold as far as the market's description does.",
      "Drift and differences between episodes are assumptions of the market, whose sizes its file states.",
      "The bound is told the whole path of each episode, which no policy can know.",
    ]
    if market.summary.hasPrefix("calibrated") {
      notes.append(
        "The market is \(market.summary). Sums by tick tell the effects of single channels badly, those of channels that "
          + "move together hardly at all: expect single returns to be off by a seventh, and by more than a quarter where "
          + "channels move together; the calibration's intervals say which."
      )
    }
    if let worlds {
      notes.append(
        "Results are means over \(worlds) markets that the same history might come from; single markets differ from them as "
          + "widely as the bands of the response curves show.")
    }
    if policy.trainingSteps == 0 { notes.append("The policy is untrained: it plays the planner's prior.") }
    return "<ul>" + notes.map { "<li>\(escaped($0))</li>" }.joined() + "</ul>"
  }
}
