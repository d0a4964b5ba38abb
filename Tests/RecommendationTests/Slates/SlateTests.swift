import Environments
import Learning
import LinearAlgebra
import Testing

import Recommendation

struct SlateTests {
  /// The logit's best slate against all slates of three among seven.
  @Test(arguments: 0..<30) func theBestSlateIsTheBestOfAll(number: Int) {
    var stream = RandomStream(seed: 6, purpose: .test, lane: number)
    let layout = SlateLayout(
      userColumns: 1, candidates: 7, itemColumns: 2, positions: 3,
      choice: .logit(appealColumn: 1, none: number % 3 == 0 ? 0 : 1))
    let row = (0..<layout.observationSize).map { _ in stream.normal() }
    let q = (0..<7).map { _ in stream.normal() - (number % 2 == 0 ? 1 : 0) }
    var search = SlateSearch(layout)
    var slate = [Int32](repeating: 0, count: 3)
    search.best(q, row: row, into: &slate)
    func value(_ slate: [Int32]) -> Float {
      var shares = [Float](repeating: 0, count: 3)
      layout.choiceProbabilities(of: slate, row: row, into: &shares)
      return (0..<3).reduce(0) { $0 + shares[$1] * q[Int(slate[$1])] }
    }
    var best = -Float.infinity
    for a in 0..<7 {
      for b in 0..<a { for c in 0..<b { best = max(best, value([Int32(a), Int32(b), Int32(c)])) } }
    }
    #expect(abs(value(slate) - best) < 1e-5)
    #expect(Set(slate).count == 3)
  }

  @Test func whatStandsFirstIsTaken() {
    let layout = SlateLayout(userColumns: 0, candidates: 4, itemColumns: 1, positions: 2, choice: .first)
    var search = SlateSearch(layout)
    var slate = [Int32](repeating: 0, count: 2)
    search.best([0.1, 3, 2, -1], row: [0, 0, 0, 0], into: &slate)
    #expect(slate == [1, 2])
  }

  @Test func anItemShownTwiceStandsOnce() {
    let layout = SlateLayout(
      userColumns: 0, candidates: 2, itemColumns: 1, positions: 2, choice: .logit(appealColumn: 0, none: 1))
    var shares: [Float] = [0, 0]
    layout.choiceProbabilities(of: [1, 1], row: [0, 0], into: &shares)
    #expect(shares == [0.5, 0])
  }

  /// The published world's random play: 948.5 ± 8 (95 %) here, 951 published; 5 standard errors.
  @Test func randomPlayOfTheLongTermEarnsWhatIsPublished() {
    var stream = RandomStream(seed: 2, purpose: .test)
    let summary = evaluate(LongTermSatisfaction(), episodes: 400, seed: 3) { rows, actions in
      for index in 0..<2 * rows.rows { actions[index] = Int32(stream.integer(below: 20)) }
    }
    #expect(abs(summary.mean - 951) < 5 * summary.standardError)
    #expect(summary.meanLength == 60)
  }

  /// Where exposure matters much, looking ahead earns more than twice what the myopic do, after 20,000 steps.
  @Test func lookingAheadPays() throws {
    var world = LongTermSatisfaction()
    (world.sensitivity, world.candidates) = (0.5, 8)
    func mean(discount: Float) throws -> Double {
      var configuration = SlateQConfiguration()
      (configuration.discount, configuration.hidden, configuration.warmupSteps) = (discount, [32], 2000)
      let learner = SlateQ(
        VectorEnvironment(count: 16, seed: 1) { world }, configuration: configuration)
      try learner.train(steps: 20_000)
      return learner.evaluate(episodes: 200, seed: 1).mean
    }
    #expect(try mean(discount: 0.95) > 2 * mean(discount: 0))
  }
}
