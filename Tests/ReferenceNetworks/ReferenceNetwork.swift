import NeuralNetworks

/// A plain double-precision network: the oracle of the fast one. Written from the formulas, sharing no code with it.
package struct ReferenceNetwork {
  package let shape: NetworkShape
  package var parameters: [Double]
  package var prior: (scales: [Double], offsets: [Double], rewardScale: Double)?

  package init(shape: NetworkShape, parameters: [Float], prior: PriorTransform? = nil) {
    self.shape = shape
    self.parameters = parameters.map(Double.init)
    if let prior {
      self.prior = (prior.scales.map(Double.init), prior.offsets.map(Double.init), Double(prior.rewardScale))
    }
  }

  /// The state value and each branch's centred advantages, the prior added.
  package func values(_ observation: [Double]) -> (state: Double, advantages: [[Double]]) {
    var tensors: [String: ArraySlice<Double>] = [:]
    for tensor in shape.tensors {
      tensors[tensor.name] = parameters[tensor.offset..<tensor.offset + tensor.count]
    }
    func dense(_ name: String, _ input: [Double]) -> [Double] {
      let weights = Array(tensors["\(name).weight"] ?? [])
      return Array(tensors["\(name).bias"] ?? []).enumerated().map { output, bias in
        input.enumerated().reduce(bias) { $0 + weights[output * input.count + $1.offset] * $1.element }
      }
    }
    var hidden = observation
    for layer in shape.hidden.indices { hidden = dense("trunk.\(2 * layer)", hidden).map { max($0, 0) } }
    var state = dense("value", hidden)[0]
    let raw = dense("advantage", hidden)
    var priors = Array(repeating: 0.0, count: shape.outputCount)
    if let columns = shape.layout.prior, let prior {
      for (index, column) in columns.enumerated() {
        priors[index] = (observation[column] * prior.scales[index] + prior.offsets[index]) * prior.rewardScale
      }
    }
    if !shape.isDueling { state = 0 }
    state += priors[0]
    var advantages: [[Double]] = []
    var start = 0
    let sizes = shape.aggregation == .joint ? [shape.branchSizes.reduce(1, *)] : shape.branchSizes
    for size in sizes {
      let mean = shape.isDueling ? raw[start..<start + size].reduce(0, +) / Double(size) : 0
      advantages.append((start..<start + size).map { raw[$0] - mean + priors[1 + $0] })
      start += size
    }
    return (state, advantages)
  }

  /// The best of all allowed actions: of a joint network, and of any within a budget, by trying every combination.
  package func greedy(_ observation: [Double]) -> [Int] {
    let mask = shape.layout.mask.map { Array(observation[$0]) }
    if shape.aggregation == .joint || shape.layout.spend != nil { return bruteForce(observation, mask) }
    var start = 0
    return values(observation).advantages.map { branch in
      defer { start += branch.count }
      let allowed = branch.indices.filter { choice in mask.map { $0[start + choice] > 0 } ?? true }
      return allowed.max { branch[$0] < branch[$1] } ?? -1
    }
  }

  private func bruteForce(_ observation: [Double], _ mask: [Double]?) -> [Int] {
    let starts = shape.branchSizes.indices.map { shape.branchSizes[..<$0].reduce(0, +) }
    func costs(_ action: [Int]) -> Double {
      guard let costs = shape.layout.spend?.costs else { return 0 }
      return zip(starts, action).reduce(0) { $0 + observation[costs.lowerBound + $1.0 + $1.1] }
    }
    let actions = shape.branchSizes.reduce([[Int]]([[]])) { former, size in
      former.flatMap { start in (0..<size).map { start + [$0] } }
    }.filter { action in
      mask.map { mask in zip(starts, action).allSatisfy { mask[$0 + $1] > 0 } } ?? true
    }
    let budget = shape.layout.spend.map { observation[$0.budget] } ?? .infinity
    let feasible = actions.filter { costs($0) <= budget }
    // The cheapest action where none is within the budget.
    return feasible.max { value(observation, $0) < value(observation, $1) }
      ?? actions.min { costs($0) < costs($1) } ?? []
  }

  /// The value of a whole action: the mean over branches of V + Â_k, or V + Σ_k Â_k.
  package func value(_ observation: [Double], _ action: [Int]) -> Double {
    let (state, advantages) = values(observation)
    if shape.aggregation == .joint {
      return state + advantages[0][zip(shape.branchSizes, action).reduce(0) { $0 * $1.0 + $1.1 }]
    }
    let sum = zip(advantages, action).reduce(0) { $0 + $1.0[$1.1] }
    return state + (shape.aggregation == .branching ? sum / Double(action.count) : sum)
  }

  /// Huber's loss of one transition against a target.
  package func loss(_ observation: [Double], _ action: [Int], target: Double, delta: Double) -> Double {
    func huber(_ difference: Double) -> Double {
      let size = abs(difference)
      return size <= delta ? size * size / 2 : delta * (size - delta / 2)
    }
    let (state, advantages) = values(observation)
    if shape.aggregation != .branching { return huber(target - value(observation, action)) }
    let losses = zip(advantages, action).map { huber(target - state - $0[$1]) }
    return losses.reduce(0, +) / Double(losses.count)
  }
}
