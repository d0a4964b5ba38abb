import Environments
import LinearAlgebra
import Testing

@Suite struct ClassicControlTests {
  @Test func cartPoleIsGymnasiums() throws {
    try compare(
      CartPole(), "CartPole-v1", ranges: Array(repeating: (-0.05, 0.05), count: 4),
      read: { CartPole.State(x: $0[0], velocity: $0[1], angle: $0[2], angularVelocity: $0[3]) },
      write: { [$0.x, $0.velocity, $0.angle, $0.angularVelocity] })
  }

  @Test func acrobotIsGymnasiums() throws {
    try compare(
      Acrobot(), "Acrobot-v1", ranges: Array(repeating: (-0.1, 0.1), count: 4),
      read: { Acrobot.State(angle1: $0[0], angle2: $0[1], velocity1: $0[2], velocity2: $0[3]) },
      write: { [$0.angle1, $0.angle2, $0.velocity1, $0.velocity2] })
  }

  @Test func mountainCarIsGymnasiums() throws {
    try compare(
      MountainCar(), "MountainCar-v0", ranges: [(-0.6, -0.4), (0, 0)],
      read: { MountainCar.State(position: $0[0], velocity: $0[1]) }, write: { [$0.position, $0.velocity] })
  }

  @Test func pendulumIsGymnasiums() throws {
    try compare(
      Pendulum(levels: 11), "Pendulum-v1", ranges: [(-Double.pi, Double.pi), (-1, 1)],
      read: { Pendulum.State(angle: $0[0], velocity: $0[1]) }, write: { [$0.angle, $0.velocity] })
  }

  @Test func observationsAreGymnasiums() {
    #expect(
      row(Acrobot(), .init(angle1: 0.3, angle2: -2, velocity1: 1, velocity2: -5)) == [
        Float(0.955336489125606), Float(0.29552020666133955), Float(-0.4161468365471424),
        Float(-0.9092974268256817), 1, -5,
      ])
    #expect(row(MountainCar(), .init(position: -0.5, velocity: 0.01)) == [-0.5, 0.01])
    #expect(
      row(Pendulum(), .init(angle: 0.3, velocity: 7)) == [Float(0.955336489125606), 0.29552020666133955, 7])
  }

  @Test func episodesStartWhereGymnasiumStartsThem() {
    var stream = RandomStream(seed: 2, purpose: .test)
    for _ in 0..<1000 {
      let acrobot = Acrobot().makeState(stream: &stream)
      #expect(
        [acrobot.angle1, acrobot.angle2, acrobot.velocity1, acrobot.velocity2].allSatisfy { abs($0) <= 0.1 })
      let car = MountainCar().makeState(stream: &stream)
      #expect((-0.6 ... -0.4).contains(car.position) && car.velocity == 0)
      let pendulum = Pendulum().makeState(stream: &stream)
      #expect(abs(pendulum.angle) <= .pi && abs(pendulum.velocity) <= 1)
    }
  }

  /// Plays the 10,000 steps of the golden file, each hundred from Gymnasium's state at their beginning.
  ///
  /// Libraries differ in the last bit of sine and cosine, and the problems multiply such a difference: after a hundred
  /// steps the states agree to 1e-6.
  private func compare<E: ScalarEnvironment>(
    _ problem: E, _ name: String, ranges: [(Double, Double)], read: ([Double]) -> E.State,
    write: (E.State) -> [Double]
  ) throws {
    let golden = try #require(classicControlGolden[name]).split(separator: "\n").map { line in
      line.split(separator: " ").compactMap { Double($0) }
    }
    try #require(golden.count == 101)
    let limit = try #require(problem.timeLimit)
    var generator = Generator(state: 1)
    var stream = RandomStream(seed: 0, purpose: .test)
    func start() -> [Double] { ranges.map { generator.between($0.0, $0.1) } }
    #expect(start() == Array(golden[0][3...]))
    for (line, next) in zip(golden, golden.dropFirst()) {
      var state = read(Array(line[3...]))
      var age = Int(line[0])
      var (rewards, ends) = (0.0, 0)
      for _ in 0..<100 {
        let action = [Int32(generator.integer(problem.actionSpace.branchSizes[0]))]
        let outcome = problem.step(&state, action: action.span, stream: &stream)
        rewards += Double(outcome.reward)
        age += 1
        guard outcome.terminated || age == limit else { continue }
        ends += 1
        age = 0
        state = read(start())
      }
      #expect(age == Int(next[0]))
      // Rewards are single-precision.
      #expect(abs(rewards - next[1]) <= 1e-5 * max(1, abs(next[1])))
      #expect(ends == Int(next[2]))
      for (value, expected) in zip(write(state), next[3...]) {
        #expect(abs(value - expected) <= 1e-6 * max(1, abs(expected)))
      }
    }
  }

  private func row<E: ScalarEnvironment>(_ problem: E, _ state: E.State) -> [Float] {
    var row = [Float](repeating: .nan, count: problem.observationLayout.size)
    var span = row.mutableSpan
    problem.observe(state, into: &span)
    return row
  }
}

/// The generator of `Golden/classic_control.py`.
private struct Generator {
  var state: UInt64

  mutating func word() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state >> 33
  }

  mutating func integer(_ bound: Int) -> Int { Int(word() % UInt64(bound)) }

  mutating func between(_ low: Double, _ high: Double) -> Double {
    low + (high - low) * (Double(word()) / 0x1p31)
  }
}
