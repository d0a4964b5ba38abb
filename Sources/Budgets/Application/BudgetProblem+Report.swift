import Applications
import Documents
import Foundation
import Learning

extension Market {
  /// What its objective is counted in.
  var objectiveUnit: String { objective == .conversions ? "conversions" : currency }
}

extension BudgetProblem {
  package var fixedBaselines: [String] { ["plan", "static"] }

  /// Where the money goes, the budget over time, response curves, and why.
  package func sections(of policy: Policy, evaluation: EvaluationDocument, explanation: JSONValue?)
    throws
    -> [PageSection]
  {
    sections(of: try entry(of: policy), evaluation: evaluation, explanation: explanation)
  }

  func sections(
    of policy: MarketEvaluation.Entry, evaluation: EvaluationDocument, explanation: JSONValue?
  ) -> [PageSection] {
    let fixed = evaluation.bestBaseline(among: fixedBaselines) ?? "static"
    let flows = MoneyFlows(market, posterior: heldOut, policy: policy, fixedName: fixed)
    return [
      PageSection("Where the money goes", html: flows.table + flows.waterfall),
      PageSection("The budget over time", html: flows.budgetPath),
      PageSection("Response curves", html: flows.curves),
      PageSection("Why", html: Self.why(explanation)),
    ]
  }

  package var unit: String { market.objectiveUnit }

  package var facts: [ProblemFact] {
    let limits = market.channels.filter { $0.levels.count < $0.ladder.count }.map {
      "\($0.name) (\(readable($0.levels.first ?? 0)) to \(readable($0.levels.last ?? 0)))"
    }
    let target =
      switch market.target {
      case .costPerAction(let cost): "at most \(readable(cost)) per conversion"
      case .returnOnSpend(let ratio): "a return on spend of at least \(readable(ratio))"
      case nil: "none"
      }
    return [
      ProblemFact("Market", market.summary),
      ProblemFact(
        "Budget", "\(readable(market.budget)) \(market.currency) over \(market.ticks) ticks"),
      ProblemFact(
        "Most per tick", market.tickCap.map { readable($0) } ?? "only the budget limits it"),
      ProblemFact("Channels with limits", limits.isEmpty ? "none" : limits.joined(separator: ", ")),
      ProblemFact("Objective", market.objective.rawValue), ProblemFact("Target", target),
      ProblemFact(
        "Played in",
        heldOut.map { "\($0.count) posterior draws that training never met" }
          ?? "the market as described"),
      ProblemFact("Market digest", market.digest),
    ]
  }

  package var caveats: [String] {
    var notes = [
      "Everything here is simulated: gains hold as far as the market's description does.",
      "Drift and differences between episodes are assumptions of the market, whose sizes its file states.",
      "The bound is told the whole path of each episode, which no policy can know.",
    ]
    if market.summary.hasPrefix("calibrated") {
      notes.append(
        "The market is \(market.summary). Sums by tick tell the effects of single channels badly, those of channels that "
          + "move together hardly at all: expect single returns to be off by a seventh, and by more than a quarter where "
          + "channels move together; the calibration's intervals say which.")
    }
    if let heldOut {
      notes.append(
        "Results are means over \(heldOut.count) posterior draws, markets that the same history might come from; single "
          + "markets differ from them as widely as the bands of the response curves show.")
    }
    return notes
  }

  /// What a page tells of an explanation.
  private struct ExplainedTick: Decodable {
    struct Channel: Decodable {
      let name: String
      let line: String
      let chosen: Int
      let levels: [Double]
      let q: [Double]
      let simulated: [Double]
    }

    let tick: Int
    let episodes: Int
    let channels: [Channel]
  }

  /// A line and a drawing per channel, from the last `explain`.
  private static func why(_ document: JSONValue?) -> String {
    guard let explained = try? document?.decoded(as: ExplainedTick.self) else {
      return
        "<p>Not explained yet: run <code>apportion explain</code> on this run, then this report again.</p>"
    }
    let figures = explained.channels.map { channel in
      "<figure><p>\(escaped(channel.line))</p>\(levelValues(channel))</figure>"
    }
    return
      "<div class=\"grid\">\(figures.joined())</div><p class=\"note\">The first decision of tick "
      + "\(explained.tick). What each choice adds over the lowest: the policy's estimate for this state, and the "
      + "simulator's mean over \(explained.episodes) episodes, the policy deciding all else.</p>"
  }

  /// The policy's and the simulator's value of every level of a channel, against its lowest.
  private static func levelValues(_ channel: ExplainedTick.Channel) -> String {
    let levels = channel.levels
    guard levels.count == channel.q.count, levels.count == channel.simulated.count,
      levels.indices.contains(channel.chosen)
    else { return "" }
    func points(_ values: [Double]) -> [(x: Double, y: Double)] {
      zip(levels, values).map { ($0, $1 - values[0]) }
    }
    return SVGChart.lines(
      "Value of the levels of \(channel.name)", x: "spend or bid", y: "objective gained",
      series: [
        .init(name: "policy", points: points(channel.q), style: "main-line"),
        .init(name: "simulator", points: points(channel.simulated), style: "other-line"),
      ], marks: [.init(name: "chosen", point: points(channel.q)[channel.chosen], style: "main")], small: true)
  }
}
