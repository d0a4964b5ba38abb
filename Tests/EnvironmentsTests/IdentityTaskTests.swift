import Environments
import Testing

@Suite struct IdentityTaskTests {
  @Test func namingEveryNumberPaysAHundredAndGuessingItsShare() {
    let task = IdentityTask(branchSizes: [2, 16])
    let lanes = VectorEnvironment(count: 50, seed: 1) { task }
    lanes.reset()
    for isGuess in [false, true] {
      var sum: Float = 0
      for step in 1...100 {
        var actions = [Int32](repeating: 0, count: 100)
        for lane in 0..<50 where !isGuess {
          let row = (0..<18).map { lanes.observations[lane, $0] }
          #expect(row.allSatisfy { $0 == 0 || $0 == 1 } && row.reduce(0, +) == 2)
          actions[2 * lane] = Int32(row[..<2].firstIndex(of: 1) ?? -1)
          actions[2 * lane + 1] = Int32((row[2...].firstIndex(of: 1) ?? -1) - 2)
        }
        lanes.step(actions: actions)
        for lane in 0..<50 {
          sum += lanes.rewards[lane]
          #expect(lanes.truncated[lane] == (step == 100) && !lanes.terminated[lane])
        }
      }
      // A guess is right in 1/2 and 1/16 of cases; six standard deviations of 5,000 steps.
      #expect(isGuess ? abs(sum / 5_000 - 0.28125) < 0.024 : sum == 5_000)
    }
  }
}
