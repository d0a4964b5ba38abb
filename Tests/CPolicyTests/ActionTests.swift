import Environments
import CPolicy
import Documents
import Foundation
import Learning
import LinearAlgebra
import NeuralNetworks
import PolicyFormats
import Testing

/// A policy of random weights, with branches of different sizes.
private func randomPolicy(hasPrior: Bool, hasMask: Bool = false, hidden: [Int]) -> Policy {
  let branchSizes = [5, 16, 1, 3]
  let columns = 60
  let shape = NetworkShape(
    layout: ObservationLayout(size: columns, prior: hasPrior ? 20..<46 : nil, mask: hasMask ? 30..<55 : nil),
    hidden: hidden, branchSizes: branchSizes, aggregation: .additive)
  var stream = RandomStream(seed: 7, purpose: .test)
  func random(_ count: Int, _ scale: Float) -> [Float] {
    (0..<count).map { _ in (stream.uniform() - 0.5) * scale }
  }
  return Policy(
    shape: shape.over(shape.layout.named((0..<columns).map { "\"\($0)\"" })),
    weights: random(shape.parameterCount, 0.4),
    normalizer: ObservationNormalizer(
      means: random(columns, 4), deviations: random(columns, 1).map { abs($0) + 0.5 }, limit: 2),
    rewardScale: 0.3, metadata: ["note": "tab\t, ünïcode and \\ before the network's sizes"])
}

/// Loads a policy from bytes with the C reader; gives its error where it refuses.
private func load(_ bytes: [UInt8]) -> (policy: OpaquePointer?, error: String) {
  var error = [CChar](repeating: 0, count: 200)
  let policy = apportion_policy_load(bytes, bytes.count, &error, error.count)
  return (policy, text(error))
}

private func text(_ error: [CChar]) -> String {
  String(decoding: error.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

@Suite struct ActionTests {
  /// 10,000 observations, without and with masks: values agree to 1e-5, and so do choices but among values that close.
  @Test(arguments: [true, false], [[], [33], [64, 31]]) func cAndSwiftAgree(hasPrior: Bool, hidden: [Int])
    throws
  {
    let policy = randomPolicy(hasPrior: hasPrior, hidden: hidden)
    let sizes = policy.shape.branchSizes
    let (columns, choices) = (policy.shape.observationSize, policy.shape.choiceCount)
    let expected = TestVectors(policy, rows: 10_000)
    let scale = expected.q.map { abs($0) }.max() ?? 1
    let loaded = try #require(load(policy.safetensors(with: expected).serialized()).policy)
    defer { apportion_policy_close(loaded) }
    #expect(apportion_policy_observation_size(loaded) == columns)
    #expect(apportion_policy_choice_count(loaded) == choices)
    #expect(
      (0..<apportion_policy_branch_count(loaded)).map { apportion_policy_branch_size(loaded, $0) } == sizes)
    var stream = RandomStream(seed: 2, purpose: .test)
    var q = [Float](repeating: 0, count: choices)
    var levels = [Int32](repeating: -1, count: sizes.count)
    var (worst, wrong) = (Float(0), 0)
    for row in 0..<expected.rows {
      let observation = Array(expected.observations[row * columns..<(row + 1) * columns])
      let truth = Array(expected.q[row * choices..<(row + 1) * choices])
      var mask = [UInt8](repeating: 1, count: choices)
      for isMasked in [false, true] {
        if isMasked {
          for choice in 0..<choices { mask[choice] = stream.uniform() < 0.5 ? 1 : 0 }
          var first = 0
          for size in sizes {
            mask[first + Int.random(in: 0..<size, using: &stream)] = 1
            first += size
          }
        }
        let done =
          isMasked
          ? apportion_policy_act(loaded, observation, mask, &q, &levels)
          : apportion_policy_act(loaded, observation, nil, &q, &levels)
        worst = zip(q, truth).reduce(worst) { max($0, abs($1.0 - $1.1)) }
        var first = 0
        for (branch, size) in sizes.enumerated() {
          let best = (first..<first + size).filter { mask[$0] == 1 }.map { truth[$0] }.max() ?? 0
          let chosen = first + Int(levels[branch])
          if done != 1 || mask[chosen] == 0 || truth[chosen] < best - 2e-5 * scale { wrong += 1 }
          first += size
        }
      }
    }
    #expect(worst < 1e-5 * scale)
    #expect(wrong == 0)
  }

  @Test func appliesTheMaskWithinTheObservation() throws {
    let policy = randomPolicy(hasPrior: false, hasMask: true, hidden: [9])
    let vectors = TestVectors(policy, rows: 200)
    let loaded = try #require(load(policy.safetensors.serialized()).policy)
    defer { apportion_policy_close(loaded) }
    for row in 0..<200 {
      var levels = [Int32](repeating: -1, count: 4)
      let observation = Array(vectors.observations[row * 60..<(row + 1) * 60])
      #expect(apportion_policy_act(loaded, observation, nil, nil, &levels) == 1)
      #expect(levels == Array(vectors.actions[row * 4..<(row + 1) * 4]))
    }
  }

  @Test func refusesMasksThatLeaveNothing() throws {
    let loaded = try #require(load(randomPolicy(hasPrior: false, hidden: []).safetensors.serialized()).policy)
    defer { apportion_policy_close(loaded) }
    var mask = [UInt8](repeating: 1, count: 25)
    mask[21] = 0  // The third branch has one choice only.
    var levels = [Int32](repeating: 0, count: 4)
    #expect(apportion_policy_act(loaded, [Float](repeating: 0, count: 60), mask, nil, &levels) == 0)
  }

  @Test func saysWhatIsWrong() {
    let good = randomPolicy(hasPrior: true, hidden: [3]).safetensors
    func refuses(_ error: String, _ change: (inout Safetensors) -> Void) {
      var file = good
      change(&file)
      #expect(load(file.serialized()).error == "the policy: \(error).")
    }
    refuses("it is no policy of format 1") { $0.metadata["format"] = "apportion-policy/2" }
    refuses("its metadata make no sense") { $0.metadata["network"] = "{}" }
    refuses("its metadata make no sense") { $0.metadata["reward_scale"] = "-1" }
    refuses("it has no normaliser") { $0.tensors.removeAll { $0.name == "observation.deviation" } }
    refuses("its heads do not fit its trunk") { $0.tensors.removeAll { $0.name == "trunk.0.bias" } }
    refuses("its prior does not fit") { $0.tensors.removeAll { $0.name == "prior.scale" } }
    #expect(load([1, 2, 3]).error == "the policy: it is too short for a safetensors file.")
    #expect(load([0xFF, 0, 0, 0, 0, 0, 0, 0x80, 0x7B]).error == "the policy: its header is cut short.")
  }

  @Test func opensFiles() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "policy-\(UUID()).safetensors").path()
    defer { try? FileManager.default.removeItem(atPath: path) }
    var error = [CChar](repeating: 0, count: 200)
    #expect(apportion_policy_open(path, &error, error.count) == nil)
    #expect(text(error) == "\(path): No such file or directory.")
    try randomPolicy(hasPrior: true, hidden: [3]).write(to: path)
    let policy = try #require(apportion_policy_open(path, &error, error.count))
    #expect(apportion_policy_observation_size(policy) == 60)
    apportion_policy_close(policy)
    try AtomicFile.write([1, 2, 3], to: path)
    #expect(apportion_policy_open(path, &error, error.count) == nil)
    #expect(text(error) == "\(path): it is too short for a safetensors file.")
  }

  /// Damaged files are refused or read, never a crash: every prefix, and 20,000 random changes in the header.
  @Test func survivesDamage() {
    let whole = randomPolicy(hasPrior: true, hidden: [3]).safetensors.serialized()
    let header = Int(whole[0]) + Int(whole[1]) << 8
    var stream = RandomStream(seed: 9, purpose: .test)
    for length in 0..<whole.count {
      #expect(load(Array(whole[..<length])).policy == nil)
    }
    for _ in 0..<20_000 {
      var damaged = whole
      damaged[Int.random(in: 0..<header + 8, using: &stream)] = UInt8.random(in: 0...255, using: &stream)
      if let policy = load(damaged).policy {
        let observation = [Float](repeating: 1, count: apportion_policy_observation_size(policy))
        var levels = [Int32](repeating: 0, count: apportion_policy_branch_count(policy))
        _ = apportion_policy_act(policy, observation, nil, nil, &levels)
        apportion_policy_close(policy)
      }
    }
  }
}
