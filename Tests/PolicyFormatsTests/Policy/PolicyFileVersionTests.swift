import Documents
import Environments
import Learning
import LinearAlgebra
import NeuralNetworks
import PolicyFormats
import Testing

/// Policies that readers of the format's first version would not act on rightly.
@Suite struct PolicyFileVersionTests {
  private func policy(_ aggregation: Aggregation, capped: Bool = false) -> Policy {
    let shape = NetworkShape(
      layout: ObservationLayout(
        size: 16, mask: capped ? nil : 2..<11, spend: capped ? SpendColumns(costs: 3..<12, budget: 12) : nil),
      hidden: [5], branchSizes: [3, 4, 2], aggregation: aggregation)
    var stream = RandomStream(seed: 8, purpose: .test)
    return Policy(
      shape: shape, weights: (0..<shape.parameterCount).map { _ in stream.uniform() - 0.5 },
      normalizer: ObservationNormalizer(
        means: Array(repeating: 0, count: 16), deviations: Array(repeating: 1.5, count: 16)))
  }

  @Test(arguments: [(Aggregation.joint, false), (.additive, true)], [PolicyFormat.safetensors, .npz])
  func filesHoldJointHeadsAndSpendCaps(kind: (aggregation: Aggregation, capped: Bool), format: PolicyFormat)
    throws
  {
    try withTemporaryFolder { folder in
      let policy = policy(kind.aggregation, capped: kind.capped)
      #expect(policy.safetensors.metadata["format"] == "apportion-policy/2")
      #expect(try Policy(policy.safetensors) == policy)
      let vectors = TestVectors(policy, rows: 40)
      #expect(Set(vectors.actions).count > 1)
      try format.write(policy, vectors: vectors, to: "\(folder)/policy")
      let (carried, computed) = try format.readBack("\(folder)/policy")
      #expect(carried == vectors && vectors.difference(to: computed, branchSizes: nil) == 0)
    }
  }

  @Test func graphsRefuseThem() {
    for policy in [policy(.joint), policy(.additive, capped: true)] {
      let refusal = PolicyFormat.onnx.refusal(of: policy)
      #expect(refusal?.problem.hasPrefix("cannot be written as onnx: ") == true)
      #expect(PolicyFormat.npz.refusal(of: policy) == nil)
    }
    #expect(PolicyFormat.onnx.refusal(of: policy(.additive)) == nil)
  }

  /// A file that calls itself the first version would be acted on without its cap.
  @Test func theVersionMustBeTheNetworks() {
    var capped = policy(.additive, capped: true).safetensors
    capped.metadata["format"] = "apportion-policy/1"
    #expect(throws: InputError.self) { try Policy(capped) }
    var plain = policy(.additive).safetensors
    #expect(plain.metadata["format"] == "apportion-policy/1")
    plain.metadata["format"] = "apportion-policy/3"
    #expect(throws: InputError.unknownFormat(found: "apportion-policy/3")) { try Policy(plain) }
  }
}
