import AllocationCounting
import Environments
import Learning
import LinearAlgebra
import NeuralNetworks
import Testing

/// What runs once a step, an update or a request asks for no heap memory.
@Suite struct AllocationTests {
  @Test func actingAllocatesNothing() {
    let shape = NetworkShape(observationSize: 9, hidden: [32], branchSizes: [4, 7])
    let policy = Policy(
      shape: shape, weights: BranchingNetwork(shape: shape, seed: 2).parameterValues,
      normalizer: ObservationNormalizer(identity: 9))
    let runner = PolicyRunner(policy, maximumBatch: 300, threads: 2)
    let rows = Matrix(rows: 300, columns: 9)
    let q = Matrix(rows: 300, columns: 11)
    var actions = [Int32](repeating: 0, count: 600)
    func work() {
      runner.act(observations: rows.view, into: &actions)
      runner.qValues(observations: rows.view, into: q.view)
    }
    work()
    let before = allocations_of_this_thread()
    for _ in 0..<20 { work() }
    #expect(allocations_of_this_thread() == before)
  }

  /// On one thread: `concurrentPerform` allocates for itself, whatever it is given to do.
  @Test func aStepOfLanesAllocatesNothing() {
    let lanes = VectorEnvironment(count: 1024, seed: 3, threads: 1) { CartPole(timeLimit: 10) }
    let actions = [Int32](repeating: 1, count: 1024)
    lanes.reset()
    lanes.step(actions: actions)
    let before = allocations_of_this_thread()
    for _ in 0..<20 { lanes.step(actions: actions) }
    #expect(allocations_of_this_thread() == before)
  }

  @Test(
    "A training step allocates nothing, whatever head and switches",
    arguments: Aggregation.allCases,
    [
      (nil, 0, 0, nil), (.proportional, 0, 0, nil), (.rank, 0, 0, nil), (nil, 0.5, 0, nil), (nil, 0, 10, 2),
    ] as [(Prioritization?, Float, Int, Float?)])
  func aTrainingStepAllocatesNothing(
    head: Aggregation,
    switches: (priorities: Prioritization?, noise: Float, quantiles: Int, persistence: Float?)
  ) throws {
    if head == .joint && (switches.noise > 0 || switches.quantiles > 0) { return }
    let lanes = VectorEnvironment(count: 40, seed: 3) { CartPole() }
    let learner = DoubleDQN(
      environments: lanes,
      configuration: DoubleDQNConfiguration(
        hidden: [32, 32], head: head, quantiles: switches.quantiles, batchSize: 64, replayCapacity: 2000,
        priorityExponent: switches.priorities == nil ? 0 : 0.6,
        prioritization: switches.priorities ?? .proportional, warmupSteps: 400, environmentStepsPerUpdate: 20,
        epsilon: 0.1, noise: switches.noise, explorationWidth: 1,
        explorationPersistence: switches.persistence, scheduleSteps: 10_000, threads: 1))
    try learner.train(steps: 8000)
    func allocations(steps: Int) throws -> UInt64 {
      let before = allocations_of_this_thread()
      try learner.train(steps: steps)
      return allocations_of_this_thread() - before
    }
    // A call of `train` may allocate; the steps and updates it plays may not.
    #expect(try allocations(steps: 4000) == allocations(steps: 40))
  }
}
