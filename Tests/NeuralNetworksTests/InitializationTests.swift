import Environments
import NeuralNetworks
import Testing

@Suite struct InitializationTests {
  private func tensor(_ name: String, of network: BranchingNetwork) -> [Float] {
    network.tensors.filter { $0.name == name }.flatMap {
      network.parameterValues[$0.offset..<$0.offset + $0.count]
    }
  }

  /// The mean square of n uniform numbers has relative standard deviation √(4/5 / n): with n = 51,200 a 3 % band is
  /// 7.5 standard deviations wide, a false alarm in 10^13.
  @Test func heWeightsHaveVarianceTwoOverInputs() {
    let shape = NetworkShape(observationSize: 200, hidden: [256], branchSizes: [4])
    let weights = tensor("trunk.0.weight", of: BranchingNetwork(shape: shape, seed: 9))
    let square = weights.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(weights.count)
    #expect(abs(square * 200 / 2 - 1) < 0.03)
    #expect(tensor("trunk.0.bias", of: BranchingNetwork(shape: shape, seed: 9)).allSatisfy { $0 == 0 })
  }

  @Test func theHeadStartsNearZeroAndAtZeroOnAPrior() {
    let plain = BranchingNetwork(
      shape: NetworkShape(observationSize: 9, hidden: [16], branchSizes: [4]), seed: 1)
    let head = tensor("value.weight", of: plain) + tensor("advantage.weight", of: plain)
    #expect(head.allSatisfy { abs($0) < 0.01 } && head.contains { $0 != 0 })
    let residual = BranchingNetwork(
      shape: NetworkShape(layout: ObservationLayout(size: 9, prior: 2..<7), hidden: [16], branchSizes: [4]),
      seed: 1)
    let zeros = tensor("value.weight", of: residual) + tensor("advantage.weight", of: residual)
    #expect(zeros.allSatisfy { $0 == 0 })
    #expect(tensor("trunk.0.weight", of: residual) == tensor("trunk.0.weight", of: plain))
  }

  @Test(arguments: [(16, 16), (16, 9), (9, 16)]) func orthogonalWeightsAre(_ inputs: Int, _ outputs: Int) {
    let shape = NetworkShape(observationSize: inputs, hidden: [outputs], branchSizes: [4])
    let network = BranchingNetwork(shape: shape, seed: 1, initialization: .orthogonal)
    let weights = tensor("trunk.0.weight", of: network)
    // Of the shorter side's vectors, products are 2 with themselves (gain √2) and 0 with each other.
    let count = min(inputs, outputs)
    func element(_ vector: Int, _ index: Int) -> Float {
      outputs <= inputs ? weights[vector * inputs + index] : weights[index * inputs + vector]
    }
    for first in 0..<count {
      for second in 0..<count {
        let product = (0..<max(inputs, outputs)).reduce(0) { $0 + element(first, $1) * element(second, $1) }
        #expect(abs(product - (first == second ? 2 : 0)) < 1e-5)
      }
    }
  }

  @Test func seedsDecide() {
    let shape = NetworkShape(observationSize: 9, hidden: [16], branchSizes: [4])
    let first = BranchingNetwork(shape: shape, seed: 1).parameterValues
    #expect(first == BranchingNetwork(shape: shape, seed: 1).parameterValues)
    #expect(first != BranchingNetwork(shape: shape, seed: 2).parameterValues)
  }
}
