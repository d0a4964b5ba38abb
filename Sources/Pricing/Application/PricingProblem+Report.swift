import Applications
import Documents
import Learning

extension PricingProblem {
  /// The prices over the season, and the regret to somebody who knows demand.
  package func sections(of policy: Policy, evaluation: EvaluationDocument, explanation: JSONValue?) throws
    -> [PageSection]
  {
    let play = PricingPlay(try PricingSimulation(self), episodes: 256, seed: 1)
    let own = try play.run(policy)
    guard network == nil else { return [acceptance(own)] }
    let known = play.run(.knownDemand)
    let planned = play.run(.certaintyEquivalent)
    let fixed = play.run(play.bestFixed())
    let charts = products.indices.prefix(8).map { product in
      let series = [
        ("policy", own.prices, "main-line"), ("certainty-equivalent", planned.prices, "other-line"),
      ].map {
        name, prices, style in
        SVGChart.Series(name: name, points: path(prices, product), style: style)
      }
      return "<figure><figcaption>\(escaped(products[product].name))</figcaption>"
        + SVGChart.lines(
          "Prices of \(products[product].name)", x: "period", y: "mean price, \(currency)", series: series,
          small: true, fromZero: false) + "</figure>"
    }
    let regrets = [
      ("policy", own.path, "main-line"), ("fixed", fixed.path, "other-line"),
      ("certainty-equivalent", planned.path, "bound-line"),
    ]
    let chart = SVGChart.lines(
      "Regret", x: "period", y: "profit lost so far, \(currency)",
      series: regrets.map { name, path, style in
        SVGChart.Series(
          name: name,
          points: RegretCurve(name: name, path: path, known: known.path).regrets.enumerated().map {
            (Double($0.offset + 1), $0.element)
          }, style: style)
      }, fromZero: false)
    let note = "<p class=\"note\">Means of 256 held-out seasons"
    return [
      PageSection(
        "Prices over the season",
        html: "<div class=\"grid\">\(charts.joined())</div>\(note), where the product was on sale.</p>"),
      PageSection("Regret", html: "\(chart)\(note), beside somebody who knows each season's demand.</p>"),
    ]
  }

  /// How much of the requests' value is taken, by resource.
  private func acceptance(_ own: PricingRecord) -> PageSection {
    let rows = products.enumerated().map { number, product in
      (
        product,
        (0..<periods).reduce(0.0) {
          $0 + (own.prices[$1 * products.count + number].isNaN ? 0 : own.open[$1 * products.count + number])
            / Double(periods)
        }
      )
    }
    var table = TextTable(["product", "fare", "open"])
    for (product, share) in rows.sorted(by: { $0.1 < $1.1 }).prefix(20) {
      table.append([product.name, readable(product.prices[0]), "\(Int((100 * share).rounded())) %"])
    }
    return PageSection(
      "What is turned down",
      html:
        table.html
        + "<p class=\"note\">The share of periods in which the policy would take a request, the least first; means of 256 "
        + "held-out seasons.</p>")
  }

  private func path(_ prices: [Double], _ product: Int) -> [(x: Double, y: Double)] {
    (0..<periods).compactMap { period in
      let price = prices[period * products.count + product]
      return price.isFinite ? (Double(period + 1), price) : nil
    }
  }
}
