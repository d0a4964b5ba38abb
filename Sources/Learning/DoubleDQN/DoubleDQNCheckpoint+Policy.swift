import LinearAlgebra
import NeuralNetworks

extension DoubleDQNCheckpoint {
  /// The start of a new training from a policy's weights, normaliser and reward scale; the optimizer and the count of
  /// steps begin anew.
  package init(startingFrom policy: Policy, seed: UInt64) {
    let zeros = [Float](repeating: 0, count: policy.weights.count)
    self.init(
      shape: policy.shape, parameters: policy.weights, targetParameters: policy.weights,
      optimizer: Adam.State(step: 0, firstMoment: zeros, secondMoment: zeros), normalizer: policy.normalizer,
      rewardScale: policy.rewardScale,
      observationMoments: RunningMoments(columns: policy.shape.observationSize),
      returnMoments: RunningMoments(columns: 1), steps: 0, updates: 0, episodes: 0, scheduleSteps: nil,
      explorationStream: RandomStream(seed: seed, purpose: .exploration),
      replayStream: RandomStream(seed: seed, purpose: .replay))
  }
}
