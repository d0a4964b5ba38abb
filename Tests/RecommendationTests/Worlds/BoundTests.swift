import Learning
import LinearAlgebra
import Testing

import Recommendation

struct BoundTests {
  /// A visit of one step from an exposure that is not felt: the best of N uniform scores c, whose engagement is
  /// e^((a + (b − a) c) / 2 + d² / 2), b and a the means; E e^(k max) has a closed form for N = 1 and 2.
  @Test(arguments: [1, 2]) func aStepIsTheBestOfItsCandidates(candidates: Int) {
    var world = LongTermSatisfaction()
    (world.candidates, world.positions, world.steps, world.sensitivity) = (candidates, 1, 1, 0)
    let (k, base) = (0.5, 2.0 + 0.5)
    // E e^(kU) = (e^k − 1) / k; E e^(k max of two) = 2 (e^k (k − 1) + 1) / k².
    let gain =
      candidates == 1 ? (exp(k) - 1) / k : 2 * (exp(k) * (k - 1) + 1) / (k * k)
    let expected = exp(base) * gain
    #expect(abs(world.bound(resolution: 401) - expected) < 1e-3 * expected)
  }

  private func exp(_ x: Double) -> Double { Double(ScalarKernels.exp(Float(x))) }

  @Test(arguments: [Float(0.01), 0.5]) func theGridHardlyMatters(sensitivity: Float) {
    var world = LongTermSatisfaction()
    world.sensitivity = sensitivity
    let fine = world.bound(resolution: 401)
    #expect(abs(world.bound(resolution: 101) - fine) < 2e-3 * fine)
  }

  /// No baseline of any bundled problem comes within five standard errors above its bound.
  @Test(arguments: ["long-term-satisfaction", "clickbait", "news-feed"])
  func noBaselineBeatsTheBound(name: String) throws {
    let problem = try RecommendationProblem(bundled: name)
    func check(_ world: some RecommendationWorld) throws {
      let bound = try #require(world.visitBound)
      for baseline in world.baselines(seed: 1) {
        let summary = evaluate(world, episodes: 300, seed: 4, act: baseline.act)
        #expect(summary.mean < bound + 5 * summary.standardError, "\(name), \(baseline.name)")
      }
    }
    try check(problem.play)
  }
}
