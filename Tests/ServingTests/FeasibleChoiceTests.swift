import LinearAlgebra
import Serving
import Testing

@Suite struct FeasibleChoiceTests {
  /// 400 random knapsacks against all combinations.
  @Test func findsWhatBruteForceFinds() {
    var stream = RandomStream(seed: 1, purpose: .test)
    let sizes = [4, 3, 1, 5]
    let count = sizes.reduce(0, +)
    for _ in 0..<400 {
      let values = (0..<count).map { _ in stream.uniform() * 10 - 5 }
      let costs = (0..<count).map { _ in stream.uniform() * 4 }
      var mask = (0..<count).map { _ in UInt8(stream.uniform() < 0.7 ? 1 : 0) }
      for place in [0, 4, 7, 8] { mask[place] = 1 }
      let budget = stream.uniform() * 12
      var best: Float?
      var combination = [Int](repeating: 0, count: sizes.count)
      repeat {
        let places = places(combination, sizes)
        guard places.allSatisfy({ mask[$0] == 1 }), sum(costs, places) <= Double(budget) else { continue }
        best = max(best ?? -.infinity, Float(sum(values, places)))
      } while advance(&combination, sizes)
      let found = FeasibleChoice(values: values[...], costs: costs[...], mask: mask[...], branchSizes: sizes)
        .best(within: budget)
      #expect((found == nil) == (best == nil))
      guard let found, let best else { continue }
      let places = places(found.map { Int($0) }, sizes)
      #expect(places.allSatisfy { mask[$0] == 1 })
      #expect(sum(costs, places) <= Double(budget))
      #expect(abs(Float(sum(values, places)) - best) < 1e-5)
    }
  }

  private func sum(_ numbers: [Float], _ places: [Int]) -> Double {
    places.reduce(0) { $0 + Double(numbers[$1]) }
  }

  private func places(_ combination: [Int], _ sizes: [Int]) -> [Int] {
    var start = 0
    return zip(combination, sizes).map { choice, size in
      defer { start += size }
      return start + choice
    }
  }

  /// The next combination, as an odometer turns; false after the last.
  private func advance(_ combination: inout [Int], _ sizes: [Int]) -> Bool {
    for branch in sizes.indices {
      combination[branch] += 1
      if combination[branch] < sizes[branch] { return true }
      combination[branch] = 0
    }
    return false
  }
}
