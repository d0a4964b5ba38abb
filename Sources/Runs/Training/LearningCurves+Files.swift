import Apportion
import Documents

extension LearningCurves {
  /// The curves as a table: steps, interquartile mean, its interval, and a column per run.
  package func csv(firstSeed: UInt64 = 1) -> String {
    var table = CSVWriter(
      ["steps", "iqm", "low", "high"] + runs.indices.map { "seed_\(firstSeed + UInt64($0))" })
    for (index, point) in points.enumerated() {
      let numbers =
        [point.mean, point.interval.lowerBound, point.interval.upperBound] + runs.map { $0[index] }
      table.append(["\(point.steps)"] + numbers.map { JSONValue($0).text() })
    }
    return table.text
  }

  /// The curves as a picture: every run, and their interquartile mean on its interval.
  package func svg(title: String) -> String {
    let points = points
    let single = runs.map { run in
      SVGChart.Series(points: zip(steps, run).map { (Double($0), $1) }, style: "other-line")
    }
    let mean = SVGChart.Series(
      name: "interquartile mean", points: points.map { (Double($0.steps), $0.mean) }, style: "main-line")
    return SVGChart.file(
      SVGChart.lines(
        title, x: "steps", y: "score", series: single + [mean],
        band: points.map { (Double($0.steps), $0.interval.lowerBound, $0.interval.upperBound) },
        fromZero: false))
  }
}
