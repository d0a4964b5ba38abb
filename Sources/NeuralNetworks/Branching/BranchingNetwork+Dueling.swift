import LinearAlgebra

extension BranchingNetwork {
  /// Sets the state value's parameters to 0, as they stay in a network that is not dueling.
  package func clearStateValue() {
    (parameters.pointer + head.weights).update(repeating: 0, count: head.inputs)
    parameters.pointer[head.biases] = 0
    parametersChanged()
  }

  /// Sets all parameters of the head to 0.
  package func clearHead() {
    (parameters.pointer + head.weights).update(repeating: 0, count: head.parameterCount)
    parametersChanged()
  }

  /// The parameters of a dueling network with the same greedy actions and the same values of whole actions.
  ///
  /// What a dueling head takes off the branches (their mean outputs), it gets back as the state value: the sum of the
  /// branches' means in an additive network, the mean of them in a branching one, whose single branches' values then
  /// differ by constants. A dueling network's own parameters are returned as they are.
  package var duelingParameterValues: [Float] {
    var values = parameterValues
    guard !shape.isDueling else { return values }
    let perBranch = shape.aggregation == .branching ? Float(shape.branchCount) : 1
    for branch in 0..<branches.count {
      let share = 1 / (Float(branches.sizes[branch]) * perBranch)
      for output in branches.starts[branch]..<branches.starts[branch] + branches.sizes[branch] {
        for input in 0..<head.inputs {
          values[head.weights + input] += share * values[head.weights + output * head.inputs + input]
        }
        values[head.biases] += share * values[head.biases + output]
      }
    }
    return values
  }
}

extension NetworkShape {
  /// The shape of the dueling network with the same outputs.
  package var dueling: NetworkShape {
    NetworkShape(
      layout: layout, hidden: hidden, branchSizes: branchSizes, aggregation: aggregation)
  }
}
