import LinearAlgebra
import NeuralNetworks
import Testing

@Suite struct ArgmaxChoicesTests {
  private func argmax(_ rows: [[Float]], branchSizes: [Int], mask: [Float]? = nil) -> [Int32] {
    let values = Matrix(rows: rows.count, columns: rows[0].count, rows.flatMap { $0 })
    var actions = Array(repeating: Int32(-1), count: rows.count * branchSizes.count)
    if let mask {
      let allowed = Matrix(rows: rows.count, columns: rows[0].count, mask)
      argmaxChoices(values.view, branchSizes: branchSizes, into: &actions, mask: allowed.view)
    } else {
      argmaxChoices(values.view, branchSizes: branchSizes, into: &actions)
    }
    return actions
  }

  @Test func theFirstOfEqualsWins() {
    #expect(argmax([[1, 3, 3, 0, 0], [5, 2, 9, 1, 2]], branchSizes: [3, 2]) == [1, 0, 2, 1])
  }

  @Test func forbiddenChoicesNeverWin() {
    let mask: [Float] = [1, 0, 1, 0, 1]
    #expect(argmax([[1, 9, 3, 7, -8]], branchSizes: [3, 2], mask: mask) == [2, 1])
    #expect(
      argmax([[1, 9, -.infinity, 7, -.infinity]], branchSizes: [2, 3], mask: [0, 1, 1, 0, 0]) == [1, 0])
  }

  @Test func notANumberNeverBeatsANumber() {
    #expect(argmax([[.nan, -5, .nan, -.infinity, .nan]], branchSizes: [3, 2]) == [1, 0])
  }

  @Test func aBranchWithoutAllowedChoiceIsRefused() async {
    await #expect(processExitsWith: .failure) {
      let values = Matrix(rows: 1, columns: 2)
      let mask = Matrix(rows: 1, columns: 2)
      var action: Int32 = 0
      argmaxChoices(values.view, branchSizes: [2], into: &action, mask: mask.view)
    }
  }
}
