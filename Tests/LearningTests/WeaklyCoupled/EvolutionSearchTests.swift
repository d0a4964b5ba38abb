import Learning
import LinearAlgebra
import Testing

@Suite("Evolution strategy")
struct EvolutionSearchTests {
  private func search(seed: UInt64) -> EvolutionSearch {
    EvolutionSearch(
      mean: [0, 0, 0, 0], deviations: [0.5, 0.5, 0.5, 0.5], candidates: 12,
      random: RandomStream(seed: seed, purpose: .test))
  }

  private let peak: [Float] = [1, -0.5, 0.25, 0]

  /// A bowl whose dimensions differ 25-fold, and the luck that all candidates of a generation share, as common random numbers
  /// leave it; the luck of their own has a deviation of 0.05.
  private func score(_ candidate: [Float], luck: Double, own: Double) -> Double {
    let steepness: [Double] = [1, 5, 25, 1]
    var score = luck + own
    for index in candidate.indices {
      let distance = Double(candidate[index] - peak[index])
      score -= steepness[index] * distance * distance
    }
    return score
  }

  @Test("The peak of a noisy bowl is found", arguments: [1, 2, 3])
  func noisyBowl(seed: UInt64) {
    var search = search(seed: seed)
    var random = RandomStream(seed: seed, purpose: .noise)
    for _ in 0..<60 {
      let luck = 10 * Double(random.normal())
      let candidates = search.candidates()
      search.tell(
        candidates, scores: candidates.map { score($0, luck: luck, own: 0.05 * Double(random.normal())) })
    }
    // Far within what the start loses, 2.8.
    #expect(score(search.mean, luck: 0, own: 0) > -0.1)
  }

  @Test func candidatesAreMirroredAndOnlyTheOrderOfScoresCounts() {
    var (one, other) = (search(seed: 4), search(seed: 4))
    let candidates = one.candidates()
    #expect(candidates == other.candidates() && candidates.count == 12)
    for pair in stride(from: 0, to: 12, by: 2) {
      #expect(zip(candidates[pair], candidates[pair + 1]).allSatisfy { $0 == -$1 })
    }
    let scores = candidates.map { score($0, luck: 0, own: 0) }
    one.tell(candidates, scores: scores)
    other.tell(candidates, scores: scores.map { 7 * $0 - 3 })
    #expect(one.mean == other.mean && one.deviations == other.deviations)
    #expect(score(one.mean, luck: 0, own: 0) > score([0, 0, 0, 0], luck: 0, own: 0))
  }
}
