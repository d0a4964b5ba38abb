import LinearAlgebra

/// The element-wise work of a network's update, in plain Swift: what the kernels in C are compared with.
extension ScalarKernels {
  /// x ← x + bias for every row of a rows × columns matrix, rectified if asked to.
  package static func addBias(_ x: MatrixView, _ bias: [Float], rectified: Bool) {
    for row in 0..<x.rows {
      for column in 0..<x.columns {
        let sum = x[row, column] + bias[column]
        x[row, column] = rectified && sum < 0 ? 0 : sum
      }
    }
  }

  /// The gradient, zeroed wherever the rectified activation is not positive.
  package static func rectifierGradient(_ gradient: [Float], activations: [Float]) -> [Float] {
    zip(gradient, activations).map { $1 <= 0 ? 0 : $0 }
  }

  /// The sum of each column.
  package static func columnSums(_ x: MatrixView) -> [Float] {
    (0..<x.columns).map { column in (0..<x.rows).reduce(0) { $0 + x[$1, column] } }
  }

  /// The sum of squares, in double precision.
  package static func sumOfSquares(_ x: [Float]) -> Double { x.reduce(0) { $0 + Double($1) * Double($1) } }

  package static func polyak(target: [Float], online: [Float], rate: Float) -> [Float] {
    zip(target, online).map { $0 + rate * ($1 - $0) }
  }

  /// The parameters and running means of Adam.
  package struct AdamState: Equatable {
    package var parameters: [Float]
    /// The running mean of gradients.
    package var first: [Float]
    /// The running mean of squared gradients.
    package var second: [Float]

    /// Gathers a state.
    package init(parameters: [Float], first: [Float], second: [Float]) {
      self.parameters = parameters
      self.first = first
      self.second = second
    }
  }

  /// The state after one step of Adam with PyTorch's arithmetic, in double precision.
  package static func adam(
    _ state: AdamState, gradients: [Float], step: Int, learningRate: Double, beta1: Double, beta2: Double,
    epsilon: Double, gradientScale: Float
  ) -> AdamState {
    var bias1 = 1.0
    var bias2 = 1.0
    for _ in 0..<step {
      bias1 *= beta1
      bias2 *= beta2
    }
    (bias1, bias2) = (1 - bias1, 1 - bias2)
    var result = state
    for (index, gradient) in gradients.enumerated() {
      let g = Double(gradient) * Double(gradientScale)
      let m = beta1 * Double(state.first[index]) + (1 - beta1) * g
      let v = beta2 * Double(state.second[index]) + (1 - beta2) * g * g
      let denominator = v.squareRoot() / bias2.squareRoot() + epsilon
      result.first[index] = Float(m)
      result.second[index] = Float(v)
      result.parameters[index] = Float(
        Double(state.parameters[index]) - learningRate / bias1 * m / denominator)
    }
    return result
  }
}
