import Learning
import LinearAlgebra
import Testing

@Suite struct RolloutTests {
  /// Advantages by their definition, Σ (γλ)^l δ_{t+l} up to the episode's end, from two lanes that end here and there.
  @Test(arguments: [(Float(0.9), Float(0.8)), (0.99, 1), (0.5, 0)])
  func advantagesAreTheSumsOfTheirDefinition(discount: Float, traceDecay: Float) {
    let rollout = Rollout(lanes: 2, steps: 7, observationSize: 1, branches: 1)
    var stream = RandomStream(seed: 1, purpose: .test)
    for row in 0..<rollout.count {
      rollout.rewards[row] = stream.normal()
      rollout.values[row] = stream.normal()
      rollout.nextValues[row] = stream.normal()
    }
    // Lane 0 ends at step 2 by truncation (its next value stands), lane 1 at step 4 in a terminal state.
    rollout.ended[2 * 2] = true
    rollout.ended[4 * 2 + 1] = true
    rollout.nextValues[4 * 2 + 1] = 0
    rollout.estimateAdvantages(discount: discount, traceDecay: traceDecay)
    for lane in 0..<2 {
      for start in 0..<7 {
        var (sum, weight) = (Float(0), Float(1))
        for step in start..<7 {
          let row = step * 2 + lane
          sum += weight * (rollout.rewards[row] + discount * rollout.nextValues[row] - rollout.values[row])
          if rollout.ended[row] { break }
          weight *= discount * traceDecay
        }
        let row = start * 2 + lane
        #expect(abs(rollout.advantages[row] - sum) < 1e-5)
        #expect(abs(rollout.returns[row] - sum - rollout.values[row]) < 1e-5)
      }
    }
  }
}
