import Environments
import LinearAlgebra
import Testing

@Suite struct FiniteWorldsTests {
  @Test func frozenLakesAreGymnasiums() throws {
    try compare(FrozenLake.small(), "FrozenLake 4x4")
    try compare(FrozenLake.small(isSlippery: false), "FrozenLake 4x4 firm")
    try compare(FrozenLake.large(), "FrozenLake 8x8")
  }

  @Test func cliffWalkingIsGymnasiums() throws { try compare(CliffWalking(), "CliffWalking") }

  @Test func taxiIsGymnasiums() throws { try compare(Taxi(), "Taxi") }

  @Test func timeLimitsAreGymnasiums() {
    #expect(FrozenLake.small().timeLimit == 100)
    #expect(FrozenLake.large().timeLimit == 200)
    #expect(CliffWalking().timeLimit == nil)
    #expect(Taxi().timeLimit == 200)
  }

  @Test func playedStatesFollowTheTable() {
    let lake = FrozenLake.small()
    var stream = RandomStream(seed: 3, purpose: .test)
    // Down from state 9 leads to 8 (slipped left), 13 and 10, each with a chance of a third.
    var counts = [Int: Int]()
    for _ in 0..<30_000 {
      var state = 9
      let action: [Int32] = [1]
      let outcome = lake.step(&state, action: action.span, stream: &stream)
      #expect(outcome == ScalarStep(reward: 0, terminated: false))
      counts[state, default: 0] += 1
    }
    #expect(Set(counts.keys) == [8, 10, 13])
    // Six standard deviations of 30,000 draws: a false alarm in less than 1e-8 of all seeds.
    #expect(counts.values.allSatisfy { abs($0 - 10_000) < 490 })
    let lanes = VectorEnvironment(count: 2, seed: 1) { lake }
    lanes.reset()
    #expect(lanes.observations.elements == (0..<32).map { $0 % 16 == 0 ? 1 : 0 })
  }

  private func compare(_ world: some FiniteEnvironment, _ name: String) throws {
    let golden = try #require(finiteWorldsGolden[name])
    var lines: [String] = []
    for state in 0..<world.transitions.stateCount {
      for action in 0..<world.transitions.actionCount {
        for outcome in world.transitions[state, action] {
          lines.append(
            "\(state) \(action) \(outcome.nextState) \(Int(outcome.reward)) \(outcome.isTerminal ? 1 : 0) "
              + "\(Int((outcome.probability * 1_000_000).rounded()))")
        }
      }
    }
    lines.sort()
    #expect(lines.count == golden.count)
    #expect(digest(lines.joined(separator: "\n")) == golden.transitions)
    #expect(digest(world.startStates.map(String.init).joined(separator: " ")) == golden.starts)
  }

  /// FNV-1a with 64 bits.
  private func digest(_ text: String) -> UInt64 {
    text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
}
