import LinearAlgebra

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Separable natural evolution strategies: a search for what maximises a noisy score of a few numbers (Schaul, Glasmachers and
/// Schmidhuber, "High Dimensions and Heavy Tails for Natural Evolution Strategies", 2011).
///
/// Candidates come in pairs, mirrored at the mean; only the order of their scores counts. Ask for candidates, score them all on the
/// same episodes, and tell.
package struct EvolutionSearch {
  /// Where the search stands.
  package private(set) var mean: [Float]
  /// How far candidates lie from it.
  package private(set) var deviations: [Float]
  private let utilities: [Float]
  private var random: RandomStream

  package init(mean: [Float], deviations: [Float], candidates: Int, random: RandomStream) {
    precondition(
      candidates >= 2 && mean.count == deviations.count,
      "A search needs candidates and a deviation per number.")
    self.mean = mean
    self.deviations = deviations
    self.random = random
    let pairs = candidates / 2
    let shares = (1...2 * pairs).map { max(0, log(Float(pairs) + 1) - log(Float($0))) }
    let total = shares.reduce(0, +)
    utilities = shares.map { $0 / total - 1 / Float(2 * pairs) }
  }

  /// Draws the candidates of a generation.
  package mutating func candidates() -> [[Float]] {
    (0..<utilities.count / 2).flatMap { _ in
      let steps = deviations.map { $0 * random.normal() }
      return [zip(mean, steps).map { $0 + $1 }, zip(mean, steps).map { $0 - $1 }]
    }
  }

  /// Moves towards the candidates of the highest scores.
  package mutating func tell(_ candidates: [[Float]], scores: [Double]) {
    let order = scores.indices.sorted { (scores[$0], $1) > (scores[$1], $0) }
    let count = Float(mean.count)
    let rate = (3 + log(count)) / (10 * count.squareRoot())
    for index in mean.indices {
      var (step, spread): (Float, Float) = (0, 0)
      for (rank, candidate) in order.enumerated() {
        let distance = (candidates[candidate][index] - mean[index]) / deviations[index]
        step += utilities[rank] * distance
        spread += utilities[rank] * (distance * distance - 1)
      }
      mean[index] += deviations[index] * step
      deviations[index] *= exp(rate * spread)
    }
  }
}
