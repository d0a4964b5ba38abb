import Environments
import LinearAlgebra
import Testing

@Suite struct ObservationLayoutTests {
  private let actions = ActionSpace(branchSizes: [2, 3])

  @Test func columnsAreNamedByNumberUnlessTheyHaveNames() {
    #expect(ObservationLayout(size: 2).names == ["observation_0", "observation_1"])
    #expect(ObservationLayout(size: 2).named(["a", "b"]) == ObservationLayout(names: ["a", "b"]))
  }

  @Test func partsMustBeColumnsAndHaveTheActionsWidth() {
    let spend = SpendColumns(costs: 0..<5, budget: 5)
    #expect(ObservationLayout(size: 12, prior: 6..<12, mask: 1..<6, spend: spend).fault(for: actions) == nil)
    let wrong = [
      ObservationLayout(size: 0), ObservationLayout(size: 12, prior: 7..<12),
      ObservationLayout(size: 12, prior: 7..<13), ObservationLayout(size: 12, mask: 0..<6),
      ObservationLayout(size: 12, mask: 8..<13), ObservationLayout(size: 5, spend: spend),
      ObservationLayout(size: 12, spend: SpendColumns(costs: 0..<4, budget: 5)),
      ObservationLayout(size: 12, spend: SpendColumns(costs: -1..<4, budget: 5)),
    ]
    for layout in wrong { #expect(layout.fault(for: actions) != nil) }
  }

  @Test func whatIsNotKeptIsANumberLikeOthers() {
    let layout = ObservationLayout(
      size: 12, prior: 6..<12, mask: 1..<6, spend: SpendColumns(costs: 0..<5, budget: 5))
    #expect(layout.keeping(prior: true, spend: true) == layout)
    #expect(layout.keeping(prior: false, spend: false) == ObservationLayout(size: 12, mask: 1..<6))
  }

  @Test func whatAnEnvironmentWritesBesideItsRowEndsTheProcess() async {
    await #expect(processExitsWith: .failure) {
      VectorEnvironment(count: 2, seed: 1, threads: 1) { Stray(column: 3) }.reset()
    }
    await #expect(processExitsWith: .success) {
      VectorEnvironment(count: 2, seed: 1, threads: 1) { Stray(column: 2) }.reset()
    }
  }
}

/// Has three columns and writes one of any number.
private struct Stray: ScalarEnvironment {
  let column: Int
  var observationLayout: ObservationLayout { ObservationLayout(size: 3) }
  var actionSpace: ActionSpace { ActionSpace(branchSizes: [2]) }
  func makeState(stream: inout RandomStream) -> Int { 0 }
  func observe(_ state: Int, into row: inout MutableSpan<Float>) { row[column] = 1 }
  func step(_ state: inout Int, action: Span<Int32>, stream: inout RandomStream) -> ScalarStep {
    ScalarStep(reward: 0)
  }
}
