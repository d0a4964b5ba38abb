import Environments
import Learning
import LinearAlgebra
import NeuralNetworks
import PolicyFormats
import Testing

/// Does what docs/policy-format.md says, from the file's tensors alone, in plain loops and double precision.
private struct DocumentedPolicy {
  let file: Safetensors
  let layers: Int
  let branchSizes: [Int]
  let priorStart: Int?

  /// The value of every choice in units of the market's objective.
  func values(of observation: [Float]) throws -> [Double] {
    let limit = try #require(Double(file.metadata["observation_limit"] ?? ""))
    let rewardScale = try #require(Double(file.metadata["reward_scale"] ?? ""))
    let choices = branchSizes.reduce(0, +)
    let prior = priorStart.map { $0..<$0 + 1 + choices } ?? 0..<0
    let means = try doubles("observation.mean")
    let deviations = try doubles("observation.deviation")
    var input = observation.indices.map { column in
      let scaled = (Double(observation[column]) - means[column]) / deviations[column]
      return prior.contains(column) ? scaled : min(limit, max(-limit, scaled))
    }
    var priors = [Double](repeating: 0, count: 1 + choices)
    if priorStart != nil {
      let scales = try doubles("prior.scale")
      let offsets = try doubles("prior.offset")
      for (index, column) in prior.enumerated() {
        priors[index] = rewardScale * (input[column] * scales[index] + offsets[index])
      }
    }
    for layer in 0..<layers { input = try dense("trunk.\(2 * layer)", input).map { max(0, $0) } }
    let state = try dense("value", input)[0] + priors[0]
    let advantages = try dense("advantage", input)
    var values: [Double] = []
    for size in branchSizes {
      let first = values.count
      let mean = advantages[first..<first + size].reduce(0, +) / Double(size)
      for choice in first..<first + size {
        values.append((state + advantages[choice] - mean + priors[1 + choice]) / rewardScale)
      }
    }
    return values
  }

  private func dense(_ name: String, _ input: [Double]) throws -> [Double] {
    let weights = try doubles(name + ".weight")
    return try doubles(name + ".bias").enumerated().map { row, bias in
      input.indices.reduce(bias) { $0 + weights[row * input.count + $1] * input[$1] }
    }
  }

  private func doubles(_ name: String) throws -> [Double] {
    try file.tensor(name).floats().map { Double($0) }
  }
}

@Suite struct PolicyFormatTests {
  @Test(arguments: [nil, 3]) func theFileAloneGivesTheSameValues(priorStart: Int?) throws {
    let branchSizes = [3, 4, 2]
    let shape = NetworkShape(
      layout: ObservationLayout(size: 15, prior: priorStart.map { $0..<$0 + 10 }), hidden: [7, 5],
      branchSizes: branchSizes, aggregation: .branching)
    var stream = RandomStream(seed: 11, purpose: .test)
    func random(_ count: Int, _ scale: Float) -> [Float] {
      (0..<count).map { _ in (stream.uniform() - 0.5) * scale }
    }
    let policy = Policy(
      shape: shape, weights: random(shape.parameterCount, 2),
      normalizer: ObservationNormalizer(
        means: random(15, 4), deviations: random(15, 1).map { abs($0) + 0.1 }, limit: 2), rewardScale: 0.3)
    let documented = DocumentedPolicy(
      file: try Safetensors(bytes: policy.safetensors.serialized()), layers: 2, branchSizes: branchSizes,
      priorStart: priorStart)
    let observations = Matrix(rows: 20, columns: 15, random(300, 10))
    let values = Matrix(rows: 20, columns: 9)
    let runner = PolicyRunner(policy, maximumBatch: 20)
    runner.qValues(observations: observations.view, into: values.view)
    var actions = [Int32](repeating: 0, count: 60)
    actions.withUnsafeMutableBufferPointer { buffer in
      if let first = buffer.baseAddress { runner.act(observations: observations.view, into: first) }
    }
    for row in 0..<20 {
      let expected = try documented.values(of: Array(observations.elements[row * 15..<(row + 1) * 15]))
      for (choice, value) in expected.enumerated() {
        #expect(abs(Double(values[row, choice]) - value) < 1e-4 * max(1, abs(value)))
      }
      var first = 0
      for (branch, size) in branchSizes.enumerated() {
        let choice = (0..<size).max { expected[first + $0] < expected[first + $1] }
        #expect(actions[row * 3 + branch] == choice.map { Int32($0) })
        first += size
      }
    }
  }
}
