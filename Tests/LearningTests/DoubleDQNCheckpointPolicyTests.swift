import Environments
import Learning
import Testing

@Suite struct DoubleDQNCheckpointPolicyTests {
  @Test func aNewTrainingBeginsWithThePolicy() throws {
    let configuration = DoubleDQNConfiguration(
      hidden: [8], batchSize: 16, replayCapacity: 2000, warmupSteps: 200, seed: 4)
    let first = DoubleDQN(
      environments: VectorEnvironment(count: 8, seed: 1) { CartPole() }, configuration: configuration)
    try first.train(steps: 800)
    let policy = first.policy
    let second = DoubleDQN(
      resuming: DoubleDQNCheckpoint(startingFrom: policy, seed: 4),
      environments: VectorEnvironment(count: 8, seed: 2) { CartPole() }, configuration: configuration)
    #expect(second.policy.weights == policy.weights)
    #expect(second.policy.normalizer == policy.normalizer)
    #expect(second.rewardScale == policy.rewardScale)
    #expect(second.steps == 0 && second.updates == 0)
    try second.train(steps: 800)
    #expect(second.updates > 0)
    #expect(second.policy.weights != policy.weights)
    #expect(second.policy.normalizer == policy.normalizer)
  }
}
