/// Horizontal bars for a page, as HTML: they take whatever width the page has, and names are wrapped, never cut.
package enum BarChart {
  /// One bar from a value to another, and what stands at its ends.
  private struct Bar {
    var name: String
    var from: Double
    var to: Double
    var interval: ClosedRange<Double>?
    var label: String
    var style: String
  }

  /// The style sheet of the bars' classes, over the colours that a page names.
  package static let style = """
    .bars { display: grid; grid-template-columns: fit-content(38%) 1fr max-content; gap: .35rem .6rem;
      align-items: center; margin: .75rem 0; font-size: .9rem }
    .bars .name { text-align: right; overflow-wrap: anywhere; line-height: 1.2 }
    .bars .value { text-align: right; font-variant-numeric: tabular-nums }
    .track { position: relative; height: 1.15rem; min-width: 3rem }
    .track i { position: absolute; top: 0; bottom: 0; min-width: 1px; -webkit-print-color-adjust: exact; print-color-adjust: exact }
    .track .main { background: var(--main) } .track .other { background: var(--other) }
    .track .bound { background: var(--bound) } .track .gain { background: var(--gain) }
    .track .loss { background: var(--loss) }
    .track .whisker { top: 25%; bottom: 25%; border: solid var(--ink); border-width: 0 1px;
      background: linear-gradient(var(--ink), var(--ink)) center / 100% 1px no-repeat }
    """

  /// Bars with their values, and whiskers where an interval is known.
  package static func bars(
    _ title: String,
    _ rows: [(name: String, value: Double, interval: ClosedRange<Double>?, style: String)]
  ) -> String {
    html(
      title,
      rows.map {
        Bar(
          name: $0.name, from: 0, to: $0.value, interval: $0.interval, label: readable($0.value),
          style: $0.style)
      }, floor: 0)
  }

  /// Bars that start where the last one ended: from a first total, by changes, to a last one.
  package static func waterfall(
    _ title: String, from start: (String, Double), changes: [(String, Double)], to end: String
  ) -> String {
    var level = start.1
    var bars: [Bar] = []
    for (name, change) in changes {
      bars.append(
        Bar(
          name: name, from: level, to: level + change,
          label: (change >= 0 ? "+" : "") + readable(change),
          style: change >= 0 ? "gain" : "loss"))
      level += change
    }
    let all = [start.1] + bars.map(\.to)
    let (lowest, highest) = (all.min() ?? 0, all.max() ?? 1)
    // Where the changes are small beside the totals, the axis begins below the smallest.
    let span = max(highest - lowest, 0.02 * abs(start.1), .leastNormalMagnitude)
    let floor = lowest > 3 * span ? lowest - 0.3 * span : min(0, lowest)
    let first = Bar(
      name: start.0, from: floor, to: start.1, label: readable(start.1), style: "other")
    let last = Bar(name: end, from: floor, to: level, label: readable(level), style: "main")
    return html(title, [first] + bars + [last], floor: floor)
      + (floor > 0 ? "<p class=\"note\">The axis begins at \(readable(floor)).</p>" : "")
  }

  private static func html(_ title: String, _ bars: [Bar], floor: Double) -> String {
    let ends = bars.flatMap {
      [$0.from, $0.to, $0.interval?.lowerBound ?? $0.to, $0.interval?.upperBound ?? $0.to]
    }
    let (low, high) = (min(floor, ends.min() ?? 0), max(floor, ends.max() ?? 1))
    func piece(_ style: String, _ from: Double, _ to: Double) -> String {
      let unit = 100 / max(high - low, .leastNormalMagnitude)
      let (left, width) = ((min(from, to) - low) * unit, abs(to - from) * unit)
      return "<i class=\"\(style)\" style=\"left: \(percent(left)); width: \(percent(width))\"></i>"
    }
    let rows = bars.map { bar in
      "<span class=\"name\">\(escaped(bar.name))</span><span class=\"track\">\(piece(bar.style, bar.from, bar.to))"
        + (bar.interval.map { piece("whisker", $0.lowerBound, $0.upperBound) } ?? "")
        + "</span><span class=\"value\">\(escaped(bar.label))</span>"
    }
    return
      "<div class=\"bars\" role=\"group\" aria-label=\"\(escaped(title))\">\(rows.joined())</div>"
  }

  private static func percent(_ value: Double) -> String {
    let tenths = value.isFinite ? (value * 100).rounded() / 100 : 0
    return "\(tenths)%"
  }
}
