import Environments
import Foundation
import Learning
import LinearAlgebra
import NeuralNetworks
import Testing

/// What `RankPriorities` and its heap do, by way of the ring that owns them.
@Suite struct RankPrioritiesTests {
  private static let exponent: Float = 0.7
  private static let table = NormalizationTable(
    ObservationNormalizer(identity: 1, limit: .infinity), layout: ObservationLayout(size: 1))
  private let batch = ReplayBatch(count: 250, observationSize: 1, branchCount: 1)

  private func ring(capacity: Int) -> ReplayBuffer {
    ReplayBuffer(
      capacity: capacity, lanes: 1, observationSize: 1, branchCount: 1, nStep: 1,
      priorityExponent: Self.exponent, prioritization: .rank)
  }

  /// Samples until every transition was seen, each having its own error then.
  private func settle(_ buffer: ReplayBuffer, stream: inout RandomStream, error: (Int) -> Float) {
    var seen: Set<Int> = []
    repeat {
      let rows = sample(buffer, stream: &stream)
      seen.formUnion(rows)
      buffer.prioritize(batch, by: rows.map(error))
    } while seen.count < buffer.count
  }

  /// The numbers of the rows of a batch.
  private func sample(_ buffer: ReplayBuffer, correction: Float = 0, stream: inout RandomStream) -> [Int] {
    buffer.sample(into: batch, normalizedBy: Self.table, correction: correction, stream: &stream)
    return (0..<250).map { Int(batch.observations[$0, 0]) }
  }

  /// A ring that has lost its oldest transitions, and whose errors were all set anew: the law is that of exact ranks.
  /// Draws from equal parts vary less than independent ones, for which the false alarm comes once in a million seeds.
  @Test func transitionsAreDrawnByTheRankOfTheirErrors() {
    let buffer = ring(capacity: 200)
    var stream = RandomStream(seed: 1, purpose: .replay)
    buffer.append(numbered: 0...150)
    settle(buffer, stream: &stream) { Float($0 * 37 % 151) }
    buffer.append(numbered: 151...300)
    let rows = (300 - buffer.count)..<300
    #expect(rows.count > 190)
    // One error stands out by far, and is still but the first.
    func error(_ row: Int) -> Float { row == 250 ? 1e9 : Float(row * 53 % 307) }
    settle(buffer, stream: &stream, error: error)
    settle(buffer, stream: &stream, error: error)
    var counts = [Int](repeating: 0, count: 301)
    for _ in 0..<800 { for row in sample(buffer, stream: &stream) { counts[row] += 1 } }
    let ranked = rows.sorted { error($0) > error($1) }
    let shares = ranked.indices.map { pow(Double($0 + 1), -Double(Self.exponent)) }
    let total = shares.reduce(0, +)
    let chiSquare = zip(ranked, shares).reduce(0.0) { sum, entry in
      let mean = 200_000 * entry.1 / total
      return sum + (Double(counts[entry.0]) - mean) * (Double(counts[entry.0]) - mean) / mean
    }
    #expect(chiSquare < chiSquareLimit(degrees: rows.count - 1))
    #expect(counts.reduce(0, +) == 200_000)
  }

  @Test(arguments: [0, 0.4, 1] as [Float]) func weightsTakeBackWhatRanksGive(correction: Float) {
    let buffer = ring(capacity: 400)
    var stream = RandomStream(seed: 2, purpose: .replay)
    buffer.append(numbered: 0...200)
    settle(buffer, stream: &stream) { Float($0) }
    let ranks = sample(buffer, correction: correction, stream: &stream).map { Float(200 - $0) }
    let last = ranks.max() ?? 1
    for draw in 0..<250 {
      #expect(abs(batch.weights[draw] - powf(ranks[draw] / last, Self.exponent * correction)) < 1e-5)
    }
  }

  /// A new transition stands with the largest error so far: it rises through the heap past all that have a smaller one, and
  /// so is drawn far more often than they are. (Measured: 9.9 % of draws; 2.1 % if all were alike.)
  @Test func newTransitionsComeFirst() {
    let buffer = ring(capacity: 1600)
    var stream = RandomStream(seed: 3, purpose: .replay)
    buffer.append(numbered: 0...1000)
    settle(buffer, stream: &stream) { $0 == 17 ? 5 : Float($0) / 1000 }
    buffer.append(numbered: 1001...1020)
    var new = 0
    for _ in 0..<20 { new += sample(buffer, stream: &stream).count { $0 >= 1000 || $0 == 17 } }
    #expect(Double(new) / 5000 > 3 * 21 / 1020)
  }
}
