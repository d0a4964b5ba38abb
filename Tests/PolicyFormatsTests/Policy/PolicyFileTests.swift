import Documents
import Environments
import Foundation
import Learning
import LinearAlgebra
import NeuralNetworks
import PolicyFormats
import Testing

@Suite struct PolicyFileTests {
  /// A policy of 6 columns, the last 5 of them a prior, with odd numbers everywhere.
  private static func policy(hasPrior: Bool = true) -> Policy {
    let shape = NetworkShape(
      layout: ObservationLayout(size: 6, prior: hasPrior ? 1..<6 : nil), hidden: [3], branchSizes: [2, 2],
      aggregation: .additive)
    let weights = (0..<shape.parameterCount).map { Float($0) * 0.37 - 3 }
    let normalizer = ObservationNormalizer(
      means: [0.1, -2, 3, 4e-9, 5, 6], deviations: [1, 2, 1e-3, 4, 5e6, 1.0 / 3], limit: 7.5)
    return Policy(
      shape: shape.over(shape.layout.named(["a", "b\"quoted\"", "ç", "d", "e", "f"])), weights: weights,
      normalizer: normalizer, rewardScale: 0.1,
      metadata: ["market": "tiny", "market_digest": "0123456789abcdef", "action_ladder": "{\"x\":[0,1.5]}"],
      trainingSeed: .max >> 1, trainingSteps: 2_000_000)
  }

  @Test(arguments: [true, false]) func readsBackWhatItWrote(hasPrior: Bool) throws {
    let original = Self.policy(hasPrior: hasPrior)
    let path = FileManager.default.temporaryDirectory.appending(path: "policy-\(UUID()).safetensors").path()
    defer { try? FileManager.default.removeItem(atPath: path) }
    try original.write(to: path)
    #expect(try Policy(contentsOf: path) == original)
    let file = try Safetensors(contentsOf: path)
    #expect(file.metadata["format"] == "apportion-policy/1")
    #expect(file.metadata["market_digest"] == "0123456789abcdef")
    #expect(try file.tensor("trunk.0.weight").shape == [3, 6])
    #expect(try file.tensor("observation.mean").floats() == original.normalizer.means)
    if hasPrior { #expect(try file.tensor("prior.scale").floats() == original.priorTransform.scales) }
  }

  /// A change of a good file and the error it should lead to.
  struct Damage: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let error: InputError
    let change: @Sendable (inout Safetensors) -> Void

    static func metadata(_ key: String, _ value: String?, _ detail: String) -> Damage {
      Damage(
        testDescription: "\(key) = \(value ?? "nothing")",
        error: .metadata(key, detail)
      ) { $0.metadata[key] = value }
    }

    static func tensor(
      _ name: String, _ error: InputError,
      _ change: @escaping @Sendable (Safetensors.Tensor) -> Safetensors.Tensor
    ) -> Damage {
      Damage(testDescription: "\(name): \(error)", error: error) { file in
        file.tensors = file.tensors.map { $0.name == name ? change($0) : $0 }
      }
    }

    static let all: [Damage] = [
      Damage(testDescription: "no format", error: .unknownFormat(found: nil)) { $0.metadata["format"] = nil },
      Damage(testDescription: "later format", error: .unknownFormat(found: "apportion-policy/3")) {
        $0.metadata["format"] = "apportion-policy/3"
      },
      .metadata("network", nil, "it is missing"),
      .metadata("network", "{", "byte 1 of the text should be a key in quotes"),
      .metadata(
        "network", "{\"hidden\":[],\"hidden\":[]}",
        "the key \"hidden\" stands twice in one object, at byte 13 again"),
      .metadata("network", "{}", "a size is missing or not of its type"),
      .metadata(
        "network", #"{"observationSize":6,"hidden":[-3],"branchSizes":[2,2],"aggregation":"additive"}"#,
        "every hidden layer needs at least one unit: [-3]"),
      .metadata(
        "network", #"{"observationSize":6,"hidden":[99999999],"branchSizes":[2,2],"aggregation":"additive"}"#,
        "a network's sizes are limited to 4096 layers and branches of 2^24 units"),
      .metadata(
        "network", #"{"observationSize":6.5,"hidden":[3],"branchSizes":[2,2],"aggregation":"additive"}"#,
        "a size is missing or not of its type"),
      .metadata("reward_scale", "-1", "it should be a positive number"),
      .metadata("reward_scale", "nan", "it should be a positive number"),
      .metadata("observation_limit", "inf", "it should be a positive number"),
      .metadata("observation_names", "[\"a\"]", "it should be a list of 6 strings"),
      .metadata("observation_names", "[1,2,3,4,5,6]", "it should be a list of 6 strings"),
      .metadata("training_seed", "-1", "it should be a non-negative whole number"),
      .metadata("training_steps", "x", "it should be a non-negative whole number"),
      .tensor("value.weight", .shape(of: "value.weight", [3], needed: [1, 3])) {
        .init(name: $0.name, type: $0.type, shape: [3], bytes: $0.bytes)
      },
      .tensor("value.weight", .tensor("value.weight", "is I32 and should be F32")) {
        .init(name: $0.name, type: .i32, shape: $0.shape, bytes: $0.bytes)
      },
      .tensor("value.bias", .numbers(of: "value.bias")) {
        .init(name: $0.name, shape: $0.shape, floats: [.nan])
      },
      .tensor("observation.deviation", .numbers(of: "observation.deviation")) {
        .init(name: $0.name, shape: $0.shape, floats: [1, 1, 1, 0, 1, 1])
      },
      .tensor("prior.scale", .damaged("has a prior transform that contradicts its normaliser")) {
        .init(name: $0.name, shape: $0.shape, floats: [1, 1, 1, 1, 1])
      },
      Damage(
        testDescription: "a tensor too many", error: .tensor("extra", "belongs to no policy of this shape")
      ) {
        $0.tensors.append(.init(name: "extra", shape: [1], floats: [1]))
      },
    ]
  }

  @Test(arguments: Damage.all) func refusesWhatDoesNotFit(damage: Damage) {
    var file = Self.policy().safetensors
    damage.change(&file)
    #expect(throws: damage.error) { try Policy(file) }
    #expect(!damage.error.description.contains("\n"))
  }

  @Test func refusesAMissingTensor() {
    var file = Self.policy().safetensors
    file.tensors.removeAll { $0.name == "advantage.bias" }
    #expect(throws: InputError.tensor("advantage.bias", "is missing")) { try Policy(file) }
  }

  @Test func refusesAnotherEnvironment() throws {
    let policy = Self.policy()
    try policy.check(matches: Stub())
    #expect(
      throws: InputError.unfit(
        "it was trained for market 'tiny' (digest 0123456789ab) and not for market 'other' (digest ffff)")
    ) { try policy.check(matches: Stub(metadata: ["market": "other", "market_digest": "ffff"])) }
    // Training may go on there.
    try policy.check(reads: Stub(metadata: ["market": "other", "market_digest": "ffff"]))
    #expect(throws: InputError.unfit("it chooses among [2, 2] levels where [2, 3] are needed")) {
      try policy.check(matches: Stub(branchSizes: [2, 3]))
    }
    #expect(throws: InputError.unfit("it reads 6 columns where there are 1")) {
      try policy.check(matches: Stub(observationNames: ["a"]))
    }
    #expect(throws: InputError.unfit("it reads a column 'd' where there is 'z'")) {
      try policy.check(matches: Stub(observationNames: ["a", "b\"quoted\"", "ç", "z", "e", "f"]))
    }
    #expect(throws: InputError.unfit("it reads its prior from other columns")) {
      try policy.check(matches: Stub(priorColumns: nil))
    }
  }
}

/// An environment that only describes itself.
private struct Stub: Environment {
  var observationNames = ["a", "b\"quoted\"", "ç", "d", "e", "f"]
  var branchSizes = [2, 2]
  var priorColumns: Range<Int>? = 1..<6
  var metadata = ["market_digest": "0123456789abcdef"]
  var observationLayout: ObservationLayout { ObservationLayout(names: observationNames, prior: priorColumns) }
  var actionSpace: ActionSpace { ActionSpace(branchSizes: branchSizes) }
  func makeBlock(lanes: Range<Int>, seed: UInt64) -> Block { Block() }

  final class Block: EnvironmentBlock {
    func reset(observations: inout MutableMatrixSpan) {}
    func step(actions: Span<Int32>, result: inout StepResult) {}
  }
}
