import ReferenceNetworks
import Learning
import AllocationCounting
import LinearAlgebra
import NeuralNetworks
import Testing

/// Heads of thousands of choices, whose gradients are kept by rows.
@Suite struct WideHeadTests {
  static let shape = NetworkShape(
    observationSize: 3, hidden: [5], branchSizes: [4099, 30], isDueling: false)

  private func update(
    sparse: Bool = false, target: TargetUpdate = .polyak(0.25), pool: WorkerPool = WorkerPool(threads: 1)
  ) -> DoubleQUpdate {
    var numbers = Numbers(state: 17)
    return DoubleQUpdate(
      network: BranchingNetwork(shape: Self.shape, parameters: numbers.signed(Self.shape.parameterCount)),
      configuration: .init(
        adam: .init(learningRate: 0.01), maximumGradientNorm: 0.5, targetUpdate: target, isSparse: sparse),
      maximumBatch: 100, pool: pool)
  }

  private func batches(_ count: Int, of size: Int = 70) -> [Transitions] {
    var numbers = Numbers(state: 18)
    return (0..<count).map { _ in Transitions(Self.shape, count: size, weighted: true, from: &numbers) }
  }

  /// The places of the parameters of the outputs that a batch chooses, and of the trunk.
  private func touched(by batch: Transitions) -> Set<Int> {
    let shape = Self.shape
    var places = Set(
      shape.tensors.filter { $0.name.hasPrefix("trunk") }.flatMap { $0.offset..<$0.offset + $0.count })
    let advantages = shape.tensors.filter { $0.name.hasPrefix("advantage") }
    for row in 0..<batch.observations.rows {
      for (branch, start) in [0, 4099].enumerated() {
        let choice = start + Int(batch.actions[row * 2 + branch])
        for tensor in advantages {
          let width = tensor.shape.dropFirst().reduce(1, *)
          places.formUnion(tensor.offset + choice * width..<tensor.offset + (choice + 1) * width)
        }
      }
    }
    return places
  }

  @Test func gradientsMatchCentralDifferencesAndAreZeroElsewhere() {
    let learner = update()
    let transitions = batches(1, of: 12)[0]
    var online = ReferenceNetwork(shape: Self.shape, parameters: learner.online.parameterValues)
    let rows = (0..<12).map { ReferenceTransition(transitions, row: $0, shape: Self.shape) }
    let targets = rows.map { $0.target(online: online, target: online) }
    func loss() -> Double {
      zip(rows, targets).reduce(0) {
        $0 + $1.0.weight * online.loss($1.0.observation, $1.0.action, target: $1.1, delta: 1) / 12
      }
    }
    let statistics = transitions.teach(learner)
    let gradients = learner.gradientValues
    let places = touched(by: transitions)
    // Every seventh is enough: each costs two passes over the reference.
    for index in places.sorted() where index % 7 == 0 || index < 20 {
      let original = online.parameters[index]
      online.parameters[index] = original + 1e-6
      let above = loss()
      online.parameters[index] = original - 1e-6
      let expected = (above - loss()) / 2e-6
      online.parameters[index] = original
      #expect(abs(Double(gradients[index]) - expected) < 2e-6 + 1e-5 * abs(expected), "parameter \(index)")
    }
    for index in gradients.indices where !places.contains(index) { #expect(gradients[index] == 0) }
    let norm = gradients.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    #expect(abs(Double(statistics.gradientNorm) - norm) < 1e-5 * norm)
  }

  /// Dense: every parameter takes Adam's step. Sparse: those without a gradient and their moments keep every bit.
  @Test(arguments: [false, true]) func stepsAreAdams(sparse: Bool) {
    let learner = update(sparse: sparse)
    for batch in batches(4) {
      let before = learner.optimizerState
      let (online, target) = (learner.online.parameterValues, learner.target.parameterValues)
      let statistics = batch.teach(learner)
      let after = learner.optimizerState
      let expected = ScalarKernels.adam(
        .init(parameters: online, first: before.firstMoment, second: before.secondMoment),
        gradients: learner.gradientValues, step: after.step, learningRate: 0.01, beta1: 0.9, beta2: 0.999,
        epsilon: 1e-8, gradientScale: min(1, 0.5 / (statistics.gradientNorm + 1e-6)))
      let places = touched(by: batch)
      let moved = learner.online.parameterValues
      var worst: Float = 0
      for index in online.indices {
        if sparse && !places.contains(index) {
          #expect(moved[index] == online[index] && after.firstMoment[index] == before.firstMoment[index])
          #expect(after.secondMoment[index] == before.secondMoment[index])
        } else {
          worst = max(worst, abs(moved[index] - expected.parameters[index]))
          worst = max(worst, abs(after.firstMoment[index] - expected.first[index]))
          worst = max(worst, abs(after.secondMoment[index] - expected.second[index]))
        }
      }
      #expect(worst < 1e-6)
      let followed = ScalarKernels.polyak(target: target, online: moved, rate: 0.25)
      #expect(zip(followed, learner.target.parameterValues).allSatisfy { abs($0 - $1) < 1e-6 })
    }
  }

  @Test(arguments: [false, true]) func copiesOfTheTargetAreExact(sparse: Bool) {
    let learner = update(sparse: sparse, target: .hard(every: 2))
    let first = learner.target.parameterValues
    let batches = batches(2)
    _ = batches[0].teach(learner)
    #expect(learner.target.parameterValues == first)
    _ = batches[1].teach(learner)
    #expect(learner.target.parameterValues == learner.online.parameterValues)
  }

  @Test(arguments: [false, true]) func threadsChangeNoBitAndNothingIsAllocated(sparse: Bool) {
    let batches = batches(5, of: 100)
    let results = [1, 2, 3, 2].map { threads in
      let learner = update(sparse: sparse, pool: WorkerPool(threads: threads))
      let statistics = batches.map { $0.teach(learner) }
      let before = allocations_of_this_thread()
      _ = batches[0].teach(learner)
      #expect(allocations_of_this_thread() == before)
      return (statistics, learner.online.parameterValues, learner.target.parameterValues)
    }
    for result in results.dropFirst() { #expect(result == results[0]) }
  }
}
