import NeuralNetworks
import Testing

@Suite struct JointActionsTests {
  /// As numpy.ravel_multi_index([2, 0, 3], [3, 2, 5]) = 23.
  @Test func numbersAreRowMajor() {
    let actions = JointActions(branchSizes: [3, 2, 5])
    #expect(actions.count == 30)
    #expect(actions.index(of: [2, 0, 3]) == 23)
    #expect(actions.index(of: [0, 0, 0]) == 0 && actions.index(of: [2, 1, 4]) == 29)
  }

  @Test(arguments: [[1], [7], [3, 2, 5], [1, 4, 1, 2], [1024, 1024]])
  func everyNumberIsAnActionOfItsOwn(_ sizes: [Int]) {
    let actions = JointActions(branchSizes: sizes)
    var choices = [Int32](repeating: -1, count: sizes.count)
    for index in stride(from: 0, to: actions.count, by: actions.count > 1000 ? 997 : 1) {
      actions.write(index, into: &choices)
      #expect(zip(choices, sizes).allSatisfy { $0 >= 0 && $0 < $1 })
      #expect(actions.index(of: choices) == index)
    }
  }

  @Test func anActionIsAllowedWhereEachOfItsPartsIs() {
    let sizes = [3, 2, 4]
    let mask: [Float] = [1, 0, 1, 0, 1, 1, 1, 0, 0]
    let actions = JointActions(branchSizes: sizes)
    var joint = [Float](repeating: -1, count: actions.count)
    actions.expand(mask, 0..<24, into: &joint)
    var choices: [Int32] = [0, 0, 0]
    for index in 0..<24 {
      actions.write(index, into: &choices)
      let isAllowed =
        mask[Int(choices[0])] > 0 && mask[3 + Int(choices[1])] > 0 && mask[5 + Int(choices[2])] > 0
      #expect(joint[index] == (isAllowed ? 1 : 0))
    }
    var part = [Float](repeating: -1, count: 7)
    actions.expand(mask, 11..<18, into: &part)
    #expect(part == Array(joint[11..<18]))
  }

  @Test func moreThanAMillionCombinationsAreRefused() {
    #expect(JointActions.count([1024, 1024]) == 1 << 20)
    #expect(JointActions.count([1024, 1025]) == nil)
    #expect(JointActions.count(Array(repeating: 16, count: 9)) == nil)
    #expect(JointActions.count([.max, .max]) == nil)
    #expect(
      JointActions.refusal(Array(repeating: 16, count: 9)).contains(
        "up to 1048576, and not for 68719476736 of them"))
    #expect(JointActions.refusal([.max, 2]).contains("and not for more than \(Int.max) of them"))
  }
}
