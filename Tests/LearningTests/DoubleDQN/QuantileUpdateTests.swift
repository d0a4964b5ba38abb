import ReferenceNetworks
import Learning
import Environments
import CKernels
import LinearAlgebra
import NeuralNetworks
import Testing

/// Quantile regression against its formulas in double precision.
@Suite struct QuantileUpdateTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var aggregation: Aggregation
    var hidden: [Int]
    var risk: Float = 1
    var dueling = true
    var double = true
    var prior = false
    var masked = false
    var testDescription: String {
      "\(aggregation) \(hidden) risk \(risk) dueling \(dueling) double \(double) prior \(prior) mask \(masked)"
    }
  }

  static let cases: [Case] = [Aggregation.branching, .additive].flatMap { aggregation in
    [
      Case(aggregation: aggregation, hidden: [6, 5], masked: true),
      Case(aggregation: aggregation, hidden: [7], risk: 0.3, dueling: false),
      Case(aggregation: aggregation, hidden: [6, 5], risk: 0.5, double: false, prior: true, masked: true),
      Case(aggregation: aggregation, hidden: [], risk: 0.25),
    ]
  }

  private static let count = 5
  private static let regressionRows = 67

  private func shape(_ test: Case) -> NetworkShape {
    NetworkShape(
      layout: ObservationLayout(
        size: 19, prior: test.prior ? 3..<11 : nil, mask: test.masked ? 12..<19 : nil), hidden: test.hidden,
      branchSizes: [4, 1, 2], aggregation: test.aggregation, isDueling: test.dueling)
  }

  /// The quantiles of the choices of all branches, by the formulas: V + A − mean over quantiles and choices + prior.
  private struct Reference {
    var network: ReferenceNetwork
    let shape: NetworkShape
    let prior: PriorTransform
    let weights: [Float]
    var count: Int { weights.count }

    func prior(_ column: Int, _ observation: [Double]) -> Double {
      guard let columns = shape.layout.prior else { return 0 }
      return Double(prior.rewardScale)
        * (observation[columns.lowerBound + column] * Double(prior.scales[column])
          + Double(prior.offsets[column]))
    }

    /// Branches × choices × quantiles of the value of a branch: the state value included.
    func quantiles(_ observation: [Double]) -> (state: Double, advantages: [[[Double]]]) {
      let (state, raw) = network.values(observation)
      var place = 0
      let advantages = raw.map { branch in
        (0..<branch.count / count).map { choice in
          place += 1
          return (0..<count).map { branch[choice * count + $0] + prior(place, observation) }
        }
      }
      return (state + prior(0, observation), advantages)
    }

    func scores(_ observation: [Double]) -> [[Double]] {
      quantiles(observation).advantages.map { branch in
        branch.map { zip($0, weights).reduce(0) { $0 + $1.0 * Double($1.1) } }
      }
    }

    func greedy(_ observation: [Double]) -> [Int] {
      let mask = shape.layout.mask.map { Array(observation[$0]) }
      var start = 0
      return scores(observation).map { branch in
        defer { start += branch.count }
        let allowed = branch.indices.filter { choice in mask.map { $0[start + choice] > 0 } ?? true }
        return allowed.max { branch[$0] < branch[$1] } ?? -1
      }
    }

    /// The quantiles of a whole action's value.
    func quantiles(_ observation: [Double], _ action: [Int]) -> [Double] {
      let (state, advantages) = quantiles(observation)
      let share = shape.aggregation == .branching ? 1 / Double(action.count) : 1
      return (0..<count).map { quantile in
        zip(advantages, action).reduce(state) { $0 + share * $1.0[$1.1][quantile] }
      }
    }

    /// What each loss compares with the targets: the quantiles of every branch, or of their sum.
    func predictions(_ observation: [Double], _ action: [Int]) -> [[Double]] {
      if shape.aggregation == .additive { return [quantiles(observation, action)] }
      let (state, advantages) = quantiles(observation)
      return zip(advantages, action).map { branch, choice in branch[choice].map { $0 + state } }
    }

    func error(_ observation: [Double], _ action: [Int], targets: [Double]) -> Double {
      let target = targets.reduce(0, +) / Double(count)
      let errors = predictions(observation, action).map { abs(target - $0.reduce(0, +) / Double(count)) }
      return errors.reduce(0, +) / Double(errors.count)
    }

    func loss(_ observation: [Double], _ action: [Int], targets: [Double], kappa: Double) -> Double {
      func loss(_ quantiles: [Double]) -> Double {
        var sum = 0.0
        for (index, quantile) in quantiles.enumerated() {
          let level = (Double(index) + 0.5) / Double(count)
          for target in targets {
            let difference = target - quantile
            let size = abs(difference)
            let huber = size <= kappa ? size * size / 2 : kappa * (size - kappa / 2)
            sum += abs(level - (difference < 0 ? 1 : 0)) * huber / kappa
          }
        }
        return sum / Double(count)
      }
      let losses = predictions(observation, action).map(loss)
      return losses.reduce(0, +) / Double(losses.count)
    }
  }

  @Test(arguments: cases) func gradientsMatchCentralDifferences(_ test: Case) {
    let shape = shape(test)
    let regression = QuantileRegression(count: Self.count, risk: test.risk)
    var numbers = Numbers(state: 5)
    let update = DoubleQUpdate(
      shape: shape, configuration: .init(maximumGradientNorm: nil, huberDelta: 1.5, isDouble: test.double),
      maximumBatch: Self.regressionRows, seed: 1, quantiles: regression)
    let learned = update.online.shape
    #expect(learned.branchSizes == [20, 5, 10] && learned.layout.prior == nil && learned.layout.mask == nil)
    let prior = PriorTransform(
      scales: numbers.signed(test.prior ? 8 : 0), offsets: numbers.signed(test.prior ? 8 : 0),
      rewardScale: 0.25)
    func parameters() -> [Float] {
      var values = numbers.signed(learned.parameterCount)
      for tensor in learned.tensors where !test.dueling && tensor.name.hasPrefix("value.") {
        for index in tensor.offset..<tensor.offset + tensor.count { values[index] = 0 }
      }
      return values
    }
    update.restore(parameters: parameters(), targetParameters: parameters(), noise: nil)
    update.priorTransform = prior
    let transitions = Transitions(shape, count: Self.regressionRows, weighted: true, from: &numbers)
    if test.masked { transitions.allow([0, 1, 1, 1, 1, 1, 0], from: 12) }

    func reference(_ network: BranchingNetwork) -> Reference {
      Reference(
        network: ReferenceNetwork(shape: learned, parameters: network.parameterValues), shape: shape,
        prior: prior, weights: regression.weights)
    }
    var online = reference(update.online)
    let target = reference(update.target)
    let rows = (0..<Self.regressionRows).map { ReferenceTransition(transitions, row: $0, shape: shape) }
    let targets = rows.map { row in
      let action = (test.double ? online : target).greedy(row.nextObservation)
      return target.quantiles(row.nextObservation, action).map { row.reward + row.discount * $0 }
    }
    func loss() -> Double {
      zip(rows, targets).reduce(0) {
        $0 + $1.0.weight * online.loss($1.0.observation, $1.0.action, targets: $1.1, kappa: 1.5)
      } / Double(Self.regressionRows)
    }
    let expectedLoss = loss()
    let expectedErrors = zip(rows, targets).map { online.error($0.observation, $0.action, targets: $1) }
    let statistics = transitions.teach(update)
    #expect(abs(Double(statistics.loss) - expectedLoss) < 1e-5 * expectedLoss)
    for (row, error) in expectedErrors.enumerated() {
      #expect(abs(Double(update.absoluteErrors[row]) - error) < 1e-5 * (1 + error))
    }
    let gradients = update.gradientValues
    let step = 1e-6
    for index in gradients.indices {
      let original = online.network.parameters[index]
      online.network.parameters[index] = original + step
      let above = loss()
      online.network.parameters[index] = original - step
      let below = loss()
      online.network.parameters[index] = original
      let expected = (above - below) / (2 * step)
      // The loss has kinks where a target meets a quantile; single-precision sums of 67 · 25 terms round off beside.
      #expect(abs(Double(gradients[index]) - expected) < 1e-5 + 2e-5 * abs(expected), "parameter \(index)")
    }
  }

  /// What acts is a plain network, and what is exported a dueling one: both choose by the scores of the quantiles.
  @Test(arguments: cases) func scoresAreThoseOfTheQuantiles(_ test: Case) {
    let shape = shape(test)
    let regression = QuantileRegression(count: Self.count, risk: test.risk)
    var numbers = Numbers(state: 9)
    let update = DoubleQUpdate(shape: shape, maximumBatch: 1, seed: 1, quantiles: regression)
    #expect(update.acting.shape == shape)
    let learned = update.online.shape
    var values = numbers.signed(learned.parameterCount)
    for tensor in learned.tensors where !test.dueling && tensor.name.hasPrefix("value.") {
      for index in tensor.offset..<tensor.offset + tensor.count { values[index] = 0 }
    }
    update.restore(parameters: values, targetParameters: values, noise: nil)
    let prior = PriorTransform(
      scales: numbers.signed(test.prior ? 8 : 0), offsets: numbers.signed(test.prior ? 8 : 0),
      rewardScale: 0.25)
    update.priorTransform = prior
    let reference = Reference(
      network: ReferenceNetwork(shape: learned, parameters: values), shape: shape, prior: prior,
      weights: regression.weights)
    let exported = ReferenceNetwork(
      shape: shape.dueling, parameters: update.policyParameterValues, prior: prior)
    let acting = ReferenceNetwork(shape: shape, parameters: update.acting.parameterValues, prior: prior)
    for _ in 0..<100 {
      let observation = numbers.signed(19).map(Double.init)
      let action = shape.branchSizes.map { numbers.below($0) }
      let scores = reference.scores(observation)
      for network in [acting, exported] {
        let (_, advantages) = network.values(observation)
        // Within a branch, differences of values are differences of scores.
        for (branch, choices) in scores.enumerated() {
          for choice in choices.indices {
            let difference = advantages[branch][choice] - advantages[branch][0]
            #expect(abs(difference - (choices[choice] - choices[0])) < 1e-5)
          }
        }
        let expected = zip(reference.quantiles(observation, action), regression.weights).reduce(0) {
          $0 + $1.0 * Double($1.1)
        }
        #expect(abs(network.value(observation, action) - expected) < 1e-5)
      }
    }
  }

  @Test(
    "Weights cover the worst share of outcomes",
    arguments: [(4, 1), (4, 0.5), (5, 0.3), (50, 0.1), (3, 0.01)] as [(Int, Float)])
  func weightsCoverTheWorstShare(count: Int, risk: Float) {
    let weights = QuantileRegression(count: count, risk: risk).weights
    #expect(weights.count == count && abs(weights.reduce(0, +) - 1) < 1e-6)
    #expect(zip(weights, weights.dropFirst()).allSatisfy { $1 <= $0 * 1.00001 })
    // A uniform distribution on 0…1 has the quantiles (i + ½) / n, and a mean of the worst share α of α / 2 at most one
    // quantile's width away.
    let mean = weights.enumerated().reduce(Float(0)) {
      $0 + $1.element * (Float($1.offset) + 0.5) / Float(count)
    }
    #expect(abs(mean - risk / 2) <= 0.5 / Float(count) + 1e-6)
    if risk == 1 { #expect(weights.allSatisfy { abs($0 - 1 / Float(count)) < 1e-7 }) }
  }

  /// The quantile Huber loss of the kernel, for counts on both sides of every vector width.
  @Test(arguments: [1, 7, 16, 50, 129]) func theKernelIsTheFormula(count: Int) {
    var numbers = Numbers(state: UInt64(count))
    let quantiles = numbers.signed(count).map { 3 * $0 }
    let targets = numbers.signed(count).map { 3 * $0 }
    var slopes = [Float](repeating: .nan, count: count)
    var losses = slopes
    let loss = ck_quantile_huber(quantiles, targets, count, 0.75, &slopes, &losses)
    var expectedLoss = 0.0
    for index in 0..<count {
      var slope = 0.0
      let level = (Double(index) + 0.5) / Double(count)
      for target in targets {
        let difference = Double(target) - Double(quantiles[index])
        let weight = abs(level - (difference < 0 ? 1 : 0)) / (0.75 * Double(count))
        expectedLoss +=
          weight * (abs(difference) <= 0.75 ? difference * difference / 2 : 0.75 * (abs(difference) - 0.375))
        slope -= weight * min(max(difference, -0.75), 0.75)
      }
      #expect(abs(Double(slopes[index]) - slope) < 1e-5)
    }
    #expect(abs(Double(loss) - expectedLoss) < 1e-5 * (1 + expectedLoss))
    let broken = ck_quantile_huber([.nan], [0], 1, 1, &slopes, &losses)
    #expect(broken.isNaN)
  }
}
