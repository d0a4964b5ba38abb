import Environments
import Learning
import LinearAlgebra
import Testing

@Suite struct ExhaustiveSearchTests {
  /// Spend 4 units over 3 steps in two branches; a step pays √(first) + 2 √(second), later steps half as much again.
  private struct Purse: ScalarEnvironment {
    struct Money { var left = 4, step = 0 }
    let timeLimit: Int? = 3
    var observationLayout: ObservationLayout { ObservationLayout(size: 1) }
    var actionSpace: ActionSpace { ActionSpace(branchSizes: [3, 3]) }
    func makeState(stream: inout RandomStream) -> Money { Money() }
    func observe(_ state: Money, into row: inout MutableSpan<Float>) { row[0] = Float(state.left) }
    func step(_ state: inout Money, action: Span<Int32>, stream: inout RandomStream) -> ScalarStep {
      let (first, second) = (Int(action[0]), Int(action[1]))
      state.step += 1
      guard first + second <= state.left else { return ScalarStep(reward: -1) }
      state.left -= first + second
      let gain = Float(first).squareRoot() + 2 * Float(second).squareRoot()
      return ScalarStep(reward: gain * (1 + 0.5 * Float(state.step - 1)))
    }
  }

  /// By hand: a unit of the second branch is worth 2, 3, 4 in the three steps, and the fourth unit does best as the
  /// second one of the last step: 4 · (√2 − 1) = 1.66, against 2 for a first unit of the first branch there.
  @Test func findsTheBestSequence() {
    #expect(abs(exhaustiveReturn(of: Purse(), steps: 3) - (2 + 3 + 4 + 2)) < 1e-6)
    #expect(abs(exhaustiveReturn(of: Purse(), steps: 1) - (2.0.squareRoot() * 3)) < 1e-6)
  }
}
