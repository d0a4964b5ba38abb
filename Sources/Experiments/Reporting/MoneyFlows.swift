import Apportion
import Foundation

/// Where the money of the best fixed plan and of a policy goes, and what it brings: the middle of a report.
struct MoneyFlows {
  private let market: Market
  private let fixed: PlayMeter
  private let policy: PlayMeter
  private static let episodes = 128

  /// Plays both on the same episodes.
  ///
  /// - Parameter fixedName: which of the fixed plans among the baselines.
  init(_ market: Market, policy: Policy, observation: ObservationKind, fixedName: String) throws {
    self.market = market
    let environment = BudgetAllocation(market: market, observation: observation)
    try policy.check(matches: environment)
    let (fixedMeter, policyMeter) = (PlayMeter(market: market), PlayMeter(market: market))
    let fixed = Baselines(market).fixedPlans.filter { $0.name == fixedName }.map { entry in
      MarketEvaluation.Entry(entry.name) { fixedMeter.metering(entry.make()) }
    }
    _ = MarketEvaluation(market: market, episodes: Self.episodes, seed: 0).run(
      fixed + [
        .init("policy") { policyMeter.metering(PolicyStrategy(policy: policy, environment: environment)) }
      ])
    (self.fixed, self.policy) = (fixedMeter, policyMeter)
  }

  /// One channel's sums over an episode.
  private func totals(_ values: [[Double]]) -> [Double] {
    market.channels.indices.map { channel in values.reduce(0) { $0 + $1[channel] } }
  }

  /// The outcome in units of the objective, spends not taken off.
  private func worth(_ outcomes: [Double]) -> [Double] {
    zip(outcomes, market.channels).map { $0 * ResponseSketch($1, market: market).worth }
  }

  /// What each channel gets and brings, under the plan and the policy.
  var table: String {
    let (before, after) = (totals(fixed.meanSpend), totals(policy.meanSpend))
    let (gained, gains) = (worth(totals(fixed.meanOutcome)), worth(totals(policy.meanOutcome)))
    let total = after.reduce(0, +)
    func cells(_ texts: [String], _ tag: String) -> String {
      "<tr>" + texts.map { "<\(tag)>\(escaped($0))</\(tag)>" }.joined() + "</tr>"
    }
    let header = cells(
      [
        "channel", "today", "fixed plan", "policy", "change", "share", "outcome", "change", "return",
        "marginal",
      ], "th")
    let rows = market.channels.indices.map { index in
      let channel = market.channels[index]
      let sketch = ResponseSketch(channel, market: market)
      return cells(
        [
          channel.name, sketch.today.map { compact($0) } ?? "–", compact(before[index]),
          compact(after[index]),
          change(after[index], before[index]),
          String(format: "%.1f %%", 100 * after[index] / max(total, 1e-300)),
          compact(gains[index]), change(gains[index], gained[index]),
          after[index] > 0 ? compact(gains[index] / after[index]) : "–",
          compact(sketch.marginalReturn(at: after[index] / Double(market.ticks))),
        ], "td")
    }
    let sum = cells(
      [
        "all", "", compact(before.reduce(0, +)), compact(total), change(total, before.reduce(0, +)), "100 %",
        compact(gains.reduce(0, +)), change(gains.reduce(0, +), gained.reduce(0, +)),
        compact(gains.reduce(0, +) / max(total, 1e-300)), "",
      ], "td")
    return "<div class=\"wide\"><table>\(header)\(rows.joined())\(sum)</table></div>"
      + "<p>Means of \(Self.episodes) episodes; the marginal return is that of the channel's curve at the policy's mean spend.</p>"
  }

  private func change(_ after: Double, _ before: Double) -> String {
    before > 0 ? String(format: "%+.0f %%", 100 * (after / before - 1)) : "–"
  }

  /// From the fixed plan's outcome to the policy's, channel by channel.
  var waterfall: String {
    let (gained, gains) = (worth(totals(fixed.meanOutcome)), worth(totals(policy.meanOutcome)))
    return SVGChart.waterfall(
      "Outcome from the fixed plan to the policy", from: ("fixed plan", gained.reduce(0, +)),
      changes: market.channels.indices.map { (market.channels[$0].name, gains[$0] - gained[$0]) },
      to: "policy")
  }

  /// Money spent so far, by tick.
  var budgetPath: String {
    func path(_ values: [[Double]]) -> [(Double, Double)] {
      var sum = 0.0
      return [(0, 0)]
        + values.enumerated().map { tick, spends in
          sum += spends.reduce(0, +)
          return (Double(tick + 1), 100 * sum / market.budget)
        }
    }
    return SVGChart.lines(
      "Share of the budget spent by tick", x: "tick", y: "% of the budget spent",
      series: [
        ("policy", path(policy.meanSpend), "main-line"), ("fixed plan", path(fixed.meanSpend), "other-line"),
      ])
  }

  /// A curve per channel, with the spends of today, plan and policy.
  var curves: String {
    let (before, after) = (totals(fixed.meanSpend), totals(policy.meanSpend))
    let ticks = Double(market.ticks)
    let figures = market.channels.indices.map { index in
      let sketch = ResponseSketch(market.channels[index], market: market)
      func point(_ spend: Double) -> (Double, Double) { (spend, sketch.outcome(at: spend)) }
      var marks = [
        (name: "fixed plan", point: point(before[index] / ticks), style: "other"),
        (name: "policy", point: point(after[index] / ticks), style: "main"),
      ]
      if let today = sketch.today {
        marks.append((name: "today", point: point(today / ticks), style: "bound"))
      }
      let chart = SVGChart.lines(
        "Response curve of \(market.channels[index].name)", x: "money per tick", y: "outcome per tick",
        series: [("", sketch.points, "main-line")], marks: marks)
      return "<figure><figcaption>\(escaped(market.channels[index].name))</figcaption>\(chart)</figure>"
    }
    return "<div class=\"grid\">\(figures.joined())</div>"
      + "<p>Steady spend at a season of 1; a curve ends at the channel's upper limit.</p>"
  }
}

/// A channel's curve of outcome by steady spend in the mean market.
struct ResponseSketch {
  /// Ascending money per tick, and the outcome in units of the objective.
  let points: [(Double, Double)]
  /// What an outcome adds to the objective.
  let worth: Double
  /// The money of the last ticks before the episode, over as many; nil where it is not known.
  let today: Double?

  init(_ channel: Channel, market: Market) {
    switch channel.kind {
    case .response(let response):
      let worth = market.objective == .conversions ? 1 : response.valuePerOutcome
      let gain = response.adstock.weights?.reduce(0, +) ?? 1 / (1 - response.adstock.retention)
      let hill = response.saturation
      let highest = channel.levels.last ?? 0
      points = (0...60).map { step in
        let spend = highest * Double(step) / 60
        let stock = spend * gain
        let share = stock > 0 ? 1 / (1 + pow(hill.halfSaturation / stock, hill.slope)) : 0
        return (spend, worth * hill.maximum * share)
      }
      self.worth = worth
      today =
        response.recent.isEmpty
        ? nil : response.recent.reduce(0, +) / Double(response.recent.count) * Double(market.ticks)
    case .auction(let auction):
      let worth = market.objective == .conversions ? 1 : auction.valuePerConversion
      let landscape = auction.landscape
      points = channel.levels.map { bid in
        let (won, paid, _) = landscape.outcome(bid: bid)
        let price = auction.pricing == .firstPrice ? won * bid : paid
        return (
          auction.volume * price * auction.priceUnit,
          worth * auction.volume * won * auction.clickRate * auction.conversionRate
        )
      }
      self.worth = worth
      today = nil
    }
  }

  /// The outcome at a spend, between the points.
  func outcome(at spend: Double) -> Double {
    guard let next = points.firstIndex(where: { $0.0 >= spend }), next > 0 else {
      return spend <= 0 ? points.first?.1 ?? 0 : points.last?.1 ?? 0
    }
    let (a, b) = (points[next - 1], points[next])
    return b.0 > a.0 ? a.1 + (spend - a.0) / (b.0 - a.0) * (b.1 - a.1) : b.1
  }

  /// The slope of the curve at a spend.
  func marginalReturn(at spend: Double) -> Double {
    let step = (points.last?.0 ?? 0) / 100
    guard step > 0 else { return 0 }
    let low = max(0, min(spend, (points.last?.0 ?? 0)) - step / 2)
    return (outcome(at: low + step) - outcome(at: low)) / step
  }
}
