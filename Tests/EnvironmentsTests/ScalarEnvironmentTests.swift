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

  @Test func namesAndMetadataHaveDefaults() {
    let problem = Counter(timeLimit: 4)
    #expect(problem.observationLayout.names == ["observation_0", "observation_1"])
    #expect(problem.observationLayout.prior == nil)
    #expect(problem.metadata.isEmpty)
  }
}
