import Environments
import Learning
import LinearAlgebra
import NeuralNetworks

extension SlateQ {
  /// The greedy policy on slates filled position by position (`SlateFilling`): the best of the candidates left, and again.
  ///
  /// That is the best slate where items are ranked by value; under the logit it is the ranking by value, which the best
  /// slate may differ from. The network over single candidates becomes one over all of them, its weights once for each
  /// candidate along a diagonal: any host that runs policies runs it, at candidates² times the weights of a layer.
  public var policy: Policy {
    let count = layout.candidates
    let shape = NetworkShape(
      layout: environments.environment.fillingLayout, hidden: configuration.hidden.map { $0 * count },
      branchSizes: [count])
    return Policy(
      shape: shape, weights: online.repeated(layout, inputs: shape.observationSize),
      normalizer: ObservationNormalizer(identity: shape.observationSize, limit: 1e6),
      rewardScale: rewards.scale, metadata: environments.environment.metadata,
      trainingSeed: configuration.seed, trainingSteps: steps)
  }
}

extension SlateLayout {
  /// The number of parameters of the policy of a network with these hidden layers.
  func policyParameters(hidden: [Int]) -> Int {
    let widths = [observationSize + candidates + 1] + hidden.map { $0 * candidates } + [candidates + 1]
    return DenseNetwork.parameterCount(widths)
  }
}

extension DenseNetwork {
  /// The parameters of the dueling network that writes this one's output of each candidate.
  ///
  /// Every layer holds this network's weights once for each candidate. The state value is the mean of the candidates'
  /// outputs, which is what a dueling head takes off them.
  fileprivate func repeated(_ layout: SlateLayout, inputs: Int) -> [Float] {
    let (count, last) = (layout.candidates, widths.count - 2)
    let own = parameterValues
    var (from, parameters) = (0, [Float]())
    for layer in 0...last {
      let (width, outputs) = (widths[layer], widths[layer + 1])
      let columns = layer == 0 ? inputs : width * count
      func column(_ index: Int, of candidate: Int) -> Int {
        guard layer == 0 else { return candidate * width + index }
        return index < layout.userColumns
          ? index : layout.column(of: candidate) + index - layout.userColumns
      }
      var weights = [Float](repeating: 0, count: count * outputs * columns)
      for candidate in 0..<count {
        for output in 0..<outputs {
          let row = (candidate * outputs + output) * columns
          for index in 0..<width {
            weights[row + column(index, of: candidate)] = own[from + output * width + index]
          }
        }
      }
      let biases = (0..<count).flatMap { _ in own[from + width * outputs..<from + (width + 1) * outputs] }
      if layer == last {
        for column in 0..<columns {
          let sum = (0..<count).reduce(Float(0)) { $0 + weights[$1 * columns + column] }
          parameters.append(sum / Float(count))
        }
        parameters += weights + [biases.reduce(0, +) / Float(count)] + biases
      } else {
        parameters += weights + biases
      }
      from += (width + 1) * outputs
    }
    return parameters
  }
}
