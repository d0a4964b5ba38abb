import Documents
import Testing

@Suite struct SVGChartTests {
  /// Numbers that lie close together have labels that tell them apart, whatever their size.
  @Test(arguments: [(363.4, 365.8), (0, 1), (0.001, 0.0012), (123_456, 123_459), (1, 100), (-3, 7)])
  func labelsDiffer(lowest: Double, highest: Double) {
    let html = SVGChart.lines(
      "Scores", x: "steps", y: "score",
      series: [.init(name: "", points: [(1, lowest), (2, highest)], style: "main-line")], fromZero: false)
    let labels = html.matches(of: /text-anchor="end"[^>]*>([^<]*)</).map { String($0.1) }.filter {
      $0 != "steps"
    }
    #expect(labels.count > 2 && Set(labels).count == labels.count, "\(labels)")
    let turned = SVGChart.lines(
      "Scores", x: "score", y: "steps",
      series: [.init(name: "", points: [(lowest, 1), (highest, 2)], style: "main-line")], fromZero: false)
    let below = turned.matches(of: /text-anchor="middle"[^>]*>([^<]*)</).map { String($0.1) }
    #expect(below.count > 2 && Set(below).count == below.count, "\(below)")
  }

  /// What has no scale is drawn without one.
  @Test(arguments: [Double.nan, .infinity, 0, 5]) func flatLinesAreDrawn(value: Double) {
    let html = SVGChart.lines(
      "Scores", x: "steps", y: "score",
      series: [.init(name: "", points: [(1, value), (2, value)], style: "main-line")], fromZero: false)
    #expect(html.contains("polyline"))
  }
}
