import ReferenceNetworks
import Learning
import Environments
import AllocationCounting
import Glibc
import LinearAlgebra
import NeuralNetworks
import Testing

@Suite struct DoubleQUpdateTests {
  struct Golden: Sendable, CustomTestStringConvertible {
    let name: String
    let seed: UInt64
    let expected: GoldenUpdates
    let aggregation: Aggregation
    let prior: Bool
    let weighted: Bool
    let configuration: DoubleQUpdate.Configuration
    var testDescription: String { name }
  }

  static func configuration(
    clip: Float, delta: Float, target: TargetUpdate
  ) -> DoubleQUpdate.Configuration {
    .init(
      adam: .init(learningRate: 0.01), maximumGradientNorm: clip, huberDelta: delta, targetUpdate: target)
  }

  static let goldens = [
    Golden(
      name: "branching", seed: 1, expected: .branching, aggregation: .branching, prior: false,
      weighted: false,
      configuration: configuration(clip: 0.25, delta: 1, target: .polyak(0.125))),
    Golden(
      name: "branching with prior", seed: 2, expected: .branchingPrior, aggregation: .branching, prior: true,
      weighted: true, configuration: configuration(clip: 0.125, delta: 0.5, target: .hard(every: 2))),
    Golden(
      name: "additive", seed: 3, expected: .additive, aggregation: .additive, prior: false, weighted: true,
      configuration: configuration(clip: 1, delta: 1, target: .hard(every: 3))),
    Golden(
      name: "additive with prior", seed: 4, expected: .additivePrior, aggregation: .additive, prior: true,
      weighted: false, configuration: configuration(clip: 100, delta: 2, target: .polyak(0.0625))),
  ]

  /// Six updates on 70 transitions, so that several shards and a growing optimizer state take part.
  @Test(arguments: goldens) func consecutiveUpdatesMatchPyTorch(_ golden: Golden) {
    let shape = NetworkShape(
      layout: ObservationLayout(size: 16, prior: golden.prior ? 5..<16 : nil), hidden: [12, 10],
      branchSizes: [3, 5, 2], aggregation: golden.aggregation)
    var numbers = Numbers(state: golden.seed)
    let parameters = numbers.signed(shape.parameterCount).map { $0 / 2 }
    let update = DoubleQUpdate(
      network: BranchingNetwork(shape: shape, parameters: parameters), configuration: golden.configuration,
      maximumBatch: 128)
    if golden.prior {
      update.priorTransform = PriorTransform(
        scales: numbers.signed(11), offsets: numbers.signed(11), rewardScale: 0.5)
    }
    for (step, expected) in golden.expected.statistics.enumerated() {
      let transitions = Transitions(shape, count: 70, weighted: golden.weighted, from: &numbers)
      let statistics = transitions.teach(update)
      let actual = [statistics.loss, statistics.gradientNorm, statistics.meanQ]
      for (name, pair) in zip(["loss", "gradient norm", "mean Q"], zip(actual, expected)) {
        #expect(abs(pair.0 - pair.1) < 2e-5 * max(1, abs(pair.1)), "\(name) of update \(step)")
      }
    }
    for (index, pair) in zip(update.online.parameterValues, golden.expected.online).enumerated() {
      #expect(abs(pair.0 - pair.1) < 1e-5, "online parameter \(index)")
    }
    for (index, pair) in zip(update.target.parameterValues, golden.expected.target).enumerated() {
      #expect(abs(pair.0 - pair.1) < 1e-5, "target parameter \(index)")
    }
  }

  @Test func absoluteErrorsAreThoseOfTheReference() {
    for aggregation in Aggregation.allCases {
      let shape = NetworkShape(
        observationSize: 5, hidden: [8], branchSizes: [3, 2], aggregation: aggregation)
      var numbers = Numbers(state: 5)
      let update = DoubleQUpdate(
        network: BranchingNetwork(shape: shape, parameters: numbers.signed(shape.parameterCount)),
        maximumBatch: 40)
      let reference = ReferenceNetwork(shape: shape, parameters: update.online.parameterValues)
      let transitions = Transitions(shape, count: 40, weighted: false, from: &numbers)
      _ = transitions.teach(update)
      for row in 0..<40 {
        let transition = ReferenceTransition(transitions, row: row, shape: shape)
        let target = transition.target(online: reference, target: reference)
        let (state, advantages) = reference.values(transition.observation)
        let expected =
          aggregation == .branching
          ? zip(advantages, transition.action).reduce(0) { $0 + abs(target - state - $1.0[$1.1]) } / 2
          : abs(target - reference.value(transition.observation, transition.action))
        #expect(abs(Double(update.absoluteErrors[row]) - expected) < 1e-5)
      }
    }
  }

  @Test func updatesGoOnExactlyFromASavedState() {
    let shape = NetworkShape(observationSize: 9, hidden: [16], branchSizes: [4, 3])
    var numbers = Numbers(state: 8)
    let batches = (0..<4).map { _ in Transitions(shape, count: 64, weighted: false, from: &numbers) }
    let configuration = DoubleQUpdate.Configuration(targetUpdate: .hard(every: 3))
    let whole = DoubleQUpdate(shape: shape, configuration: configuration, maximumBatch: 64, seed: 2)
    for batch in batches[..<2] { _ = batch.teach(whole) }

    let resumed = DoubleQUpdate(shape: shape, configuration: configuration, maximumBatch: 64, seed: 99)
    resumed.online.parameterValues = whole.online.parameterValues
    resumed.target.parameterValues = whole.target.parameterValues
    resumed.optimizerState = whole.optimizerState
    for batch in batches[2...] { #expect(batch.teach(whole) == batch.teach(resumed)) }
    #expect(whole.online.parameterValues == resumed.online.parameterValues)
    #expect(whole.target.parameterValues == resumed.target.parameterValues)
    #expect(whole.optimizerState == resumed.optimizerState)
  }

  /// The cut into shards must leave no transition out, at any size up to the largest.
  @Test func everyBatchSizeSumsItsWholeBatch() {
    let shape = NetworkShape(observationSize: 4, hidden: [], branchSizes: [2])
    let update = DoubleQUpdate(shape: shape, maximumBatch: 700, seed: 1)
    for count in [1, 2, 31, 63, 64, 65, 127, 128, 191, 255, 256, 511, 512, 513, 699, 700] {
      var numbers = Numbers(state: 3)
      update.online.parameterValues = Array(repeating: 0, count: shape.parameterCount)
      update.target.parameterValues = update.online.parameterValues
      let transitions = Transitions(shape, count: count, weighted: false, from: &numbers)
      let expected = (0..<count).reduce(0.0) { sum, row in
        let size = abs(Double(transitions.rewards[0, row]))
        return sum + (size <= 1 ? size * size / 2 : size - 0.5) / Double(count)
      }
      let statistics = transitions.teach(update)
      #expect(abs(Double(statistics.loss) - expected) < 1e-5 * expected, "batch \(count)")
      #expect(statistics.meanQ == 0)
    }
  }

  /// Which thread takes which shard is left to chance, so several runs must agree.
  @Test(arguments: Aggregation.allCases) func threadsChangeNoBit(_ aggregation: Aggregation) {
    let shape = NetworkShape(
      layout: ObservationLayout(size: 33, prior: aggregation == .joint ? nil : 12..<33), hidden: [48, 40],
      branchSizes: [6, 3, 11], aggregation: aggregation)
    let results = [1, 2, 3, 2, 3].map { threads in
      let pool = WorkerPool(threads: threads)
      var numbers = Numbers(state: 31)
      let update = DoubleQUpdate(shape: shape, maximumBatch: 300, seed: 7, pool: pool)
      let workspace = ForwardWorkspace(shape: shape, maximumBatch: 300)
      let transitions = Transitions(shape, count: 300, weighted: true, from: &numbers)
      let statistics = (0..<10).map { _ in transitions.teach(update) }
      let q = Matrix(rows: 300, columns: shape.valueCount)
      update.online.qValues(
        observations: transitions.observations.view, into: q.view, workspace: workspace, pool: pool)
      return (statistics, update.online.parameterValues, update.target.parameterValues, q.elements)
    }
    for result in results.dropFirst() { #expect(result == results[0]) }
  }

  @Test func anUpdateAllocatesNothing() {
    let shape = NetworkShape(
      layout: ObservationLayout(size: 40, prior: 20..<36), hidden: [64, 32], branchSizes: [5, 7, 3])
    var numbers = Numbers(state: 21)
    let transitions = Transitions(shape, count: 128, weighted: true, from: &numbers)
    let pool = WorkerPool(threads: 2)
    let updates = [
      DoubleQUpdate(shape: shape, maximumBatch: 128, seed: 1),
      DoubleQUpdate(
        shape: shape, configuration: .init(targetUpdate: .hard(every: 2)), maximumBatch: 128, seed: 1,
        pool: pool),
    ]
    let workspace = ForwardWorkspace(shape: shape, maximumBatch: 128)
    let q = Matrix(rows: 128, columns: shape.choiceCount)
    func work(_ update: DoubleQUpdate) {
      _ = transitions.teach(update)
      update.online.qValues(
        observations: transitions.observations.view, into: q.view, workspace: workspace, pool: pool)
    }
    for update in updates {
      work(update)
      let before = allocations_of_this_thread()
      for _ in 0..<20 { work(update) }
      #expect(allocations_of_this_thread() == before)
      // Other tests allocate at the same time, but not in every moment: the pool's threads would.
      let isQuietOnce = (0..<5000).contains { _ -> Bool in
        let before = allocations_of_all_threads()
        work(update)
        if allocations_of_all_threads() == before { return true }
        usleep(2000)
        return false
      }
      #expect(isQuietOnce)
    }
    // The counter must count for the test to say anything.
    let before = allocations_of_this_thread()
    _ = Matrix(rows: 1, columns: 1)
    #expect(allocations_of_this_thread() > before)
  }
}
