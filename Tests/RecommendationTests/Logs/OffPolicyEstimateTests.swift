import LinearAlgebra
import Recommendation
import Testing

struct OffPolicyEstimateTests {
  @Test func knownAnswers() throws {
    let sample = OffPolicySample(
      rewards: [1, 0, 1, 0], propensities: [0.5, 0.25, 0.25, 0.5], targets: [0.25, 0.5, 0.5, 0],
      model: ExpectedRewards(made: [0.5, 0.5, 0.5, 0.5], judged: [0.6, 0.6, 0.6, 0.6]))
    // Weights ½, 2, 2, 0.
    #expect(OffPolicyEstimate.inversePropensity(sample).value == 0.625)
    #expect(abs(OffPolicyEstimate.selfNormalized(sample).value - 2.5 / 4.5) < 1e-12)
    let robust = try #require(OffPolicyEstimate.doublyRobust(sample))
    #expect(abs(robust.value - (0.6 + (0.25 - 1 + 1) / 4)) < 1e-12)
    #expect(abs(OffPolicyEstimate.replay(sample).value - 0.75 / 1.25) < 1e-12)
    #expect(abs(sample.effectiveSampleSize - 20.25 / 8.25) < 1e-12)
  }

  /// Intervals of 95 % hold the truth in 300 logs as often as they say: between 90 and 99 %, false alarm below 1e-4.
  @Test func intervalsHoldTheTruth() {
    let rates = [0.1, 0.3, 0.6]
    let (behaviour, judged) = ([0.5, 0.3, 0.2], [0.1, 0.3, 0.6])
    let truth = zip(rates, judged).reduce(0) { $0 + $1.0 * $1.1 }
    var (held, ratioHeld, robustHeld) = (0, 0, 0)
    for log in 0..<300 {
      var stream = RandomStream(seed: 5, purpose: .test, lane: log)
      var (rewards, propensities, targets, made) = ([Double](), [Double](), [Double](), [Double]())
      for _ in 0..<400 {
        let level = Double(stream.uniform())
        let arm = level < 0.5 ? 0 : level < 0.8 ? 1 : 2
        rewards.append(Double(stream.uniform()) < rates[arm] ? 1 : 0)
        propensities.append(behaviour[arm])
        targets.append(judged[arm])
        made.append(0.2)
      }
      let sample = OffPolicySample(
        rewards: rewards, propensities: propensities, targets: targets,
        model: ExpectedRewards(made: made, judged: made))
      if OffPolicyEstimate.inversePropensity(sample).ci95.contains(truth) { held += 1 }
      if OffPolicyEstimate.selfNormalized(sample).ci95.contains(truth) { ratioHeld += 1 }
      if OffPolicyEstimate.doublyRobust(sample)?.ci95.contains(truth) == true { robustHeld += 1 }
    }
    for count in [held, ratioHeld, robustHeld] { #expect((270...297).contains(count)) }
  }
}
