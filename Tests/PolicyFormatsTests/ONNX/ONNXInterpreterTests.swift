import Documents
import LinearAlgebra
import PolicyFormats
import Testing

@Suite struct ONNXInterpreterTests {
  /// The graph against the engine: values, choices, and choices under masks, whose best is found here by brute force.
  @Test(arguments: [true, false], [[], [7, 5]]) func policyGraphsComputeWhatTheEngineDoes(
    hasPrior: Bool, hidden: [Int]
  ) throws {
    let policy = randomPolicy(hasPrior: hasPrior, hidden: hidden)
    let vectors = TestVectors(policy, rows: 40)
    let (rows, sizes) = (vectors.rows, policy.shape.branchSizes)
    let choices = sizes.reduce(0, +)
    let interpreter = ONNXInterpreter(ONNXModel(policy, vectors: vectors))
    let observation = ONNXInterpreter.DenseArray(
      shape: [rows, policy.shape.observationSize], elements: vectors.observations.map { Double($0) })
    let outputs = try interpreter.run(["observation": observation])
    let q = try #require(outputs["q"])
    #expect(q.shape == [rows, choices])
    let scale = vectors.q.map { abs($0) }.max() ?? 0
    for (computed, expected) in zip(q.elements, vectors.q) {
      #expect(abs(Float(computed) - expected) < 1e-5 * scale)
    }
    #expect(outputs["action"]?.elements == vectors.actions.map { Double($0) })

    var stream = RandomStream(seed: 5, purpose: .test)
    var mask = (0..<rows * choices).map { _ in stream.uniform() < 0.5 ? 1.0 : 0 }
    var expected: [Double] = []
    for row in 0..<rows {
      var start = row * choices
      for size in sizes {
        mask[start + Int.random(in: 0..<size, using: &stream)] = 1
        let allowed = (0..<size).filter { mask[start + $0] == 1 }
        let best = allowed.max { q.elements[start + $0] < q.elements[start + $1] }
        expected.append(Double(try #require(best)))
        start += size
      }
    }
    let masked = try interpreter.run([
      "observation": observation, "mask": .init(shape: [rows, choices], elements: mask),
    ])
    #expect(masked["action"]?.elements == expected)
    #expect(masked["q"] == q)
  }

  @Test func saysWhatItCannotRun() {
    var model = ONNXModel(name: "odd", nodes: [.init("Softmax", ["x"], ["y"])])
    let x = ONNXInterpreter.DenseArray(shape: [1, 2], elements: [1, 2])
    #expect(
      throws: InputError.damaged(
        "cannot be run: unknown operator, or shapes [[1, 2]] do not fit", at: "operation 'Softmax'")
    ) { try ONNXInterpreter(model).run(["x": x]) }
    #expect(throws: InputError.damaged("cannot be run: an input has no value", at: "operation 'Softmax'")) {
      try ONNXInterpreter(model).run([:])
    }
    model.nodes = [.init("Add", ["x", "w"], ["y"])]
    model.initializers = [.init(name: "w", shape: [3], floats: [1, 2, 3])]
    #expect(throws: InputError.self) { try ONNXInterpreter(model).run(["x": x]) }
  }
}
