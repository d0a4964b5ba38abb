import LinearAlgebra

/// Where one named tensor stands in the flat parameter buffer.
package struct TensorDescription: Sendable, Equatable {
  /// The name, as PyTorch would call it: `trunk.0.weight`.
  package let name: String
  /// The dimensions, row-major; a weight is [outputs, inputs].
  package let shape: [Int]
  /// The first element's place in the buffer.
  package let offset: Int

  /// The number of elements.
  package var count: Int { shape.reduce(1, *) }
}

/// A dense layer's sizes and the places of its parameters in the flat buffer.
package struct DenseLayer: Sendable {
  package let inputs: Int
  package let outputs: Int
  /// The first weight, of a row-major outputs × inputs matrix.
  package let weights: Int
  /// The first bias; biases follow the weights.
  package var biases: Int { weights + inputs * outputs }
  package var parameterCount: Int { (inputs + 1) * outputs }

  package func weights(in buffer: UnsafeMutablePointer<Float>) -> MatrixView {
    MatrixView(pointer: buffer + weights, rows: outputs, columns: inputs, stride: inputs)
  }

  /// The weights as `TransposedWeights` holds them: inputs × outputs.
  package func transposedWeights(in buffer: UnsafeMutablePointer<Float>) -> MatrixView {
    MatrixView(pointer: buffer + weights, rows: inputs, columns: outputs, stride: outputs)
  }

  /// The layers of a network whose rows have these widths from its inputs to its outputs, one behind the other.
  package static func stack(_ widths: [Int]) -> [DenseLayer] {
    var layers: [DenseLayer] = []
    var offset = 0
    for (inputs, outputs) in zip(widths, widths.dropFirst()) {
      layers.append(DenseLayer(inputs: inputs, outputs: outputs, weights: offset))
      offset += layers[layers.count - 1].parameterCount
    }
    return layers
  }
}

/// Some outputs of a dense layer, whose parameters one thread moves: their weights, then their biases.
package struct ParameterBlock: Sendable {
  package let layer: DenseLayer
  package let outputs: Range<Int>

  /// Names the outputs.
  package init(layer: DenseLayer, outputs: Range<Int>) {
    self.layer = layer
    self.outputs = outputs
  }

  /// The places of the weights in the flat buffer.
  package var weights: Range<Int> {
    layer.weights + outputs.lowerBound * layer.inputs..<layer.weights + outputs.upperBound * layer.inputs
  }
  /// The places of the biases in the flat buffer.
  package var biases: Range<Int> { layer.biases + outputs.lowerBound..<layer.biases + outputs.upperBound }

  /// The parameters of a block, about: what stays in a core's cache between the passes of an update.
  package static let size = 8192

  /// The blocks of layers, one behind the other.
  package static func blocks(of layers: some Sequence<DenseLayer>) -> [ParameterBlock] {
    layers.flatMap { layer in
      let size = max(1, size / layer.inputs)
      return stride(from: 0, to: layer.outputs, by: size).map {
        ParameterBlock(layer: layer, outputs: $0..<min($0 + size, layer.outputs))
      }
    }
  }
}

extension NetworkShape {
  /// The dense layers in order, the head last.
  ///
  /// The head's first output is the state value, so the value's and the advantages' weights form one matrix and the
  /// whole head one product.
  package var layers: [DenseLayer] { DenseLayer.stack([observationSize] + hidden + [outputCount]) }

  /// The tensors of a network of this shape, in the order of the flat buffer, which they fill without gaps.
  package var tensors: [TensorDescription] {
    var tensors: [TensorDescription] = []
    for (index, layer) in layers.dropLast().enumerated() {
      // PyTorch's `Sequential` counts the rectifier between two dense layers as a module.
      tensors += [
        TensorDescription(
          name: "trunk.\(2 * index).weight", shape: [layer.outputs, layer.inputs], offset: layer.weights),
        TensorDescription(name: "trunk.\(2 * index).bias", shape: [layer.outputs], offset: layer.biases),
      ]
    }
    for head in layers.suffix(1) {
      tensors += [
        TensorDescription(name: "value.weight", shape: [1, head.inputs], offset: head.weights),
        TensorDescription(
          name: "advantage.weight", shape: [valueCount, head.inputs], offset: head.weights + head.inputs),
        TensorDescription(name: "value.bias", shape: [1], offset: head.biases),
        TensorDescription(name: "advantage.bias", shape: [valueCount], offset: head.biases + 1),
      ]
    }
    return tensors
  }
}
