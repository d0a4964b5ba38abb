import CKernels
import LinearAlgebra

/// output = input · weightsᵀ + biases, rectified if asked to.
///
/// - Parameter transposed: the layer's weights as inputs × outputs, where there is such a copy.
func forward(
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
func parameterGradients(
  _ layer: DenseLayer, outputGradient: MatrixView, input: MatrixView, gradients: UnsafeMutablePointer<Float>
) {
  multiply(outputGradient, transposed: true, input, into: layer.weights(in: gradients))
  let biases = gradients + layer.biases
  biases.update(repeating: 0, count: layer.outputs)
  ck_column_sums_add(
    outputGradient.pointer, outputGradient.stride, biases, outputGradient.rows, layer.outputs)
}

/// Turns the gradient of a rectified layer's output into the gradient before the rectifier, in place.
func rectifierGradients(_ gradient: MatrixView, activations: MatrixView) {
  assert(gradient.stride == gradient.columns && activations.stride == activations.columns)
  ck_relu_backward(gradient.pointer, activations.pointer, gradient.rows * gradient.columns)
}
