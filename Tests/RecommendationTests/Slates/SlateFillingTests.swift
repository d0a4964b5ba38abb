import Environments
import Learning
import LinearAlgebra
import Testing

import Recommendation

struct SlateFillingTests {
  private let world: LongTermSatisfaction = {
    var world = LongTermSatisfaction()
    (world.candidates, world.positions, world.steps) = (6, 3, 10)
    return world
  }()

  @Test func whatIsPlacedIsMaskedUntilTheSlateIsShown() throws {
    let filling = SlateFilling(world)
    let layout = filling.observationLayout
    let mask = try #require(layout.mask)
    #expect(layout.size == 3 + 6 + 1 + 6 && mask == 10..<16)
    let lanes = VectorEnvironment(count: 1, seed: 1) { filling }
    lanes.reset()
    #expect(mask.allSatisfy { lanes.observations[0, $0] == 1 })
    lanes.step(actions: [4])
    #expect(lanes.rewards[0] == 0)
    #expect(mask.map { lanes.observations[0, $0] } == [1, 1, 1, 1, 0, 1])
    #expect(abs(lanes.observations[0, 9] - 1 / 3) < 1e-6)
    lanes.step(actions: [0])
    lanes.step(actions: [2])
    #expect(lanes.rewards[0] > 0)
    #expect(mask.allSatisfy { lanes.observations[0, $0] == 1 })
  }

  /// The network repeated along a diagonal, position by position, shows the slates of the network over candidates: the
  /// same returns to the last bit in 64 visits.
  @Test func thePolicyOfAFileShowsTheLearnersSlates() throws {
    var configuration = SlateQConfiguration()
    (configuration.hidden, configuration.warmupSteps) = ([12, 8], 500)
    let learner = SlateQ(VectorEnvironment(count: 8, seed: 1) { world }, configuration: configuration)
    try learner.train(steps: 2000)
    let own = learner.evaluate(episodes: 64, seed: 3)
    let policy = evaluate(learner.policy, in: SlateFilling(world), episodes: 64, seed: 3)
    #expect(own.returns == policy.returns)
    #expect(policy.lengths.allSatisfy { $0 == 30 })
  }

  /// The values of the repeated network, in raw rewards, are those of the network over single candidates.
  @Test func valuesAreThoseOfSingleCandidates() throws {
    let learner = SlateQ(VectorEnvironment(count: 8, seed: 2) { world })
    try learner.train(steps: 6000)
    let policy = learner.policy
    let lanes = VectorEnvironment(count: 4, seed: 9) { SlateFilling(world) }
    lanes.reset()
    let values = Matrix(rows: 4, columns: 6)
    PolicyRunner(policy, maximumBatch: 4).qValues(observations: lanes.observations.view, into: values.view)
    let single = CandidateValues(world.slateLayout, rows: 4)
    let rows = Matrix(rows: 4, columns: 9)
    for row in 0..<4 { for column in 0..<9 { rows[row, column] = lanes.observations[row, column] } }
    single.write(rows.view, by: learner.online)
    for row in 0..<4 {
      for candidate in 0..<6 {
        let expected = single.row(row)[candidate] / policy.rewardScale
        #expect(abs(values[row, candidate] - expected) < 1e-3 * max(1, abs(expected)))
      }
    }
  }
}
