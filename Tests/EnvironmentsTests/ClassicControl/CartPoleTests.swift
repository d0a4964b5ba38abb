import Environments
import LinearAlgebra
import Testing

@Suite struct CartPoleTests {
  @Test("Trajectories are Gymnasium's", arguments: cartPoleGolden.indices)
  func trajectoriesAreGymnasiums(index: Int) {
    let golden = cartPoleGolden[index]
    let problem = CartPole()
    var stream = RandomStream(seed: 0, purpose: .test)
    var state = CartPole.State(
      x: golden.start[0], velocity: golden.start[1], angle: golden.start[2], angularVelocity: golden.start[3])
    var steps = 0
    var terminated = false
    for character in golden.actions where !terminated {
      let action: [Int32] = [character == "1" ? 1 : 0]
      let outcome = problem.step(&state, action: action.span, stream: &stream)
      #expect(outcome.reward == 1)
      terminated = outcome.terminated
      steps += 1
    }
    #expect(steps == golden.steps)
    #expect(terminated == golden.terminated)
    for (value, expected) in zip([state.x, state.velocity, state.angle, state.angularVelocity], golden.end) {
      // Libraries may differ in the last bit of sin and cos.
      #expect(abs(value - expected) <= 1e-12 * max(1, abs(expected)))
    }
  }

  @Test func episodesStartWithinFiveHundredthsAndSpreadOverTheRange() {
    let lanes = VectorEnvironment(count: 1000, seed: 3) { CartPole() }
    lanes.reset()
    let values = lanes.observations.elements
    #expect(values.allSatisfy { abs($0) <= 0.05 })
    #expect((values.min() ?? 0) < -0.049 && (values.max() ?? 0) > 0.049)
  }

  @Test func aBalancedPoleIsTruncatedAtTheLimit() {
    // Pushing against the predicted angle balances the pole for well over 500 steps.
    let lanes = VectorEnvironment(count: 8, seed: 5) { CartPole() }
    lanes.reset()
    var actions = [Int32](repeating: 0, count: 8)
    for step in 1...500 {
      for lane in 0..<8 {
        let row = lanes.observations.view.row(lane)
        actions[lane] = 3 * row[2] + row[3] + 0.1 * row[0] + 0.3 * row[1] > 0 ? 1 : 0
      }
      lanes.step(actions: actions)
      for lane in 0..<8 {
        #expect(!lanes.terminated[lane])
        #expect(lanes.truncated[lane] == (step == 500))
      }
    }
  }
}
