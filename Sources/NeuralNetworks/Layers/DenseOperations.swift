import CKernels
import LinearAlgebra

/// output = input · weightsᵀ + biases, rectified if asked to.
///
/// - Parameter transposed: the layer's weights as inputs × outputs, where there is such a copy.
package func forward(
  _ layer: DenseLayer, parameters: UnsafeMutablePointer<Float>, transposed: MatrixView? = nil,
  input: MatrixView, output: MatrixView, rectified: Bool
) {
  if let transposed {
    multiply(input, transposed, into: output)
  } else {
    multiply(input, transposed: false, layer.weights(in: parameters), transposed: true, into: output)
  }
  let biases = parameters + layer.biases
  if rectified {
    ck_bias_relu(output.pointer, output.stride, biases, output.rows, output.columns)
  } else {
    ck_bias_add(output.pointer, output.stride, biases, output.rows, output.columns)
  }
}

/// Writes a layer's weight and bias gradients for the gradient of its (not rectified) output.
package func parameterGradients(
  _ layer: DenseLayer, outputGradient: MatrixView, input: MatrixView, gradients: UnsafeMutablePointer<Float>
) {
  multiply(outputGradient, transposed: true, input, into: layer.weights(in: gradients))
  let biases = gradients + layer.biases
  biases.update(repeating: 0, count: layer.outputs)
  ck_column_sums_add(
    outputGradient.pointer, outputGradient.stride, biases, outputGradient.rows, layer.outputs)
}

/// Turns the gradient of a rectified layer's output into the gradient before the rectifier, in place.
package func rectifierGradients(_ gradient: MatrixView, activations: MatrixView) {
  assert(gradient.stride == gradient.columns && activations.stride == activations.columns)
  ck_relu_backward(gradient.pointer, activations.pointer, gradient.rows * gradient.columns)
}

/// Carries the gradient of the last of some layers' outputs down to the first: every layer's parameter gradients are
/// written, and the gradients of the outputs below take the place of what `slopes` held.
///
/// - Parameters:
///   - layers: the layers, each rectified but for the last where `rectifiesLast` is false.
///   - parameters: the network's flat buffer.
///   - input: rows × inputs: what the first layer read.
///   - activations: what the layers gave out.
///   - slopes: the gradient of the last layer's output, and room for those of the others.
///   - rows: the rows of both.
///   - gradients: the flat buffer of gradients.
package func backpropagate(
  _ layers: ArraySlice<DenseLayer>, parameters: UnsafeMutablePointer<Float>, input: MatrixView,
  activations: ForwardWorkspace, slopes: ForwardWorkspace, rows: Range<Int>, rectifiesLast: Bool,
  gradients: UnsafeMutablePointer<Float>
) {
  for index in layers.indices.reversed() {
    let layer = layers[index]
    let slope = slopes.activations(index, rows: rows)
    if rectifiesLast || index < layers.endIndex - 1 {
      rectifierGradients(slope, activations: activations.activations(index, rows: rows))
    }
    let below = index == 0 ? input : activations.activations(index - 1, rows: rows)
    parameterGradients(layer, outputGradient: slope, input: below, gradients: gradients)
    if index > 0 {
      multiply(slope, layer.weights(in: parameters), into: slopes.activations(index - 1, rows: rows))
    }
  }
}
