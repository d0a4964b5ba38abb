import LinearAlgebra

/// How the trunk's weights are drawn; biases start at zero.
public enum Initialization: String, Sendable, Hashable, Codable {
  /// Uniform with variance 2 / inputs, which keeps the scale of rectified activations (He et al., 2015).
  case he

  /// Fills a network's parameters; each layer draws from a stream of its own.
  func fill(_ parameters: UnsafeMutablePointer<Float>, shape: NetworkShape, seed: UInt64) {
    parameters.initialize(repeating: 0, count: shape.parameterCount)
    let layers = shape.layers
    for (index, layer) in layers.enumerated() {
      let isHead = index == layers.count - 1
      if isHead && shape.priorColumns != nil { continue }
      // A head near zero makes the first values nearly equal, so that the first targets are the rewards alone.
      let gain: Float = isHead ? 0.01 : 1
      let bound = gain * (6 / Float(layer.inputs)).squareRoot()
      var stream = RandomStream(seed: seed, purpose: .initialization, lane: index)
      for weight in layer.weights..<layer.biases { parameters[weight] = bound * (2 * stream.uniform() - 1) }
    }
  }
}
