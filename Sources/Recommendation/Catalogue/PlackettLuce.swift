import LinearAlgebra

/// Ranking by chance: each position takes one of the items left with probability in proportion to e^(score / temperature)
/// (Plackett, 1975; Luce, 1959).
public struct PlackettLuce: Sendable, Equatable {
  /// Towards 0 the best are ranked first; the higher, the more alike all are.
  public let temperature: Float

  /// Creates a ranking.
  public init(temperature: Float) {
    precondition(
      temperature > 0 && temperature.isFinite, "A temperature must be positive, not \(temperature).")
    self.temperature = temperature
  }

  /// Draws the first positions, and tells the probability that each was drawn with, those before it given.
  ///
  /// - Parameters:
  ///   - scores: of each candidate; overwritten.
  ///   - positions: how many.
  ///   - stream: chance; one word a position.
  /// - Returns: the candidates' places and their probabilities; the product of these is the propensity of the slate.
  package func draw(
    _ scores: UnsafeMutableBufferPointer<Float>, positions: Int, stream: inout RandomStream
  ) -> [BanditDecision] {
    precondition(
      (0...scores.count).contains(positions), "\(scores.count) candidates fill no \(positions) positions.")
    let largest = scores.max() ?? 0
    var total = 0.0
    for index in scores.indices {
      scores[index] = ScalarKernels.exp((scores[index] - largest) / temperature)
      total += Double(scores[index])
    }
    return (0..<positions).map { _ in
      var level = Double(stream.uniform()) * total
      var drawn = -1
      for index in scores.indices where scores[index] > 0 {
        drawn = index
        level -= Double(scores[index])
        if level < 0 { break }
      }
      if drawn < 0 {
        // All that is left has underflowed: alike to each other, and beyond all hope.
        drawn = scores.firstIndex { $0 == 0 } ?? 0
      }
      let weight = scores[drawn]
      let propensity = total > 0 ? Float(Double(weight) / total) : 0
      total = max(0, total - Double(weight))
      // A mark below 0: drawn.
      scores[drawn] = -1
      return BanditDecision(arm: drawn, propensity: propensity)
    }
  }
}
