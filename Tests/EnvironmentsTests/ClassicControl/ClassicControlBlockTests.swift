import CKernels
import Environments
import LinearAlgebra
import Testing

/// The kernels against the one-lane forms, which `ClassicControlTests` compares with Gymnasium.
@Suite struct ClassicControlBlockTests {
  @Test func cartPolesKernelPlaysTheScalarStep() {
    compare(
      CartPole(), spread: [(-2.4, 2.4), (-4, 4), (-0.2095, 0.2095), (-4, 4)],
      read: { CartPole.State(x: $0[0], velocity: $0[1], angle: $0[2], angularVelocity: $0[3]) },
      write: { [$0.x, $0.velocity, $0.angle, $0.angularVelocity] }, step: ck_cart_pole_step,
      observe: ck_cart_pole_observe)
  }

  @Test func acrobotsKernelPlaysTheScalarStep() {
    let turn = Double.pi
    compare(
      Acrobot(), spread: [(-turn, turn), (-turn, turn), (-4 * turn, 4 * turn), (-9 * turn, 9 * turn)],
      read: { Acrobot.State(angle1: $0[0], angle2: $0[1], velocity1: $0[2], velocity2: $0[3]) },
      write: { [$0.angle1, $0.angle2, $0.velocity1, $0.velocity2] }, step: ck_acrobot_step,
      observe: ck_acrobot_observe, tolerance: 1e-9)
  }

  @Test func mountainCarsKernelPlaysTheScalarStep() {
    compare(
      MountainCar(), spread: [(-1.3, 0.6), (-0.07, 0.07)],
      read: { MountainCar.State(position: max($0[0], -1.2), velocity: $0[1]) },
      write: { [$0.position, $0.velocity] }, step: ck_mountain_car_step, observe: ck_mountain_car_observe)
  }

  @Test func pendulumsKernelPlaysTheScalarStep() {
    compare(
      Pendulum(levels: 11), spread: [(-80, 80), (-8, 8)],
      read: { Pendulum.State(angle: $0[0], velocity: $0[1]) }, write: { [$0.angle, $0.velocity] },
      step: { ck_pendulum_step($0, $1, $2, 11, $3, $4, $5) }, observe: ck_pendulum_observe)
  }

  @Test(
    "Every step in lanes is a step of one lane, and episodes end where they should", arguments: [1, 100, 300])
  func lanesPlayScalarSteps(count: Int) {
    let problem = CartPole(timeLimit: 30)
    let lanes = VectorEnvironment(count: count, seed: 8, threads: 2) { problem }
    var stream = RandomStream(seed: 1, purpose: .test)
    var ages = [Int](repeating: 0, count: count)
    var (terminations, truncations) = (0, 0)
    lanes.reset()
    for _ in 0..<120 {
      let before = lanes.observations.elements
      let actions = (0..<count).map { _ in Int32(stream.integer(below: 2)) }
      lanes.step(actions: actions)
      for lane in 0..<count {
        let row = before[4 * lane..<4 * lane + 4].map { Double($0) }
        var state = CartPole.State(x: row[0], velocity: row[1], angle: row[2], angularVelocity: row[3])
        let action = [actions[lane]]
        let outcome = problem.step(&state, action: action.span, stream: &stream)
        ages[lane] += 1
        #expect(lanes.rewards[lane] == 1)
        // A state read from single precision may fall on the other side of the threshold: nearly never, so not here.
        #expect(lanes.terminated[lane] == outcome.terminated)
        #expect(lanes.truncated[lane] == (ages[lane] == 30 && !outcome.terminated))
        let ended = lanes.terminated[lane] || lanes.truncated[lane]
        let shown = ended ? lanes.finalObservations.view.row(lane) : lanes.observations.view.row(lane)
        for (column, expected) in [state.x, state.velocity, state.angle, state.angularVelocity].enumerated() {
          #expect(abs(Double(shown[column]) - expected) < 1e-5)
        }
        guard ended else { continue }
        ages[lane] = 0
        terminations += lanes.terminated[lane] ? 1 : 0
        truncations += lanes.truncated[lane] ? 1 : 0
        for column in 0..<4 { #expect(abs(lanes.observations[lane, column]) <= 0.05) }
      }
    }
    #expect(terminations > 0 && truncations > 0)
  }

  @Test func everyProblemIsSteppedByItsKernel() {
    func isKernel<E: Environment>(_: E) -> Bool { E.Block.self == ClassicControlBlock.self }
    #expect(isKernel(CartPole()) && isKernel(Acrobot()) && isKernel(MountainCar()) && isKernel(Pendulum()))
  }

  @Test func episodesAreThoseOfAScalarBlock() {
    let problem = CartPole(timeLimit: 25)
    let kernel = Played(problem.makeBlock(lanes: 5..<40, seed: 7))
    let scalar = Played(ScalarBlock(environment: problem, lanes: 5..<40, seed: 7))
    var stream = RandomStream(seed: 3, purpose: .test)
    var ends = 0
    for _ in 0..<100 {
      let actions = (0..<35).map { _ in Int32(stream.integer(below: 2)) }
      kernel.step(actions)
      scalar.step(actions)
      for lane in 0..<35 {
        #expect(kernel.results.terminated[lane] == scalar.results.terminated[lane])
        #expect(kernel.results.truncated[lane] == scalar.results.truncated[lane])
        ends += kernel.results.terminated[lane] || kernel.results.truncated[lane] ? 1 : 0
        for column in 0..<4 {
          // The last bit of sine and cosine differs.
          #expect(
            abs(kernel.results.observations[lane, column] - scalar.results.observations[lane, column]) < 1e-5)
        }
      }
    }
    #expect(ends > 100)
  }

  /// A block and where it writes.
  private final class Played {
    let results = StepStorage(lanes: 35, observationSize: 4)
    private let block: any EnvironmentBlock

    init(_ block: any EnvironmentBlock) {
      self.block = block
      let results = results
      var result = StepResult(results, lanes: 0..<35)
      block.reset(observations: &result.observations)
    }

    func step(_ actions: [Int32]) {
      let results = results
      var result = StepResult(results, lanes: 0..<35)
      block.step(actions: actions.span, result: &result)
    }
  }

  @Test(
    "Lanes depend neither on blocks nor on threads, in every problem",
    arguments: ["CartPole", "Acrobot", "MountainCar", "Pendulum"])
  func lanesDependNeitherOnBlocksNorOnThreads(name: String) {
    func traces(_ environment: some Environment) -> [[Float]] {
      [(1, 1), (7, 2), (64, 3), (1000, 1)].map { lanesPerBlock, threads in
        trace(environment, lanesPerBlock: lanesPerBlock, threads: threads)
      }
    }
    let seen =
      switch name {
      case "CartPole": traces(CartPole(timeLimit: 11))
      case "Acrobot": traces(Acrobot(timeLimit: 11))
      case "MountainCar": traces(MountainCar(timeLimit: 11))
      default: traces(Pendulum(timeLimit: 11))
      }
    for other in seen.dropFirst() { #expect(other == seen[0]) }
    #expect(seen[0].allSatisfy { $0.isFinite })
  }

  /// Everything 100 lanes show in 40 steps under actions drawn at random.
  private func trace(_ environment: some Environment, lanesPerBlock: Int, threads: Int) -> [Float] {
    let lanes = VectorEnvironment(count: 100, seed: 9, lanesPerBlock: lanesPerBlock, threads: threads) {
      environment
    }
    let choices = environment.actionSpace.branchSizes[0]
    var stream = RandomStream(seed: 4, purpose: .test)
    lanes.reset()
    var seen = lanes.observations.elements
    for _ in 0..<40 {
      lanes.step(actions: (0..<100).map { _ in Int32(stream.integer(below: choices)) })
      seen += lanes.observations.elements + lanes.finalObservations.elements
      for lane in 0..<100 {
        seen += [lanes.rewards[lane], lanes.terminated[lane] ? 1 : 0, lanes.truncated[lane] ? 1 : 0]
      }
    }
    return seen
  }

  private typealias Step = (
    UnsafeMutablePointer<Double>, Int, UnsafePointer<Int32>, UnsafeMutablePointer<Float>,
    UnsafeMutablePointer<Bool>, Int
  ) -> Void
  private typealias Observe = (UnsafePointer<Double>, Int, UnsafeMutablePointer<Float>, Int, Int) -> Void

  /// Plays one step from 1,001 states drawn from a box, by kernel and by the scalar form.
  private func compare<E: ScalarEnvironment>(
    _ problem: E, spread: [(Double, Double)], read: ([Double]) -> E.State, write: (E.State) -> [Double],
    step: Step, observe: Observe, tolerance: Double = 1e-13
  ) {
    let (lanes, stride, width) = (1001, 1003, problem.observationLayout.size)
    var stream = RandomStream(seed: 5, purpose: .test)
    var scalars: [E.State] = []
    var state = [Double](repeating: .nan, count: spread.count * stride)
    for lane in 0..<lanes {
      let scalar = read(spread.map { $0.0 + ($0.1 - $0.0) * Double(stream.uniform()) })
      for (variable, value) in write(scalar).enumerated() { state[variable * stride + lane] = value }
      scalars.append(scalar)
    }
    let actions = (0..<lanes).map { _ in Int32(stream.integer(below: problem.actionSpace.branchSizes[0])) }
    var rewards = [Float](repeating: .nan, count: lanes)
    var terminated = [Bool](repeating: true, count: lanes)
    var rows = [Float](repeating: .nan, count: lanes * (width + 1))
    step(&state, stride, actions, &rewards, &terminated, lanes)
    observe(state, stride, &rows, width + 1, lanes)
    for lane in 0..<lanes {
      let action = [actions[lane]]
      let outcome = problem.step(&scalars[lane], action: action.span, stream: &stream)
      #expect(abs(rewards[lane] - outcome.reward) <= 1e-5)
      #expect(terminated[lane] == outcome.terminated)
      for (variable, expected) in write(scalars[lane]).enumerated() {
        let value = state[variable * stride + lane]
        #expect(abs(value - expected) <= tolerance * max(1, abs(expected)))
      }
      var row = [Float](repeating: .nan, count: width)
      var span = row.mutableSpan
      problem.observe(scalars[lane], into: &span)
      for column in 0..<width {
        #expect(abs(rows[lane * (width + 1) + column] - row[column]) <= 1e-6 * max(1, abs(row[column])))
      }
      #expect(rows[lane * (width + 1) + width].isNaN)
    }
    for variable in spread.indices { #expect(state[variable * stride + lanes].isNaN) }
  }
}
