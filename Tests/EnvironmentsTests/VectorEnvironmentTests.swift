import Environments
import LinearAlgebra
import Testing

@Suite struct VectorEnvironmentTests {
  @Test func anEndedEpisodeBeginsAnewInTheSameStepAndKeepsItsLastRow() {
    let lanes = VectorEnvironment(count: 3, seed: 1) { Counter(timeLimit: 3) }
    lanes.reset()
    let firstTags = (0..<3).map { lanes.observations[$0, 1] }
    // Lane 0 terminates at step 2, lane 1 is truncated at step 3, lane 2 terminates exactly at the limit.
    for step in 1...3 {
      lanes.step(actions: [step == 2 ? 1 : 0, 1, 0, 2, step == 3 ? 1 : 0, 0])
      let ended = [step == 2, step == 3, step == 3]
      for lane in 0..<3 {
        #expect(lanes.terminated[lane] == (ended[lane] && lane != 1))
        #expect(lanes.truncated[lane] == (ended[lane] && lane == 1))
        #expect(lanes.rewards[lane] >= [1, 2, 0][lane] && lanes.rewards[lane] <= [1.5, 2.5, 0.5][lane])
        if ended[lane] {
          #expect(lanes.observations[lane, 0] == 0)
          #expect(lanes.observations[lane, 1] != firstTags[lane])
          #expect(lanes.finalObservations[lane, 0] == Float(step))
          #expect(lanes.finalObservations[lane, 1] == firstTags[lane])
        }
      }
    }
  }

  @Test(
    "Results depend neither on blocks nor on threads",
    arguments: [(1, 1), (7, 2), (64, 2), (100, 3), (1000, 8)])
  func resultsDependNeitherOnBlocksNorOnThreads(lanesPerBlock: Int, threads: Int) {
    #expect(
      trace(lanesPerBlock: lanesPerBlock, threads: threads) == trace(lanesPerBlock: 37, threads: 1))
  }

  @Test func lanesAndSeedsDiffer() {
    let trace1 = VectorEnvironment(count: 2, seed: 1) { Counter(timeLimit: 3) }
    let trace2 = VectorEnvironment(count: 2, seed: 2) { Counter(timeLimit: 3) }
    trace1.reset()
    trace2.reset()
    #expect(trace1.observations[0, 1] != trace1.observations[1, 1])
    #expect(trace1.observations[0, 1] != trace2.observations[0, 1])
  }

  /// Everything 300 lanes show in 40 steps under actions drawn at random.
  private func trace(lanesPerBlock: Int, threads: Int) -> [Float] {
    let count = 300
    let lanes = VectorEnvironment(count: count, seed: 9, lanesPerBlock: lanesPerBlock, threads: threads) {
      Counter(timeLimit: 9)
    }
    var stream = RandomStream(seed: 4, purpose: .test)
    var actions = [Int32](repeating: 0, count: 2 * count)
    lanes.reset()
    var seen = lanes.observations.elements
    for _ in 0..<40 {
      for lane in 0..<count {
        actions[2 * lane] = stream.uniform() < 0.1 ? 1 : 0
        actions[2 * lane + 1] = Int32(stream.uniform() * 3)
      }
      lanes.step(actions: actions)
      seen += lanes.observations.elements + lanes.finalObservations.elements
      for lane in 0..<count {
        seen += [lanes.rewards[lane], lanes.terminated[lane] ? 1 : 0, lanes.truncated[lane] ? 1 : 0]
      }
    }
    return seen
  }
}
