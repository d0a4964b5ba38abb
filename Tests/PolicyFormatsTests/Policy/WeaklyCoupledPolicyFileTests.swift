import Learning
import NeuralNetworks
import PolicyFormats
import Testing

@Suite struct WeaklyCoupledPolicyFileTests {
  private var policy: WeaklyCoupledPolicy {
    let shape = WeaklyCoupledShape(columns: ChannelColumns(features: 3, levels: 4), hidden: [5, 4])
    let network = DenseNetwork(widths: shape.widths, seed: 3)
    return WeaklyCoupledPolicy(
      shape: shape, weights: network.parameterValues, priceCenter: -0.25, priceOffsets: [0.5, 0.1, 0],
      optimism: 0.8, featureNames: ["a", "b", "c"], metadata: ["market": "tiny"], trainingSeed: 7,
      trainingSteps: 9)
  }

  @Test func comesBackAsItWas() throws {
    #expect(try WeaklyCoupledPolicy(policy.safetensors) == policy)
  }

  @Test func refusesWhatDoesNotFit() throws {
    var other = policy.safetensors
    other.metadata["format"] = "apportion-policy/1"
    #expect(throws: PolicyError.unknownFormat(found: "apportion-policy/1")) { try WeaklyCoupledPolicy(other) }
    for key in ["network", "price_center", "optimism", "feature_names", "training_seed", "training_steps"] {
      for text in ["", "x", "[1]", "nan"] {
        var broken = policy.safetensors
        broken.metadata[key] = text
        #expect(throws: PolicyError.self, "\(key) \(text)") { try WeaklyCoupledPolicy(broken) }
      }
    }
    var extra = policy.safetensors
    extra.tensors.append(.init(name: "layer.9.weight", shape: [1], floats: [1]))
    #expect(throws: PolicyError.unexpectedTensor(name: "layer.9.weight")) { try WeaklyCoupledPolicy(extra) }
    // A policy of the other kinds does not read it.
    #expect(throws: PolicyError.unknownFormat(found: "apportion-policy/3")) { try Policy(policy.safetensors) }
  }
}
