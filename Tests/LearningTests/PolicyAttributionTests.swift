import Learning
import LinearAlgebra
import NeuralNetworks
import Testing

@Suite struct PolicyAttributionTests {
  private func randomRow(_ count: Int, _ stream: inout RandomStream) -> [Float] {
    (0..<count).map { _ in stream.normal() }
  }

  /// The parts sum up to the change of the margin, which a forward pass of its own measures.
  @Test func isComplete() {
    let shape = NetworkShape(observationSize: 7, hidden: [16, 16], branchSizes: [3, 4])
    var stream = RandomStream(seed: 4, purpose: .test)
    let policy = Policy(
      shape: shape, weights: (0..<shape.parameterCount).map { _ in 0.5 * stream.normal() },
      normalizer: ObservationNormalizer(identity: 7))
    let (here, there) = (randomRow(7, &stream), randomRow(7, &stream))
    let parts = attribution(of: policy, choice: 4, over: 1, at: here, from: there)
    let rows = Matrix(rows: 2, columns: 7, here + there)
    let values = Matrix(rows: 2, columns: 7)
    PolicyRunner(policy, maximumBatch: 2).qValues(observations: rows.view, into: values.view)
    let change = (values[0, 4] - values[0, 1]) - (values[1, 4] - values[1, 1])
    #expect(abs(parts.reduce(0, +) - Double(change)) < 1e-4)
    #expect(parts.contains { abs($0) > 1e-3 })
  }

  /// A column at its reference has no part.
  @Test func leavesOutWhatDoesNotDiffer() {
    let shape = NetworkShape(observationSize: 3, hidden: [8], branchSizes: [2])
    var stream = RandomStream(seed: 5, purpose: .test)
    let policy = Policy(
      shape: shape.over(shape.layout.named(["a", "b", "c"])),
      weights: (0..<shape.parameterCount).map { _ in stream.normal() },
      normalizer: ObservationNormalizer(identity: 3))
    let parts = attribution(of: policy, choice: 0, over: 1, at: [1, 0.5, -1], from: [0, 0.5, 0])
    #expect(parts[1] == 0)
  }
}
