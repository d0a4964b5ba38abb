import CKernels
import LinearAlgebra
import ReferenceNetworks
import Testing

/// Lengths on both sides of every vector width.
private let lengths = [0, 1, 7, 16, 33, 64, 129, 4_097]

struct NetworkKernelsTests {
  private func normals(_ count: Int, lane: Int) -> [Float] {
    var stream = RandomStream(seed: 12, purpose: .test, lane: lane)
    return (0..<count).map { _ in stream.normal() }
  }

  private func largestDifference(_ a: [Float], _ b: [Float]) -> Float {
    zip(a, b).map { abs($0 - $1) }.max() ?? 0
  }

  @Test(arguments: lengths, [0, 5]) func biasesAndRectifierEqualTheScalarOnes(columns: Int, padding: Int) {
    let bias = normals(columns, lane: 1)
    for rectified in [false, true] {
      let x = Matrix(rows: 3, columns: columns + padding, normals(3 * (columns + padding), lane: 2))
      let expected = x.copy()
      ScalarKernels.addBias(
        MatrixView(pointer: expected.pointer, rows: 3, columns: columns, stride: columns + padding), bias,
        rectified: rectified)
      if rectified {
        ck_bias_relu(x.pointer, columns + padding, bias, 3, columns)
      } else {
        ck_bias_add(x.pointer, columns + padding, bias, 3, columns)
      }
      #expect(x.elements == expected.elements)
    }
  }

  @Test func theRectifierKeepsNaN() {
    var x: [Float] = [.nan, -1, 1]
    ck_bias_relu(&x, 3, [0, 0, 0], 1, 3)
    #expect(x[0].isNaN && x[1] == 0 && x[2] == 1)
  }

  @Test(arguments: lengths) func rectifierGradientsEqualTheScalarOnes(count: Int) {
    var gradient = normals(count, lane: 3)
    let activations = normals(count, lane: 4).map { max($0, 0) }
    let expected = ScalarKernels.rectifierGradient(gradient, activations: activations)
    ck_relu_backward(&gradient, activations, count)
    #expect(gradient == expected)
  }

  @Test(arguments: lengths, [0, 3]) func columnSumsEqualTheScalarOnes(columns: Int, padding: Int) {
    let x = Matrix(rows: 9, columns: columns + padding, normals(9 * (columns + padding), lane: 5))
    let view = MatrixView(pointer: x.pointer, rows: 9, columns: columns, stride: columns + padding)
    let start = normals(columns, lane: 6)
    var sums = start
    ck_column_sums_add(x.pointer, columns + padding, &sums, 9, columns)
    let expected = zip(start, ScalarKernels.columnSums(view)).map { $0 + $1 }
    #expect(largestDifference(sums, expected) < 1e-5)
  }

  @Test(arguments: lengths) func sumsAndSquaresEqualTheScalarOnes(count: Int) {
    let x = normals(count, lane: 7)
    let expected = ScalarKernels.sumOfSquares(x)
    #expect(abs(ck_sum_squares(x, count) - expected) <= 1e-6 * expected)
    var sum = x
    let y = normals(count, lane: 8)
    ck_add(&sum, y, count)
    #expect(sum == zip(x, y).map { $0 + $1 })
  }

  @Test(arguments: lengths) func polyakAveragesEqualTheScalarOnes(count: Int) {
    var target = normals(count, lane: 9)
    let online = normals(count, lane: 10)
    let expected = ScalarKernels.polyak(target: target, online: online, rate: 0.3)
    ck_polyak(&target, online, 0.3, count)
    #expect(largestDifference(target, expected) < 1e-6)
  }

  @Test(arguments: lengths) func adamEqualsTheScalarOne(count: Int) {
    var state = ScalarKernels.AdamState(
      parameters: normals(count, lane: 11), first: [Float](repeating: 0, count: count),
      second: [Float](repeating: 0, count: count))
    var (plain, fused) = (state, state)
    var target = normals(count, lane: 12)
    var expectedTarget = target
    for step in 1...5 {
      let gradients = normals(count, lane: 20 + step)
      let (bias1, bias2) = (1 - power(0.9, step), 1 - power(0.999, step))
      let settings = ck_adam_step(
        learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, bias1: bias1, bias2: bias2,
        gradientScale: 0.5)
      state = ScalarKernels.adam(
        state, gradients: gradients, step: step, learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8,
        gradientScale: 0.5)
      expectedTarget = ScalarKernels.polyak(target: expectedTarget, online: state.parameters, rate: 0.1)
      ck_adam(&plain.parameters, gradients, &plain.first, &plain.second, count, settings)
      ck_adam_polyak(
        &fused.parameters, gradients, &fused.first, &fused.second, &target, 0.1, count, settings)
    }
    #expect(largestDifference(plain.parameters, state.parameters) < 2e-6)
    #expect(largestDifference(plain.first, state.first) < 1e-6)
    #expect(largestDifference(plain.second, state.second) < 1e-8)
    #expect(fused == plain)
    #expect(largestDifference(target, expectedTarget) < 2e-6)
  }

  /// At the first step both corrections cancel the decays: every parameter moves by the learning rate.
  @Test func adamsFirstStepIsTheLearningRate() {
    var state = ScalarKernels.AdamState(parameters: [1, 1, 1], first: [0, 0, 0], second: [0, 0, 0])
    let settings = ck_adam_step(
      learningRate: 0.125, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, bias1: 1 - 0.9, bias2: 1 - 0.999,
      gradientScale: 1)
    ck_adam(&state.parameters, [3, -0.02, 0], &state.first, &state.second, 3, settings)
    #expect(largestDifference(state.parameters, [0.875, 1.125, 1]) < 1e-6)
  }

  @Test(arguments: [0, 1, 15, 16, 40], [1, 16, 33]) func transposesHaveEveryElementInItsPlace(
    rows: Int, columns: Int
  ) {
    let x = Matrix(rows: rows, columns: columns + 2, normals(rows * (columns + 2), lane: 35))
    let y = Matrix(rows: columns, columns: rows + 3)
    ck_transpose(x.pointer, columns + 2, y.pointer, rows + 3, rows, columns)
    for row in 0..<rows {
      for column in 0..<columns { #expect(y[column, row] == x[row, column]) }
    }
    for column in 0..<columns { #expect(y.view.row(column)[rows] == 0) }
  }

  /// Without gradients a step is that of gradients 0.
  @Test(arguments: lengths) func adamWithoutGradientsTakesThemAsZero(count: Int) {
    let state = ScalarKernels.AdamState(
      parameters: normals(count, lane: 31), first: normals(count, lane: 32),
      second: normals(count, lane: 33).map { $0 * $0 })
    let settings = ck_adam_step(
      learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, bias1: 0.5, bias2: 0.25, gradientScale: 0.5
    )
    let zeros = [Float](repeating: 0, count: count)
    var (expected, plain, fused) = (state, state, state)
    var target = normals(count, lane: 34)
    var expectedTarget = target
    ck_adam(&plain.parameters, nil, &plain.first, &plain.second, count, settings)
    ck_adam_polyak(&fused.parameters, nil, &fused.first, &fused.second, &target, 0.1, count, settings)
    ck_adam_polyak(
      &expected.parameters, zeros, &expected.first, &expected.second, &expectedTarget, 0.1, count, settings)
    #expect(plain == expected && fused == expected && target == expectedTarget)
  }

  @Test(arguments: lengths, [false, true]) func scoresEqualTheScalarOnes(count: Int, hasPrior: Bool) {
    let start = normals(count, lane: 41)
    let (bias, prior) = (normals(count, lane: 42), normals(count, lane: 43))
    let (scale, offset) = (normals(count, lane: 44), normals(count, lane: 45))
    var scores = start
    if hasPrior {
      ck_score(&scores, bias, prior, scale, offset, count)
    } else {
      ck_score(&scores, bias, nil, scale, offset, count)
    }
    var expected = zip(start, bias).map { $0 + $1 }
    if hasPrior {
      for index in 0..<count { expected[index] += prior[index] * scale[index] + offset[index] }
    }
    #expect(largestDifference(scores, expected) < 4e-6)
  }

  /// Values of few kinds, so that many are equal, some of them no numbers.
  @Test(arguments: lengths.dropFirst()) func theLargestIsTheFirstOfEquals(count: Int) {
    for lane in 50..<60 {
      let kinds: [Float] = [.nan, -.infinity, -1, 0, 2, 2]
      let values = normals(count, lane: lane).map {
        kinds[Int(abs($0) * 100) % (lane < 55 ? 3 : kinds.count)]
      }
      for mask in [nil, normals(count, lane: lane + 100)] as [[Float]?] {
        let allowed = (0..<count).filter { mask == nil || (mask?[$0] ?? 0) > 0 }
        let best = allowed.map { values[$0] }.filter { !$0.isNaN }.max() ?? -.infinity
        let place = allowed.first { values[$0] == best && best > -.infinity } ?? allowed.first ?? -1
        var found: Float = 7
        #expect(ck_argmax(values, mask, count, &found) == place)
        #expect(found == best)
      }
    }
  }

  private func power(_ base: Double, _ exponent: Int) -> Double {
    (0..<exponent).reduce(1) { product, _ in product * base }
  }
}
