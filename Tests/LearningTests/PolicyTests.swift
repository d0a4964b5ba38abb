import Environments
import Learning
import LinearAlgebra
import NeuralNetworks
import Testing

@Suite struct PolicyTests {
  /// A linear policy of two columns and branches of two and three choices, with weights given by hand.
  private let policy = Policy(
    shape: NetworkShape(
      layout: ObservationLayout(names: ["a", "b"]), hidden: [], branchSizes: [2, 3]),
    weights: [
      0, 0,  // state value
      1, 0, -1, 0,  // first branch follows the first column's sign
      0, -1, 0, 0, 0, 1,  // second branch the second's
      0.5, 0, 0, 0, 0.25, 0,  // biases
    ], normalizer: ObservationNormalizer(means: [10, 20], deviations: [2, 4]), rewardScale: 0.5,
    metadata: ["k": "v"], trainingSeed: 3, trainingSteps: 7)

  @Test("Actions and values are those computed by hand", arguments: [1, 2])
  func actionsAndValuesAreThoseComputedByHand(threads: Int) {
    let runner = PolicyRunner(policy, maximumBatch: 300, threads: threads)
    // Normalised: (1, 2), (-1, -2), (0.5, 0).
    let rows = Matrix(rows: 3, columns: 2, [12, 28, 8, 12, 11, 20])
    var actions = [Int32](repeating: 9, count: 6)
    runner.act(observations: rows.view, into: &actions)
    #expect(actions == [0, 2, 1, 0, 0, 1])
    let q = Matrix(rows: 3, columns: 5)
    runner.qValues(observations: rows.view, into: q.view)
    // V = 0.5; advantages ±1 and (-2, 0.25, 2) less their mean 1/12; then back to raw reward units.
    let expected: [Float] = [3, -1, 2 * (0.5 - 2 - 1 / 12), 2 * (0.75 - 1 / 12), 2 * (2.5 - 1 / 12)]
    for choice in 0..<5 { #expect(abs(q[0, choice] - expected[choice]) < 1e-5) }
  }

  @Test func actionsDependNeitherOnTheBatchNorOnThreads() {
    let shape = NetworkShape(observationSize: 9, hidden: [32, 32], branchSizes: [4, 7, 2])
    let policy = Policy(
      shape: shape, weights: BranchingNetwork(shape: shape, seed: 2).parameterValues,
      normalizer: ObservationNormalizer(identity: 9))
    var stream = RandomStream(seed: 1, purpose: .test)
    let rows = Matrix(rows: 1000, columns: 9, (0..<9000).map { _ in stream.uniform() * 2 - 1 })
    var together = [Int32](repeating: -1, count: 3000)
    PolicyRunner(policy, maximumBatch: 1000, threads: 3).act(observations: rows.view, into: &together)
    var single = [Int32](repeating: -1, count: 3)
    let runner = PolicyRunner(policy, maximumBatch: 1)
    for row in 0..<1000 {
      runner.act(observations: rows.view.rows(row..<row + 1), into: &single)
      #expect(single == Array(together[3 * row..<3 * row + 3]))
    }
  }

  @Test func aPolicyKnowsItsOrigin() {
    #expect(policy.actionSpace == ActionSpace(branchSizes: [2, 3]))
    #expect(policy.metadata == ["k": "v"] && policy.trainingSeed == 3 && policy.trainingSteps == 7)
    #expect(policy.priorTransform == PriorTransform(scales: [], offsets: [], rewardScale: 0.5))
  }
}
