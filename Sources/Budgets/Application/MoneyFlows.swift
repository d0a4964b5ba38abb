import Documents
import Foundation
import Learning

/// Where the money goes today or by the best fixed plan, and where by the policy, and what it brings: the middle of a report.
struct MoneyFlows {
  private let market: Market
  private let posterior: PosteriorDraws?
  /// What the policy is set against: going on as today, where that is known, otherwise the best fixed plan.
  private let reference: Flow
  private let fixed: Flow
  private let policy: Flow
  private static let episodes = 128

  /// The means of one strategy's episodes.
  private struct Flow {
    let name: String
    /// By tick and channel: money.
    let spends: [[Double]]
    /// By channel: money over the episode, and the outcome in units of the objective, spends not taken off.
    let spend: [Double]
    let outcome: [Double]

    init(_ name: String, _ meter: PlayMeter, worth: [Double]) {
      self.name = name
      spends = meter.meanSpend
      spend = Self.sum(spends)
      outcome = zip(Self.sum(meter.meanOutcome), worth).map { $0 * $1 }
    }

    private static func sum(_ values: [[Double]]) -> [Double] {
      (values.first ?? []).indices.map { channel in values.reduce(0) { $0 + $1[channel] } }
    }
  }

  /// Plays today's spends, the best fixed plan and the policy on the same episodes.
  ///
  /// - Parameters:
  ///   - posterior: the markets to play in; nil for the market itself.
  ///   - fixedName: which of the fixed plans among the baselines.
  init(
    _ market: Market, posterior: PosteriorDraws?, policy: MarketEvaluation.Entry, fixedName: String
  ) {
    self.market = market
    self.posterior = posterior
    let baselines = Baselines(market)
    let entries =
      [baselines.today].compactMap { $0 } + baselines.fixedPlans.filter { $0.name == fixedName } + [policy]
    let meters = entries.map { _ in PlayMeter(market: market) }
    _ = MarketEvaluation(market: market, episodes: Self.episodes, seed: 0, posterior: posterior)
      .run(
        zip(entries, meters).map { entry, meter in .init(entry.name, meter: meter, make: entry.make)
        })
    let worth = market.channels.map { ResponseSketch($0, market: market).worth }
    let flows = zip(entries, meters).map { entry, meter in
      Flow(
        ["today", "policy"].contains(entry.name) ? entry.name : "fixed plan", meter, worth: worth)
    }
    reference = flows[0]
    fixed = flows[flows.count - 2]
    self.policy = flows[flows.count - 1]
  }

  private var all: [Flow] {
    reference.name == fixed.name ? [fixed, policy] : [reference, fixed, policy]
  }

  /// What each channel gets and brings, now and by the policy.
  var table: String {
    let (before, after) = (reference, policy)
    let (spentBefore, spentAfter) = (before.spend.reduce(0, +), after.spend.reduce(0, +))
    let (earnedBefore, earnedAfter) = (before.outcome.reduce(0, +), after.outcome.reduce(0, +))
    func figures(_ spend: Double, of total: Double, _ outcome: Double) -> [String] {
      [
        readable(spend), share(spend, total), readable(outcome),
        spend > 0 ? readable(outcome / spend) : "–",
      ]
    }
    let groups =
      "<tr><th></th><th colspan=\"4\">\(escaped(before.name))</th><th colspan=\"5\">policy</th>"
      + "<th colspan=\"2\">change</th></tr>"
    // Each name has its unit below it.
    let (money, outcome) = (market.currency, market.objectiveUnit)
    let rate = outcome == money ? "per \(money)" : "\(outcome) per \(money)"
    let flow = [("spend", money), ("share", "of all"), ("outcome", outcome), ("return", rate)]
    let columns =
      [("channel", "")] + flow + flow + [("marginal", rate), ("spend", ""), ("outcome", "")]
    let header =
      "<tr>" + columns.map { "<th>\(escaped($0))<br><small>\(escaped($1))</small></th>" }.joined()
      + "</tr>"
    let rows = market.channels.enumerated().map { index, channel in
      TextTable.row(
        [channel.name] + figures(before.spend[index], of: spentBefore, before.outcome[index])
          + figures(after.spend[index], of: spentAfter, after.outcome[index])
          + [
            readable(
              ResponseSketch(channel, market: market).marginalReturn(
                at: after.spend[index] / Double(market.ticks))),
            change(after.spend[index], before.spend[index]),
            change(after.outcome[index], before.outcome[index]),
          ])
    }
    let sum = TextTable.row(
      ["all"] + figures(spentBefore, of: spentBefore, earnedBefore)
        + figures(spentAfter, of: spentAfter, earnedAfter)
        + ["", change(spentAfter, spentBefore), change(earnedAfter, earnedBefore)])
    return
      "<div class=\"wide\"><table class=\"flows\">\(groups)\(header)\(rows.joined())\(sum)</table></div>"
      + "<p class=\"note\">Means of \(Self.episodes) episodes, money in \(escaped(money)), outcomes in \(escaped(outcome)). A return "
      + "is outcome per unit of money; the marginal return "
      + "is what the next unit would bring, read from the channel's curve at the policy's mean spend.</p>"
  }

  private func share(_ part: Double, _ whole: Double) -> String {
    String(format: "%.1f %%", 100 * part / max(whole, .leastNormalMagnitude))
  }

  private func change(_ after: Double, _ before: Double) -> String {
    before > 0 ? String(format: "%+.0f %%", 100 * (after / before - 1)) : "–"
  }

  /// From the outcome of today, or of the fixed plan, to the policy's, channel by channel.
  var waterfall: String {
    BarChart.waterfall(
      "Outcome from \(reference.name) to the policy",
      from: (reference.name, reference.outcome.reduce(0, +)),
      changes: market.channels.indices.map {
        (market.channels[$0].name, policy.outcome[$0] - reference.outcome[$0])
      },
      to: "policy")
  }

  /// Money spent so far and per tick.
  var budgetPath: String {
    func sums(_ flow: Flow) -> [(x: Double, y: Double)] {
      var sum = 0.0
      return [(0, 0)]
        + flow.spends.enumerated().map { tick, spends in
          sum += spends.reduce(0, +)
          return (Double(tick + 1), 100 * sum / market.budget)
        }
    }
    let styles = ["policy": "main-line", "fixed plan": "other-line", "today": "bound-line"]
    func series(_ points: (Flow) -> [(x: Double, y: Double)]) -> [SVGChart.Series] {
      all.reversed().map {
        .init(name: $0.name, points: points($0), style: styles[$0.name] ?? "other-line")
      }
    }
    let path = SVGChart.lines(
      "Share of the budget spent by tick", x: "tick", y: "% of the budget spent",
      series: series(sums))
    let rate = SVGChart.lines(
      "Money per tick", x: "tick", y: "\(market.currency) in the tick",
      series: series { flow in
        flow.spends.enumerated().map { (Double($0.offset + 1), $0.element.reduce(0, +)) }
      })
    return "<div class=\"charts\">\(path)\(rate)</div>"
  }

  /// A curve per channel, with its limits and the mean spends of today, plan and policy.
  var curves: String {
    let ticks = Double(market.ticks)
    let styles = ["policy": "main", "fixed plan": "other", "today": "bound"]
    let figures = market.channels.enumerated().map { index, channel in
      let sketch = ResponseSketch(channel, market: market)
      let marks = all.map { flow in
        let spend = flow.spend[index] / ticks
        return SVGChart.Mark(
          name: flow.name, point: (spend, sketch.outcome(at: spend)),
          style: styles[flow.name] ?? "other")
      }
      let chart = SVGChart.lines(
        "Response curve of \(channel.name)", x: "\(market.currency) per tick",
        y: "\(market.objectiveUnit) per tick",
        series: [.init(points: sketch.points, style: "main-line")], marks: marks,
        band: sketch.band(posterior?.draws.map { $0[index] } ?? []),
        limits: [sketch.limits.lowerBound, sketch.limits.upperBound].filter { $0 > 0 }, small: true)
      return "<figure><figcaption>\(escaped(channel.name))</figcaption>\(chart)</figure>"
    }
    let band = posterior == nil ? "" : " The band holds the curves of nine of ten posterior draws."
    return
      "<div class=\"grid\">\(figures.joined())</div><p class=\"note\">Steady spend at a season of 1; points are mean "
      + "spends, dashed lines the channel's limits.\(band)</p>"
  }
}
