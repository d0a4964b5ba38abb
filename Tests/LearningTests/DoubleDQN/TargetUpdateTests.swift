import ReferenceNetworks
import Learning
import NeuralNetworks
import Testing

@Suite struct TargetUpdateTests {
  private let shape = NetworkShape(observationSize: 5, hidden: [6], branchSizes: [3])

  @Test func aHardTargetMovesOnlyOnItsStep() {
    var numbers = Numbers(state: 1)
    let update = DoubleQUpdate(
      shape: shape, configuration: .init(targetUpdate: .hard(every: 3)), maximumBatch: 32, seed: 1)
    let start = update.target.parameterValues
    for step in 1...6 {
      let transitions = Transitions(shape, count: 32, weighted: false, from: &numbers)
      let before = update.target.parameterValues
      _ = transitions.teach(update)
      #expect(update.target.parameterValues == (step % 3 == 0 ? update.online.parameterValues : before))
    }
    #expect(update.target.parameterValues != start)
  }

  @Test func aPolyakTargetCoversItsShareOfTheWay() {
    var numbers = Numbers(state: 2)
    let update = DoubleQUpdate(
      shape: shape, configuration: .init(targetUpdate: .polyak(0.25)), maximumBatch: 32, seed: 1)
    let before = update.target.parameterValues
    _ = Transitions(shape, count: 32, weighted: false, from: &numbers).teach(update)
    for (index, pair) in zip(before, update.online.parameterValues).enumerated() {
      #expect(abs(update.target.parameterValues[index] - (0.75 * pair.0 + 0.25 * pair.1)) < 1e-7)
    }
  }
}
