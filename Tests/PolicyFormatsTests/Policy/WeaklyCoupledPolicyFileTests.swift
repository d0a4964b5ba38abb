import Documents
import Foundation
import Learning
import NeuralNetworks
import PolicyFormats
import Testing

@Suite struct WeaklyCoupledPolicyFileTests {
  private var policy: WeaklyCoupledPolicy {
    let shape = WeaklyCoupledShape(columns: ChannelColumns(features: 3, levels: 4), hidden: [5, 4])
    let network = DenseNetwork(widths: shape.widths, seed: 3)
    return WeaklyCoupledPolicy(
      shape: shape, weights: network.parameterValues, priceCenter: -0.25,
      schedules: [
        .init(logShare: -2, priceOffsets: [0.5, 0.1, 0], optimism: [0.8, 0.2], information: [0.03]),
        .init(logShare: -1, priceOffsets: [0.4, 0, 0.1], optimism: [0.6, 0], information: [0]),
      ], featureNames: ["a", "b", "c"],
      metadata: ["market": "tiny"], trainingSeed: 7,
      trainingSteps: 9)
  }

  @Test func comesBackAsItWas() throws {
    #expect(try WeaklyCoupledPolicy(policy.safetensors) == policy)
  }

  /// Files of before there were several schedules have one, without a share.
  @Test func readsAFileOfOneSchedule() throws {
    var file = policy.safetensors
    file.tensors.removeAll {
      $0.name.hasPrefix("schedule") || $0.name.hasPrefix("price") || $0.name.hasPrefix("expl")
    }
    file.tensors += [
      .init(name: "price.offset", shape: [3], floats: [0.5, 0.1, 0]),
      .init(name: "exploration.optimism", shape: [1], floats: [0.8]),
      .init(name: "exploration.information", shape: [2], floats: [0.03, 0.01]),
    ]
    #expect(
      try WeaklyCoupledPolicy(file).schedules == [
        .init(priceOffsets: [0.5, 0.1, 0], optimism: [0.8], information: [0.03, 0.01])
      ])
  }

  @Test func refusesSchedulesThatDoNotFit() throws {
    for (name, shape, floats) in [
      ("schedule.log_share", [2], [-1, -2]), ("schedule.log_share", [2], [-1, .nan]),
      ("schedule.log_share", [0], []), ("price.offset", [3], [0, 0, 0]), ("price.offset", [2, 0], []),
      ("exploration.optimism", [2, 1], [0.5, -0.1]), ("exploration.information", [3, 1], [0, 0, 0]),
    ] as [(String, [Int], [Float])] {
      var file = policy.safetensors
      let place = try #require(file.tensors.firstIndex { $0.name == name })
      file.tensors[place] = .init(name: name, shape: shape, floats: floats[...])
      #expect(throws: (any Error).self, "\(name) \(shape)") { try WeaklyCoupledPolicy(file) }
    }
  }

  @Test func refusesWhatDoesNotFit() throws {
    var other = policy.safetensors
    other.metadata["format"] = "apportion-policy/1"
    #expect(throws: InputError.unknownFormat(found: "apportion-policy/1")) { try WeaklyCoupledPolicy(other) }
    for key in ["network", "price_center", "feature_names", "training_seed", "training_steps"] {
      for text in ["", "x", "[1]", "nan"] {
        var broken = policy.safetensors
        broken.metadata[key] = text
        #expect(throws: InputError.self, "\(key) \(text)") { try WeaklyCoupledPolicy(broken) }
      }
    }
    var extra = policy.safetensors
    extra.tensors.append(.init(name: "layer.9.weight", shape: [1], floats: [1]))
    #expect(throws: InputError.tensor("layer.9.weight", "belongs to no policy of this shape")) {
      try WeaklyCoupledPolicy(extra)
    }
    // A policy of the other kinds does not read it.
    #expect(throws: InputError.unknownFormat(found: "apportion-policy/3")) { try Policy(policy.safetensors) }
  }
}

/// What a weakly coupled policy's exported files compute, beside what its runner does.
@Suite struct WeaklyCoupledExportTests {
  private let policy: WeaklyCoupledPolicy = {
    let shape = WeaklyCoupledShape(columns: ChannelColumns(features: 6, levels: 5), hidden: [7, 4])
    return WeaklyCoupledPolicy(
      shape: shape, weights: DenseNetwork(widths: shape.widths, seed: 3).parameterValues, priceCenter: 0.5,
      featureNames: (0..<6).map { "f\($0)" })
  }()

  @Test(arguments: PolicyFormat.allCases)
  func everyFormatComputesWhatThePolicyDoes(format: PolicyFormat) throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "w-\(UUID()).\(format.rawValue)").path()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let vectors = WeaklyCoupledVectors(policy)
    #expect(vectors.spendToGo.contains { $0 > 0 } && vectors.q.contains { $0 < 0 })
    try format.write(policy, vectors: vectors, to: path)
    let (carried, computed) = try format.readBackChannels(path)
    #expect(carried == vectors && carried.difference(to: computed) < 1e-5)
  }

  /// The graph knows of no number of rows or channels.
  @Test(arguments: [(1, 1), (2, 17), (5, 2)])
  func theGraphTakesAnyNumberOfChannels(rows: Int, channels: Int) throws {
    let wanted = WeaklyCoupledVectors(policy, rows: rows, channels: channels)
    let model = ONNXModel(policy, vectors: wanted)
    let outputs = try ONNXInterpreter(model).run([
      "observation": .init(
        shape: [rows, channels, policy.shape.columns.count], elements: wanted.observations.map { Double($0) }),
      "log_money_price": .init(shape: [rows], elements: wanted.logPrices.map { Double($0) }),
    ])
    let (q, spend) = (try #require(outputs["q"]), try #require(outputs["spend_to_go"]))
    #expect(q.shape == [rows, channels, 5] && spend.shape == q.shape)
    let computed = WeaklyCoupledVectors(
      rows: rows, channels: channels, observations: wanted.observations, logPrices: wanted.logPrices,
      q: q.elements.map { Float($0) }, spendToGo: spend.elements.map { Float($0) })
    #expect(wanted.difference(to: computed) < 1e-5)
  }

  @Test func anotherWeightIsFound() throws {
    var file = policy.safetensors
    let vectors = WeaklyCoupledVectors(policy)
    file.tensors += vectors.tensors
    let place = try #require(file.tensors.firstIndex { $0.name == "layer.1.bias" })
    file.tensors[place] = .init(name: "layer.1.bias", shape: [4], floats: [1, 1, 1, 1])
    let changed = try WeaklyCoupledPolicy(file)
    let computed = WeaklyCoupledVectors(
      changed, channels: vectors.channels, observations: vectors.observations, logPrices: vectors.logPrices)
    #expect(vectors.difference(to: computed) > 1e-2)
  }
}
