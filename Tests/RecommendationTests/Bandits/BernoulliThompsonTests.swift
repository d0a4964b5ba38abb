import LinearAlgebra
import Testing

import Recommendation

struct BernoulliThompsonTests {
  /// P(Beta(2, 1) > Beta(1, 1)) = ∫ 2x · x dx = 2/3. Within 5 standard errors: false alarm 6e-7.
  @Test func twoArmsAgainstTheIntegral() {
    let bandit = BernoulliThompson(clicks: [2, 1], misses: [1, 1])
    var stream = RandomStream(seed: 1, purpose: .test)
    let shares = bandit.slateProbabilities(positions: 2, draws: 40_000, stream: &stream)
    #expect(abs(shares[0, 0] - 2.0 / 3) < 5 * (0.2222 / 40_000 as Float).squareRoot())
    for arm in 0..<2 { #expect(abs(shares[arm, 0] + shares[arm, 1] - 1) < 1e-3) }
  }

  @Test func itFindsTheBestArm() {
    let bandit = BernoulliThompson(
      clicks: [Double](repeating: 1, count: 5), misses: [Double](repeating: 1, count: 5))
    let rates: [Float] = [0.1, 0.2, 0.1, 0.5, 0.3]
    var stream = RandomStream(seed: 2, purpose: .test)
    let context = Matrix(rows: 1, columns: 1)
    var best = 0
    for round in 0..<1000 {
      let decision = bandit.choose(context.view, stream: &stream)[0]
      bandit.learn(
        context.view, decisions: [decision], rewards: [stream.uniform() < rates[decision.arm] ? 1 : 0])
      if round >= 500 && decision.arm == 3 { best += 1 }
    }
    #expect(best > 400)
  }

  /// Gamma and beta numbers have the means and variances of their laws: within 5 standard errors each.
  @Test(arguments: [(0.4, 2.0), (3.0, 0.7), (47.0, 1200.0)]) func betaMoments(a: Double, b: Double) {
    var stream = RandomStream(seed: 3, purpose: .test)
    let count = 20_000
    let draws = (0..<count).map { _ in stream.beta(a, b) }
    let mean = draws.reduce(0, +) / Double(count)
    let variance = a * b / ((a + b) * (a + b) * (a + b + 1))
    #expect(abs(mean - a / (a + b)) < 5 * (variance / Double(count)).squareRoot())
    let found = draws.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
    #expect(abs(found / variance - 1) < 0.15)
  }
}
