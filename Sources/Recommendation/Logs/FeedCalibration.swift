import Documents
import Foundation

/// A feed whose visitors click as those of a log did: by segment, by topic and by position.
///
/// The chance that position p is looked at is in proportion to its clicks per showing, pooled where it would rise along the
/// slate, the first at 1. A segment's interest in a topic is the logit of its clicks over what was looked at, drawn to the
/// mean of all as far as their spread is what chance alone would make (empirical Bayes, a Beta law by its moments). What a
/// log without visits cannot tell is left out: boredom, drift, newness and tastes within a segment; a visit is a slate.
package struct FeedCalibration: Sendable {
  /// Which columns of a table mean what.
  package struct Columns: Sendable, Equatable {
    /// What was shown: an item or its topic.
    package var action: String
    /// Whether it was clicked on: 0 or 1.
    package var reward: String
    /// The position, from 1; nil where there is one.
    package var position: String?
    /// The probability that it was shown with; nil where all were shown alike.
    package var propensity: String?
    /// What tells groups of visitors apart, each combination of values one; empty for a single group.
    package var segments: [String]

    /// Names columns.
    package init(
      action: String, reward: String, position: String? = nil, propensity: String? = nil,
      segments: [String] = []
    ) {
      (self.action, self.reward, self.position) = (action, reward, position)
      (self.propensity, self.segments) = (propensity, segments)
    }
  }

  /// The rows of the log.
  package let rows: Int
  /// Clicks among them.
  package let clicks: Int
  /// The feed.
  package let world: FeedWorld
  /// How many rows' worth of looks the prior of a rate counts for; infinite where nothing but chance tells rates apart.
  package let priorLooks: Double

  /// Learns a feed from a log. O(rows).
  ///
  /// - Parameter candidates: how many articles there are to choose from for a slate; nil for one for each topic, 100 at most.
  /// - Throws: `InputError` with the place of what cannot be read.
  package init(_ table: CSVTable, columns: Columns, candidates: Int? = nil) throws(InputError) {
    let log = try RecommendationLog(
      table,
      columns: .init(
        action: columns.action, reward: columns.reward, propensity: columns.propensity,
        position: columns.position,
        context: []))
    let reward = try table.requireColumn(columns.reward)
    for (row, paid) in log.rewards.enumerated() where paid != 0 && paid != 1 {
      throw table.error(row: row, column: reward, "is \(paid)", "give 1 for a click, 0 for none")
    }
    let clicks = log.rewards.count { $0 > 0 }
    guard clicks > 0, clicks < log.count else {
      throw InputError(
        .invalid, file: table.path, key: columns.reward, problem: "is \(clicks > 0 ? 1 : 0) everywhere",
        remedy: "give a log with clicks and without")
    }
    let (segments, ofRow) = try Self.segments(table, columns.segments)
    let looks = Self.looks(log)
    let topics = log.armNames.count
    var shown = [Double](repeating: 0, count: segments.count * topics)
    var clicked = shown
    var sizes = [Int](repeating: 0, count: segments.count)
    for row in 0..<log.count {
      let cell = ofRow[row] * topics + log.decisions[row].arm
      shown[cell] += looks[log.rowPositions[row]]
      clicked[cell] += Double(log.rewards[row])
      sizes[ofRow[row]] += 1
    }
    let mean = clicked.reduce(0, +) / shown.reduce(0, +)
    let prior = Self.priorLooks(clicked, shown, mean)
    func logit(_ rate: Double) -> Double { Foundation.log(rate / (1 - rate)) }
    let appeal = logit(mean)
    let groups = segments.enumerated().map { segment, name in
      FeedWorld.Segment(
        name: name, share: Float(sizes[segment]),
        interests: (0..<topics).map { topic in
          let cell = segment * topics + topic
          guard prior.isFinite else { return 0 }
          let rate = (clicked[cell] + prior * mean) / (shown[cell] + prior)
          return Float(logit(min(max(rate, 1e-9), 1 - 1e-9)) - appeal)
        })
    }
    var world = FeedWorld(topics: log.armNames, segments: groups)
    world.positions = log.positions
    world.candidates = max(log.positions, candidates ?? min(topics, 100))
    world.clicks = .positions(looks.map { Float($0) })
    world.appeal = Float(appeal)
    (world.interestDeviation, world.drift, world.qualityDeviation) = (0, 0, 0)
    (world.newShare, world.boredom, world.memory) = (0, 0, 0)
    (world.leave, world.leaveWithoutClick, world.longestVisit) = (1, 1, 1)
    self.world = world
    (rows, self.clicks, priorLooks) = (log.count, clicks, prior)
  }

  /// The names of the groups, the most frequent first, and the group of each row.
  private static func segments(_ table: CSVTable, _ names: [String]) throws(InputError) -> ([String], [Int]) {
    let columns = try names.map { name throws(InputError) in try table.requireColumn(name) }
    guard !columns.isEmpty else { return (["everybody"], Array(repeating: 0, count: table.rowCount)) }
    let texts = (0..<table.rowCount).map { row in
      columns.map { table.text(row: row, column: $0) }.joined(separator: " ")
    }
    var counts: [String: Int] = [:]
    for text in texts { counts[text, default: 0] += 1 }
    guard counts.count <= 100 else {
      throw InputError(
        .invalid, file: table.path, key: names.joined(separator: ", "),
        problem: "tells \(counts.count) groups apart", remedy: "name columns that tell at most 100 apart")
    }
    let order = counts.keys.sorted { (counts[$0] ?? 0, $1) > (counts[$1] ?? 0, $0) }
    let places = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
    return (order, texts.map { places[$0] ?? 0 })
  }

  /// The chance that each position is looked at, the first at 1: clicks per showing, each row weighed by the inverse of its
  /// propensity, and neighbours pooled where the later is looked at more.
  private static func looks(_ log: RecommendationLog) -> [Double] {
    var blocks: [(clicks: Double, shown: Double, count: Int)] = []
    var (clicks, shown) = (
      [Double](repeating: 0, count: log.positions), [Double](repeating: 0, count: log.positions)
    )
    for row in 0..<log.count {
      let weight = 1 / log.propensities[row]
      clicks[log.rowPositions[row]] += weight * Double(log.rewards[row])
      shown[log.rowPositions[row]] += weight
    }
    for position in 0..<log.positions {
      blocks.append((clicks[position], max(shown[position], 1e-9), 1))
      while blocks.count > 1 {
        let (before, last) = (blocks[blocks.count - 2], blocks[blocks.count - 1])
        guard last.clicks / last.shown > before.clicks / before.shown else { break }
        blocks.removeLast(2)
        blocks.append((before.clicks + last.clicks, before.shown + last.shown, before.count + last.count))
      }
    }
    let top = blocks[0].clicks / blocks[0].shown
    return blocks.flatMap { Array(repeating: top > 0 ? $0.clicks / $0.shown / top : 1, count: $0.count) }
  }

  /// a + b of the Beta law whose mean and spread are those of the cells' rates beyond what chance makes.
  private static func priorLooks(_ clicked: [Double], _ shown: [Double], _ mean: Double) -> Double {
    // Σ n (c/n − m)² has the mean Σ (1 − n/N) m (1 − m) under chance alone, and grows by τ² Σ n (1 − n/N).
    let total = shown.reduce(0, +)
    var (spread, cells, scale) = (0.0, 0.0, 0.0)
    for (clicks, looks) in zip(clicked, shown) where looks > 0 {
      spread += looks * (clicks / looks - mean) * (clicks / looks - mean)
      cells += 1 - looks / total
      scale += looks * (1 - looks / total)
    }
    let chance = mean * (1 - mean)
    let variance = (spread - cells * chance) / max(scale - cells, 1e-9)
    return variance > 0 ? max(1, chance / variance - 1) : .infinity
  }

  /// The description of the feed.
  package func yaml(name: String, source: String) -> String {
    func list(_ numbers: [Float]) -> String { "[" + numbers.map { "\($0)" }.joined(separator: ", ") + "]" }
    func text(_ word: String) -> String { JSONValue.string(word).text() }
    var lines = [
      "kind: recommendation", "name: \(text(name))",
      "summary: \(text("calibrated from \(rows) decisions with \(clicks) clicks of \(source)"))", "world:",
      "  feed:", "    topics: [\(world.topics.map(text).joined(separator: ", "))]", "    segments:",
    ]
    for segment in world.segments {
      lines.append(
        "      - {name: \(text(segment.name)), share: \(segment.share), interests: \(list(segment.interests))}"
      )
    }
    if case .positions(let chances) = world.clicks {
      lines.append("    clicks: {positions: \(list(chances))}")
    }
    lines += [
      "    positions: \(world.positions)", "    candidates: \(world.candidates)",
      "    appeal: \(world.appeal)",
      "    interest_deviation: 0", "    drift: 0", "    quality_deviation: 0", "    new_share: 0",
      "    boredom: 0",
      "    memory: 0", "    leave: 1", "    leave_without_click: 1", "    longest_visit: 1",
    ]
    return lines.joined(separator: "\n") + "\n"
  }

  /// What was found, for people.
  package var text: String {
    var text =
      "\(rows) decisions with \(clicks) clicks; \(world.segments.count) segments, \(world.topics.count) topics, "
      + "\(world.positions) positions.\n"
    text +=
      priorLooks.isFinite
      ? "Rates differ beyond chance: the mean of all counts for \(readable(priorLooks)) looks in each of them.\n"
      : "Nothing but chance tells the rates of segments and topics apart: all are taken for the mean.\n"
    var table = TextTable(["segment", "share", "best topic", "rate", "worst topic", "rate"])
    let total = world.segments.reduce(0) { $0 + $1.share }
    for segment in world.segments.prefix(10) {
      let order = segment.interests.indices.sorted { segment.interests[$0] > segment.interests[$1] }
      func rate(_ topic: Int) -> String {
        String(format: "%.4f", logistic(world.appeal + segment.interests[topic]))
      }
      let (best, worst) = (order[0], order[order.count - 1])
      table.append([
        segment.name, String(format: "%.0f %%", 100 * segment.share / total), world.topics[best], rate(best),
        world.topics[worst], rate(worst),
      ])
    }
    return text + table.text
  }

  /// The same for machines.
  package var json: JSONValue {
    guard case .positions(let chances) = world.clicks else { return .null }
    return [
      "rows": JSONValue(rows), "clicks": JSONValue(clicks), "prior_looks": JSONValue(priorLooks),
      "segments": .array(world.segments.map { .string($0.name) }),
      "topics": .array(world.topics.map { .string($0) }),
      "positions": .array(chances.map { JSONValue($0) }),
    ]
  }
}
