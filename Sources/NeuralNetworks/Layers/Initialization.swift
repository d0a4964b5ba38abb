import LinearAlgebra

/// How the trunk's weights are drawn; biases start at zero.
public enum Initialization: String, Sendable, Hashable, Codable, CaseIterable {
  /// Uniform with variance 2 / inputs, which keeps the scale of rectified activations (He et al., 2015).
  case he
  /// Orthogonal rows or columns times √2, which keeps the norm of rectified activations (Saxe et al., 2014).
  case orthogonal

  /// Fills a network's parameters; each layer draws from a stream of its own.
  func fill(_ parameters: UnsafeMutablePointer<Float>, shape: NetworkShape, seed: UInt64) {
    parameters.initialize(repeating: 0, count: shape.parameterCount)
    let layers = shape.layers
    for (index, layer) in layers.enumerated() {
      let isHead = index == layers.count - 1
      if isHead && shape.layout.prior != nil { continue }
      // A head near zero makes the first values nearly equal, so that the first targets are the rewards alone.
      let gain: Float = isHead ? 0.01 : 1
      var stream = RandomStream(seed: seed, purpose: .initialization, lane: index)
      draw(layer, gain: gain, into: parameters + layer.weights, from: &stream)
    }
  }

  /// Draws a layer's weights.
  func draw(
    _ layer: DenseLayer, gain: Float, into weights: UnsafeMutablePointer<Float>,
    from stream: inout RandomStream
  ) {
    let count = layer.inputs * layer.outputs
    switch self {
    case .he:
      let bound = gain * (6 / Float(layer.inputs)).squareRoot()
      for index in 0..<count { weights[index] = bound * (2 * stream.uniform() - 1) }
    case .orthogonal:
      let matrix = LinearAlgebra.orthogonal(
        rows: layer.outputs, columns: layer.inputs, gain: gain * Float(2).squareRoot(), stream: &stream)
      weights.update(from: matrix.pointer, count: count)
    }
  }
}
