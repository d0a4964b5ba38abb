import Environments
import Foundation
import NeuralNetworks
import Testing

@Suite struct NetworkShapeTests {
  @Test func shapesSurviveCoding() throws {
    for prior in [nil, 3..<11] {
      let shape = NetworkShape(
        layout: ObservationLayout(size: 12, prior: prior), hidden: [8, 4], branchSizes: [4, 1, 2],
        aggregation: .additive)
      let decoded = try JSONDecoder().decode(NetworkShape.self, from: JSONEncoder().encode(shape))
      #expect(decoded == shape)
    }
    let shapes = [
      NetworkShape(observationSize: 4, hidden: [], branchSizes: [1024, 1024], aggregation: .joint),
      NetworkShape(
        layout: ObservationLayout(size: 9, spend: SpendColumns(costs: 2..<8, budget: 8)), hidden: [3],
        branchSizes: [4, 2], aggregation: .additive),
    ]
    for shape in shapes {
      let decoded = try JSONDecoder().decode(NetworkShape.self, from: JSONEncoder().encode(shape))
      #expect(decoded == shape)
    }
  }

  @Test(arguments: [
    #"{"observationSize": 0, "hidden": [8], "branchSizes": [2], "aggregation": "branching"}"#,
    #"{"observationSize": 4, "hidden": [-8], "branchSizes": [2], "aggregation": "branching"}"#,
    #"{"observationSize": 4, "hidden": [8], "branchSizes": [], "aggregation": "branching"}"#,
    #"{"observationSize": 4, "hidden": [8], "branchSizes": [2, 0], "aggregation": "branching"}"#,
    #"{"observationSize": 4, "hidden": [8], "branchSizes": [2], "aggregation": "both"}"#,
    #"{"observationSize": 4, "hidden": [8], "branchSizes": [1024, 1025], "aggregation": "joint"}"#,
    #"{"observationSize": 9, "hidden": [8], "branchSizes": [2], "aggregation": "joint", "priorStart": 0}"#,
    #"{"observationSize": 9, "hidden": [8], "branchSizes": [2], "aggregation": "branching", "costStart": 0, "budgetColumn": 2}"#,
    #"{"observationSize": 9, "hidden": [8], "branchSizes": [2], "aggregation": "additive", "costStart": 0}"#,
    #"{"observationSize": 9, "hidden": [8], "branchSizes": [2], "aggregation": "additive", "costStart": 8, "budgetColumn": 0}"#,
    #"{"observationSize": 9, "hidden": [8], "branchSizes": [2], "aggregation": "additive", "costStart": 0, "budgetColumn": 9}"#,
    #"{"observationSize": 4, "hidden": [8], "branchSizes": [2], "aggregation": "additive", "priorStart": 2}"#,
    #"{"observationSize": 4, "hidden": [8], "branchSizes": [2], "aggregation": "additive", "priorStart": -1}"#,
    #"{"observationSize": 4, "hidden": [4611686018427387904], "branchSizes": [2], "aggregation": "additive"}"#,
    #"{"observationSize": 4, "hidden": [1], "branchSizes": [9223372036854775807, 9], "aggregation": "additive"}"#,
  ])
  func impossibleShapesAreErrors(_ text: String) {
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(NetworkShape.self, from: Data(text.utf8)) }
  }

  @Test func tensorsFillTheBufferWithoutGaps() {
    let shape = NetworkShape(observationSize: 7, hidden: [5, 3], branchSizes: [4, 2])
    let tensors = shape.tensors
    #expect(
      tensors.map(\.name) == [
        "trunk.0.weight", "trunk.0.bias", "trunk.2.weight", "trunk.2.bias", "value.weight",
        "advantage.weight",
        "value.bias", "advantage.bias",
      ])
    #expect(tensors.map(\.shape) == [[5, 7], [5], [3, 5], [3], [1, 3], [6, 3], [1], [6]])
    var offset = 0
    for tensor in tensors {
      #expect(tensor.offset == offset)
      offset += tensor.count
    }
    #expect(offset == shape.parameterCount)
  }

  /// 4 · 64·256 + 5 · 256·256 + 256 · (129 + 4 · 9) products of the reference network.
  @Test func updatesOfTheReferenceNetworkCostWhatTheyDo() {
    let shape = NetworkShape(
      observationSize: 64, hidden: [256, 256], branchSizes: Array(repeating: 16, count: 8))
    #expect(shape.updateOperations(batch: 1) == 2 * 435_456)
    #expect(shape.updateOperations(batch: 32) == 32 * shape.updateOperations(batch: 1))
  }
}
