import ReferenceNetworks
import Learning
import Environments
import LinearAlgebra
import NeuralNetworks
import Testing

/// Every gradient of an update against central differences of the double-precision reference.
@Suite struct GradientTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var aggregation: Aggregation
    var hidden: [Int]
    var prior: Bool
    var weighted: Bool
    var masked: Bool
    var dueling = true
    var double = true
    var capped = false
    var testDescription: String {
      "\(aggregation) \(hidden) prior \(prior) weights \(weighted) mask \(masked) dueling \(dueling) double \(double) "
        + "capped \(capped)"
    }
  }

  static let cases: [Case] = [Aggregation.branching, .additive].flatMap { aggregation in
    [[6, 5], [40], []].flatMap { hidden in
      [false, true].map { prior in
        Case(
          aggregation: aggregation, hidden: hidden, prior: prior, weighted: prior != (hidden.count == 1),
          masked: hidden.count == 2)
      }
    } + [
      Case(
        aggregation: aggregation, hidden: [6, 5], prior: false, weighted: true, masked: true, dueling: false),
      Case(
        aggregation: aggregation, hidden: [6, 5], prior: true, weighted: false, masked: false, dueling: false,
        double: false),
      Case(
        aggregation: aggregation, hidden: [], prior: false, weighted: true, masked: true, double: false),
    ]
  }

  static let others: [Case] = [
    Case(aggregation: .joint, hidden: [6, 5], prior: false, weighted: true, masked: true),
    Case(aggregation: .joint, hidden: [], prior: false, weighted: false, masked: false, dueling: false),
    Case(
      aggregation: .joint, hidden: [6], prior: false, weighted: false, masked: true, dueling: false,
      double: false),
    Case(
      aggregation: .additive, hidden: [6, 5], prior: true, weighted: true, masked: true, capped: true),
    Case(
      aggregation: .additive, hidden: [6], prior: false, weighted: false, masked: false, double: false,
      capped: true),
  ]

  @Test(arguments: cases + others) func gradientsMatchCentralDifferences(_ test: Case) {
    let shape = NetworkShape(
      layout: ObservationLayout(
        size: test.capped ? 27 : 19, prior: test.prior ? 3..<11 : nil, mask: test.masked ? 12..<19 : nil,
        spend: test.capped ? SpendColumns(costs: 19..<26, budget: 26) : nil), hidden: test.hidden,
      branchSizes: [4, 1, 2], aggregation: test.aggregation, isDueling: test.dueling)
    var numbers = Numbers(state: 11)
    let parameters = numbers.signed(shape.parameterCount)
    let prior = PriorTransform(
      scales: numbers.signed(test.prior ? 8 : 0), offsets: numbers.signed(test.prior ? 8 : 0),
      rewardScale: 0.25)
    let transitions = Transitions(shape, count: 67, weighted: test.weighted, from: &numbers)
    if test.masked {
      // The first choice of the first branch is forbidden, and the second of the last.
      transitions.allow([0, 1, 1, 1, 1, 1, 0], from: 12)
    }
    let update = DoubleQUpdate(
      network: BranchingNetwork(shape: shape, parameters: parameters),
      configuration: .init(maximumGradientNorm: nil, huberDelta: 1.5, isDouble: test.double),
      maximumBatch: 67)
    var targetParameters = numbers.signed(shape.parameterCount)
    if !test.dueling {
      for tensor in shape.tensors where tensor.name.hasPrefix("value.") {
        for index in tensor.offset..<tensor.offset + tensor.count { targetParameters[index] = 0 }
      }
    }
    update.target.parameterValues = targetParameters
    update.priorTransform = prior

    var online = ReferenceNetwork(shape: shape, parameters: update.online.parameterValues, prior: prior)
    let target = ReferenceNetwork(shape: shape, parameters: update.target.parameterValues, prior: prior)
    let rows = (0..<67).map { ReferenceTransition(transitions, row: $0, shape: shape) }
    let targets = rows.map { $0.target(online: test.double ? online : target, target: target) }
    func loss() -> Double {
      zip(rows, targets).reduce(0) { sum, pair in
        sum + pair.0.weight
          * online.loss(pair.0.observation, pair.0.action, target: pair.1, delta: 1.5) / 67
      }
    }
    let expectedLoss = loss()
    let statistics = transitions.teach(update)
    #expect(abs(Double(statistics.loss) - expectedLoss) < 1e-5 * expectedLoss)

    let gradients = update.gradientValues
    let step = 1e-6
    for index in parameters.indices {
      let original = online.parameters[index]
      online.parameters[index] = original + step
      let above = loss()
      online.parameters[index] = original - step
      let below = loss()
      online.parameters[index] = original
      let expected = (above - below) / (2 * step)
      // Single-precision sums of 67 terms of order one round off at a few 1e-7; differences at 1e-9.
      #expect(abs(Double(gradients[index]) - expected) < 2e-6 + 1e-5 * abs(expected), "parameter \(index)")
    }
    let norm = gradients.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    #expect(abs(Double(statistics.gradientNorm) - norm) < 1e-5 * norm)
  }
}
