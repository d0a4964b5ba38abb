#if Serving
  import Budgets
  import Documents
  import Foundation

  /// One self-contained page of campaigns, without scripts, that reloads itself.
  struct CampaignPage {
    private let watched: [CampaignMonitor.Watched]

    init(_ watched: [CampaignMonitor.Watched]) { self.watched = watched }

    /// The page.
    var html: String {
      let body: String =
        watched.isEmpty
        ? "<p>No campaign has begun yet.</p>" : watched.map { Self.section($0) }.joined()
      return htmlPage(
        title: "Campaigns",
        style: """
          h2 { border-top: 1px solid var(--faint); padding-top: 1.5rem; margin-top: 2rem }
          .charts { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr)) }
          .alarm { color: var(--loss); font-weight: 600 }
          """, reload: 30,
        """
        <h1>Campaigns</h1>
        \(body)
        <p class="note">The newest \(CampaignMonitor.most) at most. Bands hold nine of ten of \(CampaignForecast.campaignCount) simulated campaigns of the market as
        it is described; ratios are what was seen over what it leads one to expect of the same bids.</p>
        """)
    }

    private static func section(_ watched: CampaignMonitor.Watched) -> String {
      let (summary, appraisal, forecast) = (watched.summary, watched.appraisal, watched.forecast)
      let state = summary.isEnded ? "ended" : "tick \(appraisal.tick) of \(forecast.market.ticks)"
      let words: String = watched.sentences.map { sentence -> String in
        let isAlarm = sentence.hasPrefix("Reality")
        return "<p\(isAlarm ? " class=\"alarm\"" : "")>\(escaped(sentence))</p>"
      }.joined()
      let currency = watched.market.currency
      return """
        <h2>\(escaped(summary.model)) \(escaped(summary.id))</h2>
        <p>\(state): \(readable(appraisal.spend)) of \(readable(summary.state.totalBudget)) \(escaped(currency)) spent,
        outcome \(readable(appraisal.outcome)).</p>
        \(words)
        <div class="charts">\(chart("Spend", forecast.spend, appraisal.path.map(\.spend), unit: currency))\
        \(chart("Outcome", forecast.outcome, appraisal.path.map(\.outcome), unit: "outcome"))</div>
        \(table(appraisal))
        """
    }

    private static func chart(
      _ title: String, _ bands: [CampaignForecast.Band], _ values: [Double], unit: String
    ) -> String {
      func point(_ index: Int, _ value: Double) -> (x: Double, y: Double) { (Double(index + 1), value) }
      return SVGChart.lines(
        title, x: "tick", y: unit,
        series: [
          .init(
            name: "forecast", points: [point(-1, 0)] + bands.enumerated().map { point($0, $1.median) },
            style: "other-line"),
          .init(
            name: "campaign", points: [point(-1, 0)] + values.enumerated().map { point($0, $1) },
            style: "main-line"),
        ],
        band: [(x: 0, low: 0, high: 0)]
          + bands.enumerated().map { (x: Double($0 + 1), low: $1.low, high: $1.high) })
    }

    private static func table(_ appraisal: CampaignAppraisal) -> String {
      func range(_ band: CampaignForecast.Band?) -> String {
        band.map { "\(readable($0.low)) – \(readable($0.high))" } ?? ""
      }
      let factors: [(MarketFactor, String)] = [
        (.price, "price"), (.volume, "volume"), (.response, "response"), (.conversion, "conversion"),
      ]
      var table = TextTable(["channel", "spend", "forecast", "outcome", "forecast"] + factors.map(\.1))
      for channel in appraisal.channels {
        let ratios = factors.map { factor, _ in
          channel.ratios[factor].map { String(format: "× %.2f", $0) } ?? ""
        }
        table.append(
          [
            channel.name, readable(channel.spend), range(channel.spendBand), readable(channel.outcome),
            range(channel.outcomeBand),
          ] + ratios)
      }
      return table.html
    }
  }
#endif
