import ReferenceNetworks
import Environments
import LinearAlgebra
import NeuralNetworks
import Testing

@Suite struct BranchingNetworkTests {
  /// 200 rows cover more than one block of a pass.
  @Test(arguments: [Aggregation.branching, .additive], [false, true])
  func valuesMatchTheReference(_ aggregation: Aggregation, _ hasPrior: Bool) {
    let shape = NetworkShape(
      layout: ObservationLayout(size: 14, prior: hasPrior ? 2..<13 : nil), hidden: [20, 11],
      branchSizes: [5, 2, 3], aggregation: aggregation)
    var numbers = Numbers(state: 7)
    let network = BranchingNetwork(shape: shape, parameters: numbers.signed(shape.parameterCount))
    let prior = PriorTransform(
      scales: numbers.signed(hasPrior ? 11 : 0), offsets: numbers.signed(hasPrior ? 11 : 0), rewardScale: 0.75
    )
    network.priorTransform = prior
    let reference = ReferenceNetwork(shape: shape, parameters: network.parameterValues, prior: prior)
    let observations = Matrix(rows: 200, columns: 14, numbers.signed(200 * 14))
    let workspace = ForwardWorkspace(shape: shape, maximumBatch: 200)
    let advantages = Matrix(rows: 200, columns: 10)
    let states = Matrix(rows: 1, columns: 200)
    let q = Matrix(rows: 200, columns: 10)
    network.values(
      observations: observations.view, into: advantages.view, stateValues: states.pointer,
      workspace: workspace)
    network.qValues(observations: observations.view, into: q.view, workspace: workspace)
    for row in 0..<200 {
      let expected = reference.values((0..<14).map { Double(observations[row, $0]) })
      #expect(abs(Double(states[0, row]) - expected.state) < 2e-5)
      for (choice, advantage) in expected.advantages.joined().enumerated() {
        #expect(abs(Double(advantages[row, choice]) - advantage) < 2e-5)
        #expect(abs(Double(q[row, choice]) - expected.state - advantage) < 4e-5)
      }
    }
  }

  @Test func aJointNetworkHasAValuePerCombination() {
    let shape = NetworkShape(observationSize: 6, hidden: [9], branchSizes: [3, 4], aggregation: .joint)
    #expect(shape.valueCount == 12 && shape.outputCount == 13 && shape.choiceCount == 7)
    var numbers = Numbers(state: 7)
    let network = BranchingNetwork(shape: shape, parameters: numbers.signed(shape.parameterCount))
    let reference = ReferenceNetwork(shape: shape, parameters: network.parameterValues)
    let observations = Matrix(rows: 1, columns: 6, numbers.signed(6))
    let q = Matrix(rows: 1, columns: 12)
    network.qValues(
      observations: observations.view, into: q.view,
      workspace: ForwardWorkspace(shape: shape, maximumBatch: 1))
    let observation = (0..<6).map { Double(observations[0, $0]) }
    for first in 0..<3 {
      for second in 0..<4 {
        #expect(abs(Double(q[0, first * 4 + second]) - reference.value(observation, [first, second])) < 2e-5)
      }
    }
  }

  @Test func aNewNetworkWithAPriorPlaysThePriorExactly() {
    for aggregation in [Aggregation.branching, .additive] {
      let shape = NetworkShape(
        layout: ObservationLayout(size: 30, prior: 9..<20), hidden: [16], branchSizes: [4, 6],
        aggregation: aggregation)
      let network = BranchingNetwork(shape: shape, seed: 3)
      var numbers = Numbers(state: 4)
      let observations = Matrix(rows: 50, columns: 30, numbers.signed(50 * 30))
      let workspace = ForwardWorkspace(shape: shape, maximumBatch: 50)
      let advantages = Matrix(rows: 50, columns: 10)
      let states = Matrix(rows: 1, columns: 50)
      network.values(
        observations: observations.view, into: advantages.view, stateValues: states.pointer,
        workspace: workspace)
      for row in 0..<50 {
        #expect(states[0, row] == observations[row, 9])
        for choice in 0..<10 { #expect(advantages[row, choice] == observations[row, 10 + choice]) }
      }
    }
  }

  @Test func copiesTakeParametersAndPrior() {
    let shape = NetworkShape(layout: ObservationLayout(size: 4, prior: 1..<4), hidden: [3], branchSizes: [2])
    let first = BranchingNetwork(shape: shape, seed: 1)
    let second = BranchingNetwork(shape: shape, seed: 2)
    first.priorTransform = PriorTransform(scales: [1, 2, 3], offsets: [4, 5, 6], rewardScale: 7)
    #expect(first.parameterValues != second.parameterValues)
    second.copy(parametersFrom: first)
    #expect(first.parameterValues == second.parameterValues)
    #expect(first.priorTransform == second.priorTransform)
  }

  /// Blocks of a pass and bigger batches must not change a row's values.
  @Test func rowsDoNotDependOnTheirBatch() {
    let shape = NetworkShape(observationSize: 6, hidden: [9], branchSizes: [3])
    let network = BranchingNetwork(shape: shape, seed: 5)
    var numbers = Numbers(state: 6)
    let observations = Matrix(rows: 300, columns: 6, numbers.signed(1800))
    let workspace = ForwardWorkspace(shape: shape, maximumBatch: 300)
    let together = Matrix(rows: 300, columns: 3)
    let alone = Matrix(rows: 1, columns: 3)
    network.qValues(observations: observations.view, into: together.view, workspace: workspace)
    for row in 0..<300 {
      network.qValues(
        observations: observations.view.rows(row..<row + 1), into: alone.view, workspace: workspace)
      for choice in 0..<3 { #expect(abs(alone[0, choice] - together[row, choice]) < 1e-6) }
    }
  }
}
