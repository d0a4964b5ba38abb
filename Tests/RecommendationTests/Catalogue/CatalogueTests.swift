import Foundation
import LinearAlgebra
import NeuralNetworks
import Recommendation
import Testing

struct CatalogueTests {
  private func normal(_ rows: Int, _ columns: Int, lane: Int) -> Matrix {
    var stream = RandomStream(seed: 21, purpose: .test, lane: lane)
    return Matrix(rows: rows, columns: columns, (0..<rows * columns).map { _ in stream.normal() })
  }

  @Test(arguments: [1, 7, 500, 2000]) func retrievalIsTheFrontOfTheSortedScores(count: Int) {
    let catalogue = Catalogue(vectors: normal(2000, 8, lane: 1), features: normal(2000, 2, lane: 2))
    let user = normal(1, 8, lane: 3)
    let scores = Matrix(rows: 1, columns: 2000)
    var items = [Int32](repeating: 0, count: count)
    catalogue.retrieve(user.pointer, count: count, scores: scores.pointer, into: &items)
    let sorted = (0..<2000).sorted { (scores[0, $0], $1) > (scores[0, $1], $0) }
    #expect(items == sorted.prefix(count).map { Int32($0) })
  }

  /// Of three items drawn for two positions, each ordered pair as often as Plackett–Luce says: 5 standard errors, false
  /// alarms 6 × 6e-7; and the propensities logged are those of the law.
  @Test func slatesAreDrawnByTheirPropensities() {
    let ranking = PlackettLuce(temperature: 0.5)
    let scores: [Float] = [0.2, 0.6, -0.1]
    let weights = scores.map { exp(Double($0) / 0.5) }
    let total = weights.reduce(0, +)
    var stream = RandomStream(seed: 4, purpose: .test)
    var counts = [[Int]: Int]()
    for _ in 0..<20_000 {
      var room = scores
      let drawn = room.withUnsafeMutableBufferPointer { ranking.draw($0, positions: 2, stream: &stream) }
      let (first, second) = (drawn[0].arm, drawn[1].arm)
      counts[[first, second], default: 0] += 1
      #expect(abs(Double(drawn[0].propensity) - weights[first] / total) < 1e-5)
      #expect(abs(Double(drawn[1].propensity) - weights[second] / (total - weights[first])) < 1e-5)
    }
    for first in 0..<3 {
      for second in 0..<3 where second != first {
        let share = weights[first] / total * weights[second] / (total - weights[first])
        let found = Double(counts[[first, second]] ?? 0) / 20_000
        #expect(abs(found - share) < 5 * (share * (1 - share) / 20_000).squareRoot())
      }
    }
  }

  @Test func candidatesBeyondAllHopeStillFillASlate() {
    var room: [Float] = [0, -1e6, -1e6]
    var stream = RandomStream(seed: 4, purpose: .test)
    let drawn = room.withUnsafeMutableBufferPointer {
      PlackettLuce(temperature: 1).draw($0, positions: 3, stream: &stream)
    }
    #expect(drawn.map(\.arm).sorted() == [0, 1, 2])
  }

  /// Users take the item nearest to a map of their features. Of 1,000 items, those taken by fresh users are among the
  /// 50 best of the towers nine times in ten; chance would be one in twenty.
  @Test func towersFindWhatUsersTake() {
    let items = normal(1000, 4, lane: 5)
    let users = normal(4000, 4, lane: 6)
    func taken(_ row: UnsafePointer<Float>) -> Int {
      func product(_ item: Int) -> Float {
        (0..<4).reduce(0) { $0 + row[$1] * items[item, 3 - $1] - 0.5 * items[item, $1] * items[item, $1] }
      }
      return (0..<1000).max { product($0) < product($1) } ?? 0
    }
    let choices = (0..<4000).map { taken(users.view.row($0)) }
    let towers = TwoTowers(
      userFeatures: 4, itemFeatures: 4, dimension: 8, hidden: 32, batchSize: 128, seed: 1)
    towers.train(
      userRows: users.view.rows(0..<3800), taken: Array(choices[..<3800]), itemRows: items.view, steps: 600,
      seed: 1)
    let catalogue = Catalogue(vectors: towers.itemVectors(items.view), features: items.copy())
    let vectors = towers.userVectors(users.view.rows(3800..<4000))
    let scores = Matrix(rows: 1, columns: 1000)
    var best = [Int32](repeating: 0, count: 50)
    var found = 0
    for row in 0..<200 {
      catalogue.retrieve(vectors.view.row(row), count: 50, scores: scores.pointer, into: &best)
      if best.contains(Int32(choices[3800 + row])) { found += 1 }
    }
    #expect(found > 180)
  }

  @Test func aSlateHoldsDifferentItemsWithTheirProbabilities() {
    let catalogue = Catalogue(vectors: normal(300, 8, lane: 1), features: normal(300, 3, lane: 2))
    let scorer = DenseNetwork(widths: [5, 16, 1], seed: 1)
    let recommender = CatalogueRecommender(
      catalogue, scorer: scorer, candidates: 40, ranking: PlackettLuce(temperature: 0.3))
    var stream = RandomStream(seed: 4, purpose: .test)
    let vector: [Float] = [1, 0, 0, 0, 1, 0, 0, 0]
    let features: [Float] = [0.3, -0.2]
    let slate = recommender.recommend(
      vector: vector.span, features: features.span, positions: 10, stream: &stream)
    #expect(Set(slate.map(\.item)).count == 10)
    #expect(slate.allSatisfy { $0.propensity > 0 && $0.propensity <= 1 })
    // The score is the network's of the user's and the item's features.
    let input = Matrix(
      rows: 1, columns: 5, features + (0..<3).map { catalogue.features[slate[0].item, $0] })
    let output = Matrix(rows: 1, columns: 1)
    scorer.outputs(observations: input.view, into: output.view, workspace: scorer.workspace(maximumBatch: 1))
    #expect(abs(output[0, 0] - slate[0].score) < 1e-5)
  }
}
