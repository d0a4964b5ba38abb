import Foundation

/// A drawing for a page: plain SVG that takes its colours from the page, so that light, dark and paper all work.
///
/// Drawings are at most 480 units wide, so that their letters can still be read on a phone.
package struct SVGChart {
  /// A line through points; the style is a class of the page.
  package struct Series {
    var name = ""
    var points: [(x: Double, y: Double)]
    var style: String

    package init(name: String = "", points: [(x: Double, y: Double)], style: String) {
      self.name = name
      self.points = points
      self.style = style
    }
  }

  /// A point with a name.
  package struct Mark {
    var name: String
    var point: (x: Double, y: Double)
    var style: String

    package init(name: String, point: (x: Double, y: Double), style: String) {
      self.name = name
      self.point = point
      self.style = style
    }
  }

  /// The style sheet of drawings' classes, over the colours that a page names.
  package static let style = """
    svg text { fill: var(--ink); font: 13px system-ui, sans-serif }
    .main { fill: var(--main) } .other { fill: var(--other) } .bound { fill: var(--bound) }
    .gain { fill: var(--gain) } .loss { fill: var(--loss) }
    .axis { stroke: var(--ink); stroke-width: 1 }
    .grid-line { stroke: var(--faint) } .limit { stroke: var(--ink); stroke-dasharray: 2 3 }
    .band { fill: var(--main); opacity: .15 }
    .main-line, .other-line, .bound-line { fill: none; stroke-width: 2 }
    .main-line { stroke: var(--main) } .other-line { stroke: var(--other); stroke-dasharray: 5 3 }
    .bound-line { stroke: var(--bound); stroke-dasharray: 2 3 }
    """

  /// The colours of light pages.
  package static let lightColors = """
    :root { --ink: #1b1f24; --paper: #ffffff; --faint: #d5dae0; --main: #0b62c4; --other: #8b97a5; --gain: #1a7f48;
    --loss: #b3372f; --bound: #b9770e }
    """

  /// A drawing as a file of its own, in light colours; an empty one where there is nothing to draw.
  package static func file(_ drawing: String) -> String {
    let open = "<svg xmlns=\"http://www.w3.org/2000/svg\""
    guard let end = drawing.firstIndex(of: ">") else { return open + "></svg>\n" }
    return open + drawing[..<end].dropFirst(4)
      + "><style>\(lightColors) svg { background: var(--paper) } \(style)</style>"
      + drawing[drawing.index(after: end)...] + "\n"
  }

  private let width: Double
  private let height: Double
  private let title: String
  private var body = ""

  private init(_ title: String, width: Double, height: Double) {
    self.title = title
    self.width = width
    self.height = height
  }

  /// The drawing as an element.
  private var html: String {
    "<svg viewBox=\"0 0 \(number(width)) \(number(height))\" style=\"max-width: \(number(1.5 * width))px\" role=\"img\" "
      + "aria-label=\"\(escaped(title))\">\(body)</svg>"
  }

  private mutating func text(_ text: String, _ x: Double, _ y: Double, anchor: String = "start") {
    body +=
      "<text x=\"\(number(x))\" y=\"\(number(y))\" text-anchor=\"\(anchor)\">\(escaped(text))</text>"
  }

  private mutating func line(_ x: Double, _ y: Double, _ toX: Double, _ toY: Double, style: String) {
    body +=
      "<line x1=\"\(number(x))\" y1=\"\(number(y))\" x2=\"\(number(toX))\" y2=\"\(number(toY))\" class=\"\(style)\"/>"
  }

  /// Lines over common axes, with marked points, a band between two lines, and upright lines at limits.
  ///
  /// - Parameters:
  ///   - small: for a grid of many drawings.
  ///   - fromZero: whether the upright axis begins at 0 or at the lowest point.
  package static func lines(
    _ title: String, x: String, y: String, series: [Series], marks: [Mark] = [],
    band: [(x: Double, low: Double, high: Double)] = [], limits: [Double] = [], small: Bool = false,
    fromZero: Bool = true
  ) -> String {
    let points = series.flatMap(\.points) + marks.map(\.point) + band.map { ($0.x, $0.high) }
    guard let lowX = points.map(\.x).min(), let highX = points.map(\.x).max(), highX > lowX else {
      return ""
    }
    let (width, plotHeight) = (small ? 340.0 : 480.0, small ? 130.0 : 190.0)
    let names = series.map(\.name).filter { !$0.isEmpty } + marks.map(\.name)
    let legend = legend(names, width: width)
    let legendRows = legend.last.map { $0.row + 1 } ?? 0
    // Half of a long label of the last tick stands to its right.
    let (left, right, top) = (70.0, width - 24, 24.0)
    let bottom = top + plotHeight
    var chart = SVGChart(title, width: width, height: bottom + 40 + 20 * Double(legendRows))
    let lowest = points.map(\.y).min() ?? 0
    let ticksY = niceTicks(fromZero ? min(0, lowest) : lowest, points.map(\.y).max() ?? 1, about: 4)
    let (lowY, highY) = (ticksY[0], ticksY[ticksY.count - 1])
    func place(_ point: (x: Double, y: Double)) -> (Double, Double) {
      (
        left + (right - left) * (point.x - lowX) / (highX - lowX),
        bottom - plotHeight * (point.y - lowY) / max(highY - lowY, .leastNormalMagnitude)
      )
    }
    func path(_ points: [(x: Double, y: Double)]) -> String {
      points.map(place).map { "\(number($0.0)),\(number($0.1))" }.joined(separator: " ")
    }
    for (tick, label) in zip(ticksY, axisLabels(ticksY)) {
      let (_, height) = place((lowX, tick))
      chart.line(left, height, right, height, style: tick == lowY ? "axis" : "grid-line")
      chart.text(label, left - 6, height + 4, anchor: "end")
    }
    let ticksX = niceTicks(lowX, highX, about: small ? 3 : 5).filter { $0 >= lowX && $0 <= highX }
    for (tick, label) in zip(ticksX, axisLabels(ticksX)) {
      let (across, _) = place((tick, lowY))
      chart.line(across, bottom, across, bottom + 4, style: "axis")
      chart.text(label, across, bottom + 18, anchor: "middle")
    }
    chart.text(y, 2, 13)
    chart.text(x, right, bottom + 34, anchor: "end")
    if !band.isEmpty {
      let outline =
        band.map { ($0.x, min($0.high, highY)) } + band.reversed().map { ($0.x, $0.low) }
      chart.body += "<polygon points=\"\(path(outline))\" class=\"band\"/>"
    }
    for limit in limits where limit >= lowX && limit <= highX {
      let (across, _) = place((limit, lowY))
      chart.line(across, top, across, bottom, style: "limit")
    }
    var shown = 0
    func legendPlace() -> (Double, Double) {
      defer { shown += 1 }
      return (legend[shown].left, bottom + 54 + 20 * Double(legend[shown].row))
    }
    for line in series {
      chart.body += "<polyline points=\"\(path(line.points))\" class=\"\(line.style)\"/>"
      guard !line.name.isEmpty else { continue }
      let (x, y) = legendPlace()
      chart.line(x, y - 4, x + 18, y - 4, style: line.style)
      chart.text(line.name, x + 24, y)
    }
    for mark in marks {
      let (x, y) = place(mark.point)
      chart.body +=
        "<circle cx=\"\(number(x))\" cy=\"\(number(y))\" r=\"5\" class=\"\(mark.style)\"/>"
      let (left, low) = legendPlace()
      chart.body +=
        "<circle cx=\"\(number(left + 9))\" cy=\"\(number(low - 4))\" r=\"5\" class=\"\(mark.style)\"/>"
      chart.text(mark.name, left + 24, low)
    }
    return chart.html
  }
}

/// Where the names of a legend begin, side by side as far as they fit; the widths of letters are guessed, from above.
private func legend(_ names: [String], width: Double) -> [(left: Double, row: Int)] {
  let margin = 12.0
  var (left, row) = (margin, 0)
  return names.map { name in
    let needed = 44 + name.unicodeScalars.reduce(0.0) { $0 + ($1.value < 0x1100 ? 8.5 : 14) }
    if left > margin, left + needed > width {
      left = margin
      row += 1
    }
    defer { left += needed }
    return (left, row)
  }
}

/// Round numbers from at or below a lowest to at or above a highest, a step of 1, 2 or 5 times a power of ten apart.
private func niceTicks(_ lowest: Double, _ highest: Double, about count: Int) -> [Double] {
  let span = highest - lowest
  guard span > 0, span.isFinite else { return [lowest, lowest + max(abs(lowest), 1)] }
  let rough = span / Double(count)
  let power = pow(10, log10(rough).rounded(.down))
  let step = ([1, 2, 5, 10].first { $0 * power >= rough } ?? 10) * power
  let first = Int((lowest / step).rounded(.down))
  let last = Int((highest / step).rounded(.up))
  return (first...max(last, first + 1)).map { Double($0) * step }
}

/// A round number without the zeros behind its point: 20 k, not 20.00 k.
private func axisLabel(_ value: Double) -> String {
  let parts = readable(value).split(separator: " ", maxSplits: 1).map(String.init)
  guard var digits = parts.first, digits.contains(".") else { return readable(value) }
  while digits.hasSuffix("0") { digits.removeLast() }
  if digits.hasSuffix(".") { digits.removeLast() }
  return ([digits] + parts.dropFirst()).joined(separator: " ")
}

/// The labels of round numbers that follow one another: with as many digits as it takes to tell them apart.
private func axisLabels(_ ticks: [Double]) -> [String] {
  let labels = ticks.map(axisLabel)
  guard ticks.count > 1, Set(labels).count < labels.count else { return labels }
  let step = ticks[1] - ticks[0]
  guard step > 0, step.isFinite else { return labels }
  let digits = max(0, Int((-log10(step)).rounded(.up)))
  return ticks.map { String(format: "%.\(digits)f", $0) }
}

/// A coordinate.
private func number(_ value: Double) -> String {
  String(format: "%.1f", value.isFinite ? value : 0)
}

/// A text that may stand in HTML.
package func escaped(_ text: String) -> String {
  text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
    .replacingOccurrences(of: ">", with: "&gt;").replacingOccurrences(of: "\"", with: "&quot;")
}
