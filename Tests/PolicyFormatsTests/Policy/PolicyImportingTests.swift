import Documents
import Environments
import Learning
import LinearAlgebra
import NeuralNetworks
import PolicyFormats
import Testing

@Suite struct PolicyImportingTests {
  /// What `safetensors.torch.save_file(module.state_dict())` gives for a module with our names.
  private static func module(
    hidden: [Int] = [4, 3], metadata: [String: String] = [:], normalizer: Bool = false
  ) -> Safetensors {
    let shape = NetworkShape(observationSize: 2, hidden: hidden, branchSizes: [2, 3])
    var file = Safetensors(metadata: metadata)
    for tensor in shape.tensors {
      let elements = (0..<tensor.count).map { Float(tensor.offset + $0) / 64 - 0.25 }
      file.tensors.append(.init(name: tensor.name, shape: tensor.shape, floats: elements))
    }
    guard normalizer else { return file }
    file.tensors.append(.init(name: "observation.mean", shape: [2], floats: [1, 2]))
    file.tensors.append(.init(name: "observation.deviation", shape: [2], floats: [3, 4]))
    return file
  }

  @Test(arguments: [[], [4, 3]]) func takesModulesWithoutMetadata(hidden: [Int]) throws {
    let policy = try Policy(importing: Self.module(hidden: hidden), for: Stub())
    #expect(
      policy.shape == NetworkShape(layout: Stub().observationLayout, hidden: hidden, branchSizes: [2, 3]))
    #expect(policy.weights == policy.weights.indices.map { Float($0) / 64 - 0.25 })
    #expect(policy.shape.layout.names == ["a", "b"])
    #expect(policy.rewardScale == 1)
    #expect(policy.normalizer.means == [0, 0] && policy.normalizer.deviations == [1, 1])
    #expect(policy.metadata == ["market_digest": "abc"])
    #expect(try Policy(Safetensors(bytes: policy.safetensors.serialized())) == policy)
  }

  @Test func takesWhatTheFileSays() throws {
    let metadata = ["aggregation": "additive", "reward_scale": "0.5", "observation_limit": "5"]
    let policy = try Policy(importing: Self.module(metadata: metadata, normalizer: true), for: Stub())
    #expect(policy.shape.aggregation == .additive)
    #expect(policy.rewardScale == 0.5)
    #expect(policy.normalizer.means == [1, 2] && policy.normalizer.deviations == [3, 4])
    #expect(policy.normalizer.limit == 5)
  }

  @Test func takesOtherPrecisions() throws {
    var file = Self.module(hidden: [])
    file.tensors = file.tensors.map { tensor in
      guard tensor.name == "value.weight" else { return tensor }
      var bytes: [UInt8] = []
      for number in [0.5, -2.0] { withUnsafeBytes(of: number.bitPattern.littleEndian) { bytes += Array($0) } }
      return .init(name: tensor.name, type: .f64, shape: [1, 2], bytes: bytes)
    }
    #expect(try Policy(importing: file, for: Stub()).weights.prefix(2) == [0.5, -2])
  }

  @Test func takesPoliciesOfOurOwn() throws {
    let policy = try Policy(importing: Self.module(normalizer: true), for: Stub())
    let again = try Policy(importing: policy.safetensors(with: TestVectors(policy)), for: Stub())
    #expect(again == policy)
    #expect(throws: InputError.self) { try Policy(importing: policy.safetensors, for: Stub(digest: "else")) }
  }

  @Test func refusesWhatDoesNotFit() throws {
    func refuses(_ error: any Error & Equatable, _ change: (inout Safetensors) -> Void) {
      var file = Self.module(normalizer: true)
      change(&file)
      #expect { try Policy(importing: file, for: Stub()) } throws: { "\($0)" == "\(error)" }
    }
    refuses(InputError.tensor("value.bias", "is missing")) {
      $0.tensors.removeAll { $0.name == "value.bias" }
    }
    refuses(InputError.tensor("noise", "belongs to no policy of this shape")) {
      $0.tensors.append(.init(name: "noise", shape: [1], floats: [0]))
    }
    refuses(InputError.shape(of: "trunk.0.weight", [5, 3], needed: [5, 2])) {
      $0.tensors = $0.tensors.map {
        $0.name == "trunk.0.weight"
          ? .init(name: $0.name, shape: [5, 3], floats: Array(repeating: 0, count: 15)) : $0
      }
    }
    refuses(InputError.metadata("aggregation", "it should be branching or additive")) {
      $0.metadata["aggregation"] = "joint"
    }
    refuses(InputError.metadata("reward_scale", "it should be a positive number")) {
      $0.metadata["reward_scale"] = "0"
    }
    refuses(InputError.tensor("observation.mean", "is missing")) {
      $0.tensors.removeAll { $0.name == "observation.mean" }
    }
    refuses(InputError.numbers(of: "observation.deviation")) {
      $0.tensors.removeLast()
      $0.tensors.append(.init(name: "observation.deviation", shape: [2], floats: [1, 0]))
    }
  }
}

/// An environment that only describes itself.
private struct Stub: Environment {
  var digest = "abc"
  let actionSpace = ActionSpace(branchSizes: [2, 3])
  var metadata: [String: String] { ["market_digest": digest] }
  var observationLayout: ObservationLayout { ObservationLayout(names: ["a", "b"]) }
  func makeBlock(lanes: Range<Int>, seed: UInt64) -> Block { Block() }

  final class Block: EnvironmentBlock {
    func reset(observations: inout MutableMatrixSpan) {}
    func step(actions: Span<Int32>, result: inout StepResult) {}
  }
}
