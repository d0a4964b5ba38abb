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
      return """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta http-equiv="refresh" content="30">
        <title>Campaigns</title>
        <link rel="icon" href="data:,">
        <style>
        \(SVGChart.lightColors)
        @media (prefers-color-scheme: dark) {
          :root { --ink: #e4e8ec; --paper: #14181d; --faint: #39414b; --main: #6cb0ff; --other: #7d8997; --gain: #58c98a;
            --loss: #f0857c; --bound: #e5a93c }
        }
        body { margin: 0 auto; max-width: 68rem; padding: 1rem; color: var(--ink); background: var(--paper);
          font: 16px/1.5 system-ui, sans-serif }
        h1, h2 { line-height: 1.2; overflow-wrap: anywhere } h2 { border-top: 1px solid var(--faint); padding-top: 1.5rem; margin-top: 2rem }
        .charts { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr)) }
        .wide { overflow-x: auto } table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .9rem; width: 100% }
        th, td { padding: .25rem .4rem; text-align: right; border-bottom: 1px solid var(--faint); white-space: nowrap }
        th:first-child, td:first-child { text-align: left }
        p { overflow-wrap: anywhere } .alarm { color: var(--loss); font-weight: 600 } .note { font-size: .85rem; opacity: .8 }
        figure { margin: 0 } figure p { font-size: .9rem; margin: 0 } figcaption { font-weight: 600; font-size: .9rem }
        svg { width: 100%; height: auto; display: block; margin: .5rem 0 }
        \(SVGChart.style)
        </style>
        </head>
        <body>
        <h1>Campaigns</h1>
        \(body)
        <p class="note">The newest \(CampaignMonitor.most) at most. Bands hold nine of ten of 399 simulated campaigns of the market as
        it is described; ratios are what was seen over what it leads one to expect of the same bids.</p>
        </body>
        </html>

        """
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
      let rows: String = appraisal.channels.map { channel -> String in
        let ratios: String = factors.map { factor, _ -> String in
          "<td>\(channel.ratios[factor].map { String(format: "× %.2f", $0) } ?? "")</td>"
        }.joined()
        return
          "<tr><td>\(escaped(channel.name))</td><td>\(readable(channel.spend))</td><td>\(range(channel.spendBand))</td>"
          + "<td>\(readable(channel.outcome))</td><td>\(range(channel.outcomeBand))</td>\(ratios)</tr>"
      }.joined()
      let names: String = factors.map { "<th>\($0.1)</th>" }.joined()
      return "<div class=\"wide\"><table><tr><th>channel</th><th>spend</th><th>forecast</th><th>outcome</th>"
        + "<th>forecast</th>\(names)</tr>\(rows)</table></div>"
    }
  }
#endif
