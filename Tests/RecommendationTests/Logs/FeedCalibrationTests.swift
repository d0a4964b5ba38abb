import Documents
import Foundation
import LinearAlgebra
import Testing

import Recommendation

struct FeedCalibrationTests {
  /// A log of a world that is known comes back as that world.
  @Test func findsTheWorldThatWroteTheLog() throws {
    let looks = [1, 0.6, 0.3]
    let rates = [[0.3, 0.1, 0.05], [0.05, 0.2, 0.25]]
    var stream = RandomStream(seed: 5, purpose: .episode)
    var table = CSVWriter(["who", "what", "place", "clicked"])
    for _ in 0..<60_000 {
      let segment = stream.uniform() < 0.7 ? 0 : 1
      let (topic, position) = (stream.integer(below: 3), stream.integer(below: 3))
      let isClicked = Double(stream.uniform()) < looks[position] * rates[segment][topic]
      table.append(["group \(segment)", "topic \(topic)", "\(position + 1)", isClicked ? "1" : "0"])
    }
    let found = try calibration(table.text, segments: ["who"])
    #expect(found.world.segments.map(\.name) == ["group 0", "group 1"] && found.world.positions == 3)
    guard case .positions(let chances) = found.world.clicks else {
      Issue.record("a log of positions is no cascade")
      return
    }
    // Twenty thousand rows a position: a standard deviation of .016 at most; five of them, false alarms in 2e-6 of runs.
    for (found, true_) in zip(chances, looks) { #expect(abs(Double(found) - true_) < 0.08) }
    for (segment, described) in found.world.segments.enumerated() {
      for topic in 0..<3 {
        let rate = 1 / (1 + exp(-Double(found.world.appeal + described.interests[topic])))
        // 6,000 to 14,000 rows of .63 looks: .006 at most.
        #expect(abs(rate - rates[segment][topic]) < 0.03)
      }
    }
    #expect(abs(Double(found.world.segments[0].share) / 60_000 - 0.7) < 0.01)
    let yaml = found.yaml(name: "known", source: "a test")
    guard case .feed(let read) = try RecommendationProblem(yaml: yaml).world else {
      Issue.record("a feed is written as one")
      return
    }
    #expect(read == found.world)
  }

  /// Rates that differ by chance alone are drawn together.
  @Test func chanceIsNotTakenForTaste() throws {
    var stream = RandomStream(seed: 6, purpose: .episode)
    var table = CSVWriter(["who", "what", "place", "clicked"])
    for _ in 0..<4000 {
      table.append([
        "\(stream.integer(below: 4))", "\(stream.integer(below: 20))", "1",
        stream.uniform() < 0.05 ? "1" : "0",
      ])
    }
    let found = try calibration(table.text, segments: ["who"])
    // Of 80 cells with 50 rows each, rates of their own would lie between 0 and .2.
    let largest = found.world.segments.flatMap(\.interests).map(abs).max() ?? 1
    #expect(largest < 0.4)
  }

  @Test func mistakesAreNamed() throws {
    for (text, words) in [
      ("what,place,clicked\na,1,2\n", ":2: clicked: is 2"),
      ("what,place,clicked\na,1,0\n", "is 0 everywhere"),
      ("item,place,clicked\na,1,0\n", "what: is no column"),
    ] {
      let error = #expect(throws: InputError.self) { _ = try calibration(text, segments: []) }
      #expect(error?.description.contains(words) == true, "\(String(describing: error))")
    }
  }

  private func calibration(_ text: String, segments: [String]) throws -> FeedCalibration {
    try FeedCalibration(
      CSVTable(bytes: Array(text.utf8), path: "log.csv"),
      columns: .init(action: "what", reward: "clicked", position: "place", segments: segments))
  }
}
