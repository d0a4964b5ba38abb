import ReferenceNetworks
import Environments
import LinearAlgebra
import NeuralNetworks
import Testing

@Suite struct GreedySearchTests {
  /// Branches that lie within a block of outputs, end with one, and cross several.
  @Test(arguments: [[5, 2, 3], [512], [511, 2, 700], [3, 1500, 1, 513]], [false, true])
  func actionsAreTheArgmaxOfTheValues(_ branchSizes: [Int], _ hasPriorAndMask: Bool) {
    let choices = branchSizes.reduce(0, +)
    let shape = NetworkShape(
      layout: ObservationLayout(
        size: hasPriorAndMask ? 4 + 1 + 2 * choices : 4, prior: hasPriorAndMask ? 4..<5 + choices : nil,
        mask: hasPriorAndMask ? 5 + choices..<5 + 2 * choices : nil), hidden: [9, 6], branchSizes: branchSizes
    )
    var numbers = Numbers(state: 12)
    let network = BranchingNetwork(shape: shape, parameters: numbers.signed(shape.parameterCount))
    let rows = 37
    let observations = Matrix(
      rows: rows, columns: shape.observationSize, numbers.signed(rows * shape.observationSize))
    // Something is allowed in every branch.
    for row in 0..<rows where hasPriorAndMask {
      var start = shape.observationSize - choices
      for size in branchSizes {
        observations[row, start + row % size] = 1
        start += size
      }
    }
    let workspace = ForwardWorkspace(shape: shape, maximumBatch: rows)
    let q = Matrix(rows: rows, columns: choices)
    network.qValues(observations: observations.view, into: q.view, workspace: workspace)
    var actions = [Int32](repeating: -1, count: rows * branchSizes.count)
    network.greedyActions(
      observations: observations.view, into: &actions, workspace: workspace,
      search: GreedySearch(shape: shape, rows: rows))
    var expected = actions
    argmaxChoices(
      q.view, branchSizes: branchSizes, into: &expected, mask: shape.layout.mask(in: observations.view))
    #expect(actions == expected)
  }

  /// Joint actions in three blocks, allowed where their parts are; and a spend cap, which looks at all values at once.
  @Test(arguments: [Aggregation.joint, .additive]) func actionsAreTheChoiceAmongAllValues(_ head: Aggregation)
  {
    let sizes = head == .joint ? [30, 20, 2] : [300, 250]
    let choices = sizes.reduce(0, +)
    let capped = head == .additive
    let shape = NetworkShape(
      layout: ObservationLayout(
        size: 2 * choices + 4, mask: 3..<3 + choices,
        spend: capped ? SpendColumns(costs: 3 + choices..<3 + 2 * choices, budget: 3 + 2 * choices) : nil),
      hidden: [7], branchSizes: sizes, aggregation: head)
    var numbers = Numbers(state: 13)
    let network = BranchingNetwork(shape: shape, parameters: numbers.signed(shape.parameterCount))
    let rows = 21
    let observations = Matrix(
      rows: rows, columns: shape.observationSize, numbers.signed(rows * shape.observationSize).map(abs))
    for row in 0..<rows {
      for index in 0..<choices where (index + row) % 3 == 0 { observations[row, 3 + index] = 0 }
    }
    let limits = shape.layout.spend?.limits(observations.view)
    let workspace = ForwardWorkspace(shape: shape, maximumBatch: rows)
    let q = Matrix(rows: rows, columns: shape.valueCount)
    network.qValues(observations: observations.view, into: q.view, workspace: workspace)
    var actions = [Int32](repeating: -1, count: rows * sizes.count)
    network.greedyActions(
      observations: observations.view, limits: limits, into: &actions, workspace: workspace,
      search: GreedySearch(shape: shape, rows: rows))
    var expected = actions
    GreedyChoice(shape: shape).act(
      q.view, mask: shape.layout.mask(in: observations.view), limits: limits, into: &expected)
    #expect(actions == expected)
  }

  @Test func aBranchWithoutAllowedChoiceIsRefused() async {
    await #expect(processExitsWith: .failure) {
      let shape = NetworkShape(layout: ObservationLayout(size: 2, mask: 0..<2), hidden: [], branchSizes: [2])
      var action: Int32 = 0
      let observations = Matrix(rows: 1, columns: 2)
      BranchingNetwork(shape: shape, seed: 1).greedyActions(
        observations: observations.view, into: &action,
        workspace: ForwardWorkspace(shape: shape, maximumBatch: 1),
        search: GreedySearch(shape: shape, rows: 1))
      _ = observations[0, 0]
    }
  }
}
