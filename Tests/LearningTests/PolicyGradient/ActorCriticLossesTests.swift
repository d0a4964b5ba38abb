import Learning
import LinearAlgebra
import NeuralNetworks
import Testing

@Suite struct ActorCriticLossesTests {
  private static let head = CategoricalHead(branchSizes: [3, 2])

  /// Four rows whose probability ratios lie beyond the clip on either side, with advantages of either sign.
  private static let actions: [Int32] = [0, 1, 2, 0, 1, 1, 0, 0]
  private static let advantages: [Float] = [1.5, -2, 0.5, -0.25]
  private static let logits: [Float] = [
    0.5, -1, 0.25, 0.1, 0.3, 1, 0, -0.5, 0.2, -0.7, 0, 0.4, 0.9, -1, 1, -0.2, 0.6, 0, 0.3, 0.3,
  ]
  /// How far each row's log-probability has moved since it was played.
  private static let changes: [Float] = [0.5, 0.5, -0.5, -0.05]

  private static func loss(
    _ old: [Float], clip: Float, entropy: Float, rows: Range<Int>, _ logits: [Float],
    into gradients: inout [Float]
  ) -> SIMD4<Double> {
    var logits = logits
    return logits.withUnsafeMutableBufferPointer { outputs in
      gradients.withUnsafeMutableBufferPointer { slopes in
        guard let output = outputs.baseAddress, let slope = slopes.baseAddress else { return .zero }
        let view = MatrixView(pointer: output, rows: 4, columns: 5, stride: 5)
        let result = MatrixView(pointer: slope, rows: 4, columns: 5, stride: 5)
        return actions.withUnsafeBufferPointer { actions in
          old.withUnsafeBufferPointer { old in
            advantages.withUnsafeBufferPointer { advantages in
              guard let action = actions.baseAddress, let old = old.baseAddress,
                let advantage = advantages.baseAddress
              else { return .zero }
              return PolicyLoss(
                head: head, actions: action, logProbabilities: old, advantages: advantage, count: 4,
                clip: clip,
                entropy: entropy
              ).differentiate(rows, outputs: view.rows(rows), gradients: result.rows(rows))
            }
          }
        }
      }
    }
  }

  private static var old: [Float] {
    (0..<4).map { row in
      head.measure(
        logits: Array(logits[row * 5..<row * 5 + 5]), mask: nil, action: Array(actions[row * 2..<row * 2 + 2])
      ).logProbability - changes[row]
    }
  }

  @Test(arguments: [(Float(0.2), Float(0)), (0.2, 0.1), (.infinity, 0.01)])
  func policyGradientsAreFiniteDifferences(clip: Float, entropy: Float) {
    var gradients = [Float](repeating: .nan, count: 20)
    let sums = Self.loss(Self.old, clip: clip, entropy: entropy, rows: 0..<4, Self.logits, into: &gradients)
    var scratch = gradients
    for index in Self.logits.indices {
      let losses = [Float(1e-2), -1e-2].map { step in
        var moved = Self.logits
        moved[index] += step
        return Self.loss(Self.old, clip: clip, entropy: entropy, rows: 0..<4, moved, into: &scratch)[0] / 4
      }
      #expect(abs(Double(gradients[index]) - (losses[0] - losses[1]) / 0.02) < 1e-4, "logit \(index)")
    }
    // Rows 0 (risen, good) and none else are stopped: 2 has fallen although it is good, 1 risen although it is bad.
    #expect(sums[3] == (clip == 0.2 ? 1 : 0))
    // Halves give what the whole gives.
    var halves = [Float](repeating: .nan, count: 20)
    let first = Self.loss(Self.old, clip: clip, entropy: entropy, rows: 0..<2, Self.logits, into: &halves)
    let second = Self.loss(Self.old, clip: clip, entropy: entropy, rows: 2..<4, Self.logits, into: &halves)
    #expect(halves == gradients)
    #expect(abs((first + second - sums)[0]) < 1e-12)
  }

  @Test func atTheOldPolicyTheGradientIsThatOfThePolicyGradientTheorem() {
    let old = zip(Self.old, Self.changes).map { $0 + $1 }
    var gradients = [Float](repeating: .nan, count: 20)
    _ = Self.loss(old, clip: .infinity, entropy: 0, rows: 0..<4, Self.logits, into: &gradients)
    for row in 0..<4 {
      var expected = [Float](repeating: 0, count: 5)
      Self.head.differentiate(
        logits: Array(Self.logits[row * 5..<row * 5 + 5]), mask: nil,
        action: Array(Self.actions[row * 2..<row * 2 + 2]), slope: -Self.advantages[row] / 4, entropySlope: 0,
        into: &expected)
      for (value, other) in zip(gradients[row * 5..<row * 5 + 5], expected) {
        #expect(abs(value - other) < 1e-6)
      }
    }
  }

  @Test func valueGradientsAreFiniteDifferences() {
    let outputs = Matrix(rows: 3, columns: 1, [1, -2, 0.5])
    let gradients = Matrix(rows: 3, columns: 1)
    let targets: [Float] = [0.5, 1, 0.5]
    let sums = targets.withUnsafeBufferPointer { targets in
      targets.baseAddress.map {
        ValueLoss(targets: $0, count: 3).differentiate(
          0..<3, outputs: outputs.view, gradients: gradients.view)
      }
    }
    #expect(sums == SIMD4((0.25 + 9) / 2, -0.5, 0, 0))
    for (value, expected) in zip(gradients.elements, [0.5 / 3, -1, 0]) {
      #expect(abs(value - Float(expected)) < 1e-7)
    }
  }
}
