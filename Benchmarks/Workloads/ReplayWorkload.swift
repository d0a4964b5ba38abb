import Apportion

/// A replay ring full of noise, and room for a batch of it.
public final class ReplayWorkload {
  /// The ring.
  public let replay: ReplayBuffer
  /// What the last sample drew.
  public let batch: ReplayBatch
  private let lanes: VectorEnvironment<NoiseWorld>
  private let actions: [Int32]
  private let table: NormalizationTable
  private let pool: WorkerPool
  private var stream = RandomStream(seed: 2, purpose: .replay)

  /// Fills a ring of `capacity` slots by the play of 64 lanes; the threads of a pool share the rows of a sample.
  public init(shape: NetworkShape, capacity: Int, batch count: Int, pool: WorkerPool = WorkerPool(threads: 1))
  {
    self.pool = pool
    let sizes = shape.branchSizes
    replay = ReplayBuffer(
      capacity: capacity, lanes: 64, observationSize: shape.observationSize, branchCount: sizes.count)
    batch = ReplayBatch(
      count: count, observationSize: shape.observationSize, branchCount: sizes.count)
    table = NormalizationTable(
      ObservationNormalizer(identity: shape.observationSize), layout: shape.layout)
    lanes = VectorEnvironment(count: 64, seed: 1) { NoiseWorld(shape: shape) }
    actions = (0..<64 * sizes.count).map { Int32($0 % sizes[$0 % sizes.count]) }
    lanes.reset()
    replay.begin(observations: lanes.observations.view)
    for step in 0...capacity / 64 {
      // New rows now and then: drawing them costs more than storing them.
      if step % 16 == 0 { lanes.step(actions: actions) }
      insert()
    }
  }

  /// Stores a step of 64 lanes.
  public func insert() {
    let actions = actions
    replay.append(actions: actions.span, step: lanes.results)
  }

  /// Fills the batch.
  public func sample() { replay.sample(into: batch, normalizedBy: table, stream: &stream, pool: pool) }
}
