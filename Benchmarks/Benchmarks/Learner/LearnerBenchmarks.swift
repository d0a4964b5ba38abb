import Apportion
import Benchmark

/// The network that every table of the project refers to: 64-256-256-(8×16).
private let shape = NetworkShape(
  observationSize: 64, hidden: [256, 256], branchSizes: Array(repeating: 16, count: 8))

let benchmarks: @Sendable () -> Void = {
  Benchmark.defaultConfiguration = .init(metrics: [.wallClock, .throughput], maxDuration: .seconds(2))
  // Short calls are measured a thousand at a time, so that caches are warm.
  let short = Benchmark.Configuration(
    metrics: [.wallClock, .throughput], scalingFactor: .kilo, maxDuration: .seconds(2))

  Benchmark("sgemm-1024") { benchmark in
    setBLASThreads(1)
    let a = randomMatrix(1024, 1024)
    let b = randomMatrix(1024, 1024)
    let c = Matrix(rows: 1024, columns: 1024)
    benchmark.startMeasurement()
    for _ in benchmark.scaledIterations { multiply(a.view, b.view, into: c.view) }
  }

  for batch in [1, 32, 256] {
    Benchmark("forward-\(batch)", configuration: short) { benchmark in
      let network = BranchingNetwork(shape: shape, seed: 1)
      let workspace = ForwardWorkspace(shape: shape, maximumBatch: batch)
      let observations = randomMatrix(batch, shape.observationSize)
      let values = Matrix(rows: batch, columns: shape.choiceCount)
      benchmark.startMeasurement()
      for _ in benchmark.scaledIterations {
        network.qValues(observations: observations.view, into: values.view, workspace: workspace)
      }
    }
  }

  for batch in [32, 256, 1024] {
    Benchmark("update-\(batch)") { benchmark in
      let update = DoubleQUpdate(shape: shape, maximumBatch: batch, seed: 1)
      let replay = filledReplay(lanes: 64, capacity: 20_000)
      let sample = ReplayBatch(
        count: batch, observationSize: shape.observationSize, branchCount: shape.branchCount)
      var stream = RandomStream(seed: 2, purpose: .replay)
      replay.sample(into: sample, normalizedBy: plainTable, rewardScale: 1, stream: &stream)
      benchmark.startMeasurement()
      for _ in benchmark.scaledIterations { blackHole(update.update(sample.transitions)) }
    }
  }

  Benchmark("replay-sample-256", configuration: short) { benchmark in
    let replay = filledReplay(lanes: 64, capacity: 200_000)
    let sample = ReplayBatch(
      count: 256, observationSize: shape.observationSize, branchCount: shape.branchCount)
    var stream = RandomStream(seed: 2, purpose: .replay)
    benchmark.startMeasurement()
    for _ in benchmark.scaledIterations {
      replay.sample(into: sample, normalizedBy: plainTable, rewardScale: 1, stream: &stream)
    }
  }

  for kind in ObservationKind.allCases {
    Benchmark("nine-campaigns-\(kind.rawValue)-1024-lanes") { benchmark in
      let environment = BudgetAllocation(market: try Market.bundled("nine-campaigns"), observation: kind)
      let lanes = VectorEnvironment(count: 1024, seed: 1) { environment }
      var stream = RandomStream(seed: 3, purpose: .test)
      let actions = (0..<1024 * environment.actionSpace.branchCount).map { _ in Int32(stream.uniform() * 16) }
      lanes.reset()
      benchmark.startMeasurement()
      for _ in benchmark.scaledIterations { lanes.step(actions: actions) }
    }
  }

  Benchmark("policy-1", configuration: short) { benchmark in
    let policy = Policy(
      shape: shape, weights: BranchingNetwork(shape: shape, seed: 1).parameterValues,
      normalizer: ObservationNormalizer(identity: shape.observationSize),
      observationNames: (0..<shape.observationSize).map { "column_\($0)" })
    let runner = PolicyRunner(policy, maximumBatch: 1)
    let observation = randomMatrix(1, shape.observationSize)
    var action = [Int32](repeating: 0, count: shape.branchCount)
    benchmark.startMeasurement()
    for _ in benchmark.scaledIterations {
      action.withUnsafeMutableBufferPointer { buffer in
        guard let first = buffer.baseAddress else { return }
        runner.act(observations: observation.view, into: first)
      }
    }
  }
}

/// Normalises nothing.
private let plainTable = NormalizationTable(ObservationNormalizer(identity: shape.observationSize))

private func randomMatrix(_ rows: Int, _ columns: Int) -> Matrix {
  var stream = RandomStream(seed: 1, purpose: .test)
  return Matrix(rows: rows, columns: columns, (0..<rows * columns).map { _ in stream.uniform() - 0.5 })
}

/// A replay ring full of the play of a walk that never ends.
private func filledReplay(lanes: Int, capacity: Int) -> ReplayBuffer {
  let replay = ReplayBuffer(
    capacity: capacity, lanes: lanes, observationSize: shape.observationSize, branchCount: shape.branchCount,
    nStep: 3, discount: 0.99)
  let field = VectorEnvironment(count: lanes, seed: 1) { NoiseWorld() }
  let actions = [Int32](repeating: 3, count: lanes * shape.branchCount)
  field.reset()
  replay.begin(observations: field.observations.view)
  for _ in 0..<capacity / lanes {
    field.step(actions: actions)
    actions.withUnsafeBufferPointer { buffer in
      guard let first = buffer.baseAddress else { return }
      replay.append(actions: first, result: field.result)
    }
  }
  return replay
}

/// Observations and rewards that are noise, in the reference network's sizes.
private struct NoiseWorld: Environment {
  var observationSize: Int { shape.observationSize }
  var actionSpace: ActionSpace { ActionSpace(branchSizes: shape.branchSizes) }

  func makeBlock(lanes: Range<Int>, seed: UInt64) -> Block { Block(lanes: lanes, seed: seed) }

  final class Block: EnvironmentBlock {
    private var streams: [RandomStream]

    init(lanes: Range<Int>, seed: UInt64) {
      streams = lanes.map { RandomStream(seed: seed, purpose: .test, lane: $0) }
    }

    func reset(observations: MatrixView) {
      for lane in streams.indices {
        for column in 0..<observations.columns { observations[lane, column] = streams[lane].uniform() - 0.5 }
      }
    }

    func step(actions: UnsafePointer<Int32>, result: StepResult) {
      reset(observations: result.observations)
      for lane in streams.indices {
        result.rewards[lane] = streams[lane].uniform()
        result.terminated[lane] = false
        result.truncated[lane] = false
      }
    }
  }
}
