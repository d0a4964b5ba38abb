import Documents
import Learning
import NeuralNetworks

/// The formats that a policy can be exported in.
public enum PolicyFormat: String, Codable, Sendable, CaseIterable {
  /// The policy's own format: everything, to go on from.
  case safetensors
  /// A graph for ONNX Runtime, Triton and others; see `ONNXModel.init(_:vectors:)`.
  case onnx
  /// The tensors for NumPy; see `NumPyArchive`.
  case npz

  /// Why a policy cannot be written in this format; nil where it can.
  package func refusal(of policy: Policy) -> InputError? {
    guard self == .onnx, let reason = policy.shape.combinedChoice else { return nil }
    return InputError(
      .invalid, key: "policy", problem: "cannot be written as \(rawValue): \(reason)",
      remedy: "write it as safetensors or npz")
  }

  /// Writes a policy that is not refused with test vectors; throws `InputError` above 4 GiB.
  public func write(_ policy: Policy, vectors: TestVectors, to path: String) throws(InputError) {
    switch self {
    case .safetensors: try policy.safetensors(with: vectors).write(to: path)
    case .onnx: try ONNXModel(policy, vectors: vectors).write(to: path)
    case .npz:
      try AtomicFile.write(try NumPyArchive.serialized(policy.safetensors(with: vectors)), to: path)
    }
  }

  /// Reads a file back: the test vectors it carries, and what it computes for their observations.
  ///
  /// - Throws: `InputError`.
  package func readBack(_ path: String) throws(InputError) -> (carried: TestVectors, computed: TestVectors) {
    switch self {
    case .safetensors: return try Self.play(try Safetensors(contentsOf: path))
    case .npz: return try Self.play(try NumPyArchive.read(try AtomicFile.read(path)))
    case .onnx:
      let model = try ONNXModel(contentsOf: path)
      guard let text = model.metadata["test_vectors"],
        let carried = try? JSONValue(parsing: text.utf8).decoded(as: TestVectors.self)
      else { throw .onnx("test vectors") }
      return (carried, try carried.computed(by: model))
    }
  }

  /// Writes a weakly coupled policy with test vectors; throws as for other policies.
  package func write(
    _ policy: WeaklyCoupledPolicy, vectors: WeaklyCoupledVectors, to path: String
  ) throws(InputError) {
    var file = policy.safetensors
    file.tensors += vectors.tensors
    switch self {
    case .safetensors: try file.write(to: path)
    case .onnx: try ONNXModel(policy, vectors: vectors).write(to: path)
    case .npz: try AtomicFile.write(try NumPyArchive.serialized(file), to: path)
    }
  }

  /// Reads a weakly coupled policy's file back: the test vectors it carries, and what it computes for their observations.
  ///
  /// - Throws: as `readBack`.
  package func readBackChannels(_ path: String) throws(InputError) -> (
    carried: WeaklyCoupledVectors, computed: WeaklyCoupledVectors
  ) {
    if self == .onnx {
      let model = try ONNXModel(contentsOf: path)
      guard let text = model.metadata["test_vectors"],
        let carried = try? JSONValue(parsing: text.utf8).decoded(as: WeaklyCoupledVectors.self)
      else { throw .onnx("test vectors") }
      return (carried, try carried.computed(by: model))
    }
    let file =
      self == .npz ? try NumPyArchive.read(try AtomicFile.read(path)) : try Safetensors(contentsOf: path)
    let policy = try WeaklyCoupledPolicy(file)
    let carried = try WeaklyCoupledVectors(file, of: policy)
    return (
      carried,
      WeaklyCoupledVectors(
        policy, channels: carried.channels, observations: carried.observations, logPrices: carried.logPrices)
    )
  }

  private static func play(_ file: Safetensors) throws(InputError) -> (TestVectors, TestVectors) {
    let policy = try Policy(file)
    let carried = try TestVectors(file)
    guard carried.observations.count == carried.rows * policy.shape.observationSize else {
      throw .shape(
        of: TestVectors.TensorName.observation, [carried.observations.count],
        needed: [carried.rows, policy.shape.observationSize])
    }
    return (carried, TestVectors(policy, observations: carried.observations))
  }
}

extension Policy {
  /// The policy's file with test vectors in it.
  public func safetensors(with vectors: TestVectors) -> Safetensors {
    var file = safetensors
    file.tensors += vectors.tensors
    return file
  }
}

extension TestVectors {
  /// What a graph computes for these observations.
  fileprivate func computed(by model: ONNXModel) throws(InputError) -> TestVectors {
    let outputs = try ONNXInterpreter(model).run([
      "observation": .init(
        shape: [rows, observations.count / max(rows, 1)], elements: observations.map { Double($0) })
    ])
    return TestVectors(
      rows: rows, observations: observations, q: outputs["q"]?.elements.map { Float($0) } ?? [],
      actions: outputs["action"]?.elements.map { Int32($0) } ?? [])
  }
}

extension WeaklyCoupledVectors {
  /// What a graph computes for these channels and prices.
  fileprivate func computed(by model: ONNXModel) throws(InputError) -> WeaklyCoupledVectors {
    let outputs = try ONNXInterpreter(model).run([
      "observation": .init(
        shape: [rows, channels, observations.count / max(rows * channels, 1)],
        elements: observations.map { Double($0) }),
      "log_money_price": .init(shape: [rows], elements: logPrices.map { Double($0) }),
    ])
    func output(_ name: String) -> [Float] { outputs[name]?.elements.map { Float($0) } ?? [] }
    return WeaklyCoupledVectors(
      rows: rows, channels: channels, observations: observations, logPrices: logPrices, q: output("q"),
      spendToGo: output("spend_to_go"))
  }
}

extension NetworkShape {
  /// Whether the greedy action is the best choice of every branch on its own.
  package var isChosenByBranch: Bool { combinedChoice == nil }

  /// Why the greedy action is not the best choice of every branch on its own; nil where it is.
  var combinedChoice: String? {
    if aggregation == .joint { return "a joint head's actions are not made up of branches' choices" }
    return layout.spend == nil
      ? nil : "what its choices cost together is capped, which needs a knapsack solved"
  }
}
