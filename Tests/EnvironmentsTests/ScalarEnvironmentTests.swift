import Environments
import LinearAlgebra
import Testing

/// Counts its steps; terminates when told to, and carries a number drawn at the start of the episode.
struct Counter: ScalarEnvironment {
  struct State {
    var steps: Int
    var tag: Float
  }
  let timeLimit: Int?
  var hasCounterfactual = false
  var observationLayout: ObservationLayout { ObservationLayout(size: 2) }
  var actionSpace: ActionSpace { ActionSpace(branchSizes: [2, 3]) }
  func makeState(stream: inout RandomStream) -> State { State(steps: 0, tag: stream.uniform()) }
  func observe(_ state: State, into row: inout MutableSpan<Float>) {
    row[0] = Float(state.steps)
    row[1] = state.tag
  }
  func step(_ state: inout State, action: Span<Int32>, stream: inout RandomStream) -> ScalarStep {
    state.steps += 1
    return ScalarStep(reward: Float(action[1]) + stream.uniform() * 0.5, terminated: action[0] == 1)
  }
  func writeReference(_ state: State, into action: inout MutableSpan<Int32>) {
    (action[0], action[1]) = (0, Int32(state.steps % 3))
  }
}

@Suite struct ScalarEnvironmentTests {
  @Test func aLaneDrawsFromItsOwnStream() {
    let block = Counter(timeLimit: nil).makeBlock(lanes: 5..<7, seed: 11)
    let observations = Matrix(rows: 2, columns: 2)
    var rows = MutableMatrixSpan(unchecked: observations.view)
    block.reset(observations: &rows)
    for lane in 5..<7 {
      var stream = RandomStream(seed: 11, purpose: .episode, lane: lane)
      _ = stream.uniform()  // The state made at creation.
      #expect(observations[lane - 5, 1] == stream.uniform())
    }
  }

  /// By brute force: lanes that played the same until then play the reference action itself.
  @Test func counterfactualsAreTheReferenceWithTheSameLuck() throws {
    let (lanes, steps) = (3, 5)
    let actions = (0..<steps).map { step in
      (0..<lanes).flatMap { lane -> [Int32] in [0, Int32((step + lane) % 3)] }
    }
    let field = VectorEnvironment(count: lanes, seed: 4) { Counter(timeLimit: 4, hasCounterfactual: true) }
    field.reset()
    for step in 0..<steps {
      let twin = VectorEnvironment(count: lanes, seed: 4) { Counter(timeLimit: 4) }
      twin.reset()
      for past in actions[..<step] { twin.step(actions: past) }
      let reference = [0, Int32(step % 4 % 3)]
      twin.step(actions: Array(repeating: reference, count: lanes).flatMap { $0 })
      field.step(actions: actions[step])
      let counterfactual = try #require(field.results.counterfactual)
      for lane in 0..<lanes {
        for branch in 0..<2 { #expect(counterfactual.actions[2 * lane + branch] == reference[branch]) }
        #expect(counterfactual.rewards[lane] == twin.rewards[lane])
        #expect(field.results.truncated[lane] == (step == 3))
        for column in 0..<2 where step != 3 {
          #expect(counterfactual.observations[lane, column] == twin.observations[lane, column])
        }
      }
    }
  }

  @Test func namesAndMetadataHaveDefaults() {
    let problem = Counter(timeLimit: 4)
    #expect(problem.observationLayout.names == ["observation_0", "observation_1"])
    #expect(problem.observationLayout.prior == nil)
    #expect(problem.metadata.isEmpty)
  }
}
