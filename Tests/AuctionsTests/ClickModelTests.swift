import Auctions
import LinearAlgebra
import Testing

@Suite struct ClickModelTests {
  /// Rows of a logistic law with known weights.
  private func drawn(_ count: Int, seed: UInt64) -> (rows: FeatureRows, labels: [Bool], weights: [Double]) {
    var stream = RandomStream(seed: seed, purpose: .test)
    let weights = [1.0, -0.5, 0, 0.7, -1.2]
    var rows = FeatureRows(width: 5)
    var labels: [Bool] = []
    for _ in 0..<count {
      let columns = (0..<5).filter { _ in stream.uniform() < 0.5 }.map { Int32($0) }
      let score = -0.8 + columns.reduce(0) { $0 + weights[Int($1)] }
      rows.append(columns)
      labels.append(Double(stream.uniform()) < 1 / (1 + exponential(-score)))
    }
    return (rows, labels, weights)
  }

  private func exponential(_ x: Double) -> Double {
    // (1 + x/2^20)^(2^20), good to 1e-6 here.
    var result = 1 + x / 1_048_576
    for _ in 0..<20 { result *= result }
    return result
  }

  @Test func newtonEndsWhereTheGradientIsZero() throws {
    let (rows, labels, _) = drawn(2000, seed: 20)
    let model = try LogisticRegression(rows, labels: labels, ridge: 0.5)
    var gradient = model.weights.map { 0.5 * $0 } + [0]
    for row in 0..<rows.count {
      let slope = model.probability(rows[row]) - (labels[row] ? 1 : 0)
      for column in rows[row] { gradient[Int(column)] += slope }
      gradient[5] += slope
    }
    for slope in gradient { #expect(abs(slope) < 1e-5) }
  }

  /// 20,000 rows: every weight within 0.2 of the law's, five standard errors; a false alarm in 1 of 10^5 runs.
  @Test func bothLearnersFindTheLaw() throws {
    let (rows, labels, weights) = drawn(20_000, seed: 21)
    let newton = try LogisticRegression(rows, labels: labels, ridge: 1e-3)
    for (found, law) in zip(newton.weights, weights) { #expect(abs(found - law) < 0.2) }
    var ftrl = FTRLProximal(width: 5, alpha: 0.1, lambda1: 0, lambda2: 0)
    for row in 0..<rows.count { ftrl.learn(rows[row], label: labels[row]) }
    let scores = (0..<rows.count).map { (newton.probability(rows[$0]), ftrl.probability(rows[$0])) }
    let losses = (
      logLoss(chances: scores.map(\.0), labels: labels), logLoss(chances: scores.map(\.1), labels: labels)
    )
    #expect(losses.1 < losses.0 + 0.005)
    #expect(losses.0 <= losses.1)
  }

  @Test func ftrlLeavesUselessWeightsAtZero() {
    let (rows, labels, _) = drawn(5000, seed: 22)
    var ftrl = FTRLProximal(width: 5, alpha: 0.1, lambda1: 60)
    for row in 0..<rows.count { ftrl.learn(rows[row], label: labels[row]) }
    #expect(ftrl.weight(2) == 0)
    #expect(ftrl.weight(4) != 0)
    #expect(ftrl.nonzeros < 5)
  }

  @Test func areaUnderCurveCountsPairs() throws {
    let scores = [0.1, 0.4, 0.4, 0.8, 0.3]
    let labels = [false, true, false, true, false]
    // Of 2 · 3 pairs, 5 are in order and 1 is tied.
    #expect(try abs(#require(areaUnderCurve(scores: scores, labels: labels)) - 5.5 / 6) < 1e-12)
    #expect(areaUnderCurve(scores: [1, 2], labels: [true, true]) == nil)
    var stream = RandomStream(seed: 23, purpose: .test)
    let many = (0..<200).map { _ in Double(stream.integer(below: 20)) }
    let clicked = many.map { Double(stream.uniform()) < $0 / 20 }
    var (won, pairs) = (0.0, 0.0)
    for i in many.indices where clicked[i] {
      for j in many.indices where !clicked[j] {
        pairs += 1
        won += many[i] > many[j] ? 1 : many[i] == many[j] ? 0.5 : 0
      }
    }
    #expect(try abs(#require(areaUnderCurve(scores: many, labels: clicked)) - won / pairs) < 1e-12)
  }

  @Test func hashesSpreadAndRepeat() {
    let rows = (0..<500).map { [IPinYouRow.Feature("slot", "\($0)"), .init("slot", "\($0)")] }
    let hashed = FeatureRows(hashing: rows, bits: 18)
    #expect((0..<500).allSatisfy { hashed[$0].count == 1 })
    #expect(Set((0..<500).flatMap { Array(hashed[$0]) }).count >= 497)
    // Each row names its feature twice; a third of a feature is in one row more.
    let columns = FeatureColumns(rows + rows[..<3], atLeast: 3)
    #expect(columns.width == 3)
  }
}
