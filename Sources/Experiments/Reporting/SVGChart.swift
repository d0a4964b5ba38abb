import Foundation

/// A drawing for a page: plain SVG that takes its colours from the page, so that light, dark and paper all work.
struct SVGChart {
  private let width: Double
  private let height: Double
  private let title: String
  private var body = ""

  init(_ title: String, width: Double = 640, height: Double = 260) {
    self.title = title
    self.width = width
    self.height = height
  }

  /// The drawing as an element.
  var html: String {
    "<svg viewBox=\"0 0 \(number(width)) \(number(height))\" role=\"img\" aria-label=\"\(escaped(title))\">\(body)</svg>"
  }

  private mutating func text(_ text: String, _ x: Double, _ y: Double, anchor: String = "start") {
    body += "<text x=\"\(number(x))\" y=\"\(number(y))\" text-anchor=\"\(anchor)\">\(escaped(text))</text>"
  }

  private mutating func line(_ x: Double, _ y: Double, _ toX: Double, _ toY: Double, style: String) {
    body +=
      "<line x1=\"\(number(x))\" y1=\"\(number(y))\" x2=\"\(number(toX))\" y2=\"\(number(toY))\" class=\"\(style)\"/>"
  }

  /// Horizontal bars with their values, and whiskers where an interval is known.
  static func bars(
    _ title: String, _ rows: [(name: String, value: Double, interval: ClosedRange<Double>?, style: String)]
  ) -> String {
    var chart = SVGChart(title, height: 30 * Double(rows.count) + 10)
    let highest = rows.map { max($0.value, $0.interval?.upperBound ?? 0) }.max() ?? 1
    let scale = 400 / max(highest, .leastNormalMagnitude)
    for (index, row) in rows.enumerated() {
      let y = 30 * Double(index) + 8
      chart.text(row.name, 128, y + 14, anchor: "end")
      chart.body +=
        "<rect x=\"136\" y=\"\(number(y))\" width=\"\(number(max(0, row.value * scale)))\" height=\"18\" class=\"\(row.style)\"/>"
      if let interval = row.interval {
        chart.line(
          136 + interval.lowerBound * scale, y + 9, 136 + interval.upperBound * scale, y + 9, style: "axis")
      }
      chart.text(compact(row.value), 144 + highest * scale, y + 14)
    }
    return chart.html
  }

  /// Bars that start where the last one ended: from a first total, by changes, to a last one.
  static func waterfall(
    _ title: String, from start: (String, Double), changes: [(String, Double)], to end: String
  ) -> String {
    var chart = SVGChart(title, height: 26 * Double(changes.count + 2) + 10)
    var level = start.1
    let levels = changes.map { change in
      level += change.1
      return level
    }
    let all = [start.1] + levels
    let span = max((all.max() ?? 1) - (all.min() ?? 0), 0.02 * abs(start.1), .leastNormalMagnitude)
    // The changes are small beside the totals, so the axis begins below the smallest.
    let floor = max(0, (all.min() ?? 0) - 0.3 * span)
    let scale = 380 / ((all.max() ?? 1) - floor)
    func bar(_ index: Int, _ name: String, _ from: Double, _ to: Double, _ label: String, _ style: String) {
      let y = 26 * Double(index) + 6
      chart.text(name, 128, y + 13, anchor: "end")
      let left = 136 + (min(from, to) - floor) * scale
      chart.body +=
        "<rect x=\"\(number(left))\" y=\"\(number(y))\" width=\"\(number(max(1, abs(to - from) * scale)))\" height=\"16\" class=\"\(style)\"/>"
      chart.text(label, 524, y + 13)
    }
    bar(0, start.0, floor, start.1, compact(start.1), "other")
    var before = start.1
    for (index, change) in changes.enumerated() {
      bar(
        index + 1, change.0, before, before + change.1, (change.1 >= 0 ? "+" : "") + compact(change.1),
        change.1 >= 0 ? "gain" : "loss")
      before += change.1
    }
    bar(changes.count + 1, end, floor, before, compact(before), "main")
    return chart.html
  }

  /// Lines over a common axis, with marked points.
  static func lines(
    _ title: String, x: String, y: String,
    series: [(name: String, points: [(Double, Double)], style: String)],
    marks: [(name: String, point: (Double, Double), style: String)] = []
  ) -> String {
    var chart = SVGChart(title)
    let points = series.flatMap(\.points) + marks.map(\.point)
    guard let lowX = points.map(\.0).min(), let highX = points.map(\.0).max(),
      let highY = points.map(\.1).max()
    else { return "" }
    let lowY = min(0, points.map(\.1).min() ?? 0)
    let base = (points.map(\.1).min() ?? 0) > 0.5 * highY ? (points.map(\.1).min() ?? 0) * 0.98 : lowY
    func place(_ point: (Double, Double)) -> (Double, Double) {
      (
        70 + 540 * (point.0 - lowX) / max(highX - lowX, .leastNormalMagnitude),
        210 - 180 * (point.1 - base) / max(highY - base, .leastNormalMagnitude)
      )
    }
    chart.line(70, 210, 610, 210, style: "axis")
    chart.line(70, 30, 70, 210, style: "axis")
    chart.text(compact(highY), 64, 34, anchor: "end")
    chart.text(compact(base), 64, 214, anchor: "end")
    chart.text(compact(lowX), 70, 228, anchor: "middle")
    chart.text(compact(highX), 610, 228, anchor: "middle")
    chart.text(x, 340, 228, anchor: "middle")
    chart.text(y, 70, 20)
    for (index, line) in series.enumerated() {
      let path = line.points.map(place).map { "\(number($0.0)),\(number($0.1))" }.joined(separator: " ")
      chart.body += "<polyline points=\"\(path)\" class=\"\(line.style)\"/>"
      guard !line.name.isEmpty else { continue }
      let left = 80 + 170 * Double(index)
      chart.line(left, 247, left + 20, 247, style: line.style)
      chart.text(line.name, left + 26, 251)
    }
    for (index, mark) in marks.enumerated() {
      let (x, y) = place(mark.point)
      chart.body += "<circle cx=\"\(number(x))\" cy=\"\(number(y))\" r=\"5\" class=\"\(mark.style)\"/>"
      let left = 80 + 170 * Double(index + series.count { !$0.name.isEmpty })
      chart.body += "<circle cx=\"\(number(left + 10))\" cy=\"247\" r=\"5\" class=\"\(mark.style)\"/>"
      chart.text(mark.name, left + 26, 251)
    }
    return chart.html
  }
}

/// A coordinate.
private func number(_ value: Double) -> String { String(format: "%.1f", value.isFinite ? value : 0) }

/// A number as people read it: three digits and a unit of thousands.
func compact(_ value: Double) -> String {
  switch abs(value) {
  case 1e9...: String(format: "%.3g bn", value / 1e9)
  case 1e6...: String(format: "%.3g M", value / 1e6)
  case 1e4...: String(format: "%.3g k", value / 1e3)
  case 100...: String(format: "%.0f", value)
  default: String(format: "%.3g", value)
  }
}

/// A text that may stand in HTML.
func escaped(_ text: String) -> String {
  text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
    .replacingOccurrences(of: ">", with: "&gt;").replacingOccurrences(of: "\"", with: "&quot;")
}
