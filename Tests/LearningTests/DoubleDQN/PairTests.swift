import ReferenceNetworks
import Learning
import Environments
import LinearAlgebra
import NeuralNetworks
import Testing

/// Learning from pairs of transitions that share state and luck.
@Suite struct PairTests {
  let shape = NetworkShape(
    layout: ObservationLayout(size: 7), hidden: [], branchSizes: [4, 3], aggregation: .additive)

  /// Rows 2i and 2i + 1 start from the same state.
  private func pairs(_ count: Int, _ numbers: inout Numbers) -> Transitions {
    let transitions = Transitions(shape, count: count, weighted: false, from: &numbers)
    transitions.pair()
    return transitions
  }

  private func update(_ parameters: [Float]) -> DoubleQUpdate {
    DoubleQUpdate(
      network: BranchingNetwork(shape: shape, parameters: parameters),
      configuration: .init(maximumGradientNorm: nil, huberDelta: 0.7), maximumBatch: 64)
  }

  /// Without hidden layers the state value learns from the levels alone, the advantages from the differences alone.
  @Test func gradientsMatchCentralDifferences() {
    var numbers = Numbers(state: 3)
    let parameters = numbers.signed(shape.parameterCount)
    let transitions = pairs(64, &numbers)
    let learner = update(parameters)
    var online = ReferenceNetwork(shape: shape, parameters: parameters)
    let target = online
    let rows = (0..<64).map { ReferenceTransition(transitions, row: $0, shape: shape) }
    let targets = rows.map { $0.target(online: online, target: target) }
    func error(_ row: Int) -> Double { targets[row] - online.value(rows[row].observation, rows[row].action) }
    func huber(_ error: Double) -> Double {
      abs(error) <= 0.7 ? 0.5 * error * error : 0.7 * (abs(error) - 0.35)
    }
    func differences() -> Double {
      stride(from: 0, to: 64, by: 2).reduce(0) { $0 + huber(error($1) - error($1 + 1)) / 32 }
    }
    func levels() -> Double { (0..<64).reduce(0) { $0 + 0.1 * huber(error($1)) / 32 } }

    let expectedLoss = differences()
    let statistics = transitions.teach(learner)
    #expect(abs(Double(statistics.loss) - expectedLoss) < 1e-5 * expectedLoss)
    let stateTensors = Set(["value.weight", "value.bias"])
    for tensor in shape.tensors {
      let isState = stateTensors.contains(tensor.name)
      for index in tensor.offset..<tensor.offset + tensor.shape.reduce(1, *) {
        let original = online.parameters[index]
        func at(_ value: Double) -> Double {
          online.parameters[index] = value
          return isState ? levels() : differences()
        }
        let expected = (at(original + 1e-6) - at(original - 1e-6)) / 2e-6
        online.parameters[index] = original
        #expect(
          abs(Double(learner.gradientValues[index]) - expected) < 2e-6 + 1e-5 * abs(expected),
          "\(tensor.name) at \(index)")
      }
    }
  }

  /// Luck that both plays of a pair share moves the state value and leaves every advantage alone.
  @Test func sharedLuckDropsOutOfTheAdvantages() {
    var numbers = Numbers(state: 8)
    let parameters = numbers.signed(shape.parameterCount)
    let transitions = pairs(64, &numbers)
    let calm = update(parameters)
    _ = transitions.teach(calm)
    for row in 0..<64 { transitions.rewards.pointer[row] += Float((row / 2) % 5) }
    let lucky = update(parameters)
    _ = transitions.teach(lucky)
    var moved = false
    for tensor in shape.tensors {
      for index in tensor.offset..<tensor.offset + tensor.shape.reduce(1, *) {
        let difference = abs(calm.gradientValues[index] - lucky.gradientValues[index])
        if tensor.name.hasPrefix("advantage") {
          #expect(difference < 1e-5)
        } else {
          moved = moved || difference > 1e-3
        }
      }
    }
    #expect(moved)
  }
}
