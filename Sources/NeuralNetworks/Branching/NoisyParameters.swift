import LinearAlgebra

/// The noise of a network whose layers are noisy: W = μ + σ ∘ ε, the same for biases (Fortunato et al., 2018).
///
/// The noise is factorised: a layer of p inputs and q outputs draws p + q normal numbers, and ε of the weight from
/// input i to output j is f(x_i) f(y_j), that of bias j is f(y_j), with f(x) = sign(x) √|x|. How far each parameter is
/// disturbed, σ, is learned as the parameter is: it begins at `deviation` / √p, and where noise does no good it fades.
/// Exploration so depends on the state and lasts from update to update, which ε-greedy's does not.
///
/// While disturbed, the network's own parameters are W, so that all passes and gradients are those of any network; at
/// rest they are μ, and steps of the optimizer and of the target network move μ.
package final class NoisyParameters {
  /// σ, a number per parameter.
  package let deviations: Matrix
  /// ε while disturbed; at rest, room for σ's gradient.
  package let noise: Matrix
  private let network: BranchingNetwork
  /// μ while disturbed.
  private let means: Matrix
  private let factors: Matrix
  private var isDisturbed = false

  package init(of network: BranchingNetwork, deviation: Float) {
    self.network = network
    let count = network.parameters.count
    deviations = Matrix(rows: 1, columns: count)
    noise = Matrix(rows: 1, columns: count)
    means = Matrix(rows: 1, columns: count)
    factors = Matrix(rows: 1, columns: network.layers.reduce(0) { max($0, $1.inputs) })
    for layer in network.layers {
      let first = deviations.pointer + layer.weights
      first.update(repeating: deviation / Float(layer.inputs).squareRoot(), count: layer.parameterCount)
    }
    if !network.shape.isDueling {
      // The state value's parameters stay 0.
      (deviations.pointer + network.head.weights).update(repeating: 0, count: network.head.inputs)
      deviations.pointer[network.head.biases] = 0
    }
  }

  /// Draws new noise and puts it onto the network's parameters.
  package func disturb(stream: inout RandomStream) {
    assert(!isDisturbed)
    isDisturbed = true
    let parameters = network.parameters.pointer
    means.pointer.update(from: parameters, count: means.count)
    for layer in network.layers {
      for input in 0..<layer.inputs { factors.pointer[input] = Self.factor(&stream) }
      for output in 0..<layer.outputs {
        let factor = Self.factor(&stream)
        let row = layer.weights + output * layer.inputs
        for input in 0..<layer.inputs { noise.pointer[row + input] = factor * factors.pointer[input] }
        noise.pointer[layer.biases + output] = factor
      }
    }
    for index in 0..<means.count { parameters[index] += deviations.pointer[index] * noise.pointer[index] }
    network.parametersChanged()
  }

  /// Takes the noise off again.
  package func rest() {
    guard isDisturbed else { return }
    isDisturbed = false
    network.parameters.pointer.update(from: means.pointer, count: means.count)
  }

  /// f of a normal number.
  private static func factor(_ stream: inout RandomStream) -> Float {
    let number = stream.normal()
    return number < 0 ? -(-number).squareRoot() : number.squareRoot()
  }
}
