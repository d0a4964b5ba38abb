import LinearAlgebra

/// output = input · weightsᵀ + biases, rectified if asked to.
func forward(
  _ layer: DenseLayer, parameters: UnsafeMutablePointer<Float>, input: MatrixView, output: MatrixView,
  rectified: Bool
) {
  multiply(input, transposed: false, layer.weights(in: parameters), transposed: true, into: output)
  let biases = parameters + layer.biases
  for row in 0..<output.rows {
    let values = output.row(row)
    if rectified {
      for column in 0..<output.columns { values[column] = max(values[column] + biases[column], 0) }
    } else {
      for column in 0..<output.columns { values[column] += biases[column] }
    }
  }
}

/// Writes a layer's weight and bias gradients for the gradient of its (not rectified) output.
func parameterGradients(
  _ layer: DenseLayer, outputGradient: MatrixView, input: MatrixView, gradients: UnsafeMutablePointer<Float>
) {
  multiply(outputGradient, transposed: true, input, into: layer.weights(in: gradients))
  let biases = gradients + layer.biases
  biases.update(repeating: 0, count: layer.outputs)
  for row in 0..<outputGradient.rows {
    let values = outputGradient.row(row)
    for column in 0..<layer.outputs { biases[column] += values[column] }
  }
}

/// Turns the activations of a rectified layer into the gradient before the rectifier, given the layer above.
///
/// - Parameters:
///   - outputGradient: the gradient of the layer above's output, rows × its width.
///   - activations: what the lower layer gave out, rows × its width.
///   - inputGradient: where the gradient goes, rows × the lower layer's width.
func inputGradients(
  _ layer: DenseLayer, parameters: UnsafeMutablePointer<Float>, outputGradient: MatrixView,
  activations: MatrixView, inputGradient: MatrixView
) {
  multiply(outputGradient, layer.weights(in: parameters), into: inputGradient)
  for row in 0..<inputGradient.rows {
    let gradient = inputGradient.row(row)
    let activation = activations.row(row)
    for column in 0..<inputGradient.columns where activation[column] <= 0 { gradient[column] = 0 }
  }
}
