import Apportion
import Documents
import Foundation

extension LearningCurves {
  /// The curves as a table: steps, interquartile mean, its interval, and a column per run.
  public func csv(firstSeed: UInt64 = 1) -> String {
    let header =
      ["steps", "iqm", "low", "high"] + runs.indices.map { "seed_\(firstSeed + UInt64($0))" }
    let rows = points.enumerated().map { index, point in
      let numbers =
        [point.mean, point.interval.lowerBound, point.interval.upperBound] + runs.map { $0[index] }
      return ["\(point.steps)"] + numbers.map { JSONValue($0).text() }
    }
    return ([header] + rows).map { $0.joined(separator: ",") + "\n" }.joined()
  }

  /// The curves as a picture: every run thin, their interquartile mean thick on its interval.
  public func svg(title: String) -> String {
    let (width, height, margin) = (640.0, 400.0, 56.0)
    let points = points
    let all = runs.flatMap { $0 }
    let (low, high) = (all.min() ?? 0, all.max() ?? 1)
    let span = high > low ? high - low : 1
    let last = Double(steps[steps.count - 1])
    func place(_ step: Int, _ score: Double) -> String {
      String(
        format: "%.1f,%.1f", margin + Double(step) / last * (width - 1.5 * margin),
        height - margin - (score - low) / span * (height - 2 * margin))
    }
    func line(_ scores: [Double], _ style: String) -> String {
      let path = zip(steps, scores).map { place($0, $1) }.joined(separator: " ")
      return "<polyline fill=\"none\" points=\"\(path)\" \(style)/>"
    }
    func label(_ x: Double, _ y: Double, _ anchor: String, _ text: String) -> String {
      "<text x=\"\(x)\" y=\"\(y)\" text-anchor=\"\(anchor)\">\(text)</text>"
    }
    let band =
      points.map { place($0.steps, $0.interval.upperBound) }
      + points.reversed().map { place($0.steps, $0.interval.lowerBound) }
    var lines = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 640 400\" font-family=\"sans-serif\" font-size=\"12\">",
      "<rect width=\"640\" height=\"400\" fill=\"white\"/>", label(320, 28, "middle", title),
      "<polygon points=\"\(band.joined(separator: " "))\" fill=\"#1f77b4\" fill-opacity=\"0.25\"/>",
    ]
    lines += runs.map { line($0, "stroke=\"#1f77b4\" stroke-opacity=\"0.35\" stroke-width=\"0.8\"") }
    lines.append(line(points.map(\.mean), "stroke=\"#1f77b4\" stroke-width=\"2.5\""))
    lines += [
      "<path d=\"M56 56V344H612\" fill=\"none\" stroke=\"black\"/>",
      label(50, 60, "end", String(format: "%.4g", high)), label(50, 348, "end", String(format: "%.4g", low)),
      label(56, 362, "middle", "0"), label(612, 362, "end", "\(steps[steps.count - 1]) steps"), "</svg>",
    ]
    return lines.joined(separator: "\n") + "\n"
  }
}
