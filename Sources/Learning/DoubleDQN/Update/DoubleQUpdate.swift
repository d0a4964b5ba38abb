import LinearAlgebra
import NeuralNetworks

/// Double-DQN updates of a branching network: targets, Huber's loss, gradients, clipping, Adam, target network.
///
///     let update = DoubleQUpdate(shape: shape, maximumBatch: 256, seed: 1)
///     let statistics = update.update(batch)
///
/// A batch is cut into a number of shards that depends on its size alone; each runs its own products into its own
/// gradient buffer, and shards are summed in order. So results are bit-identical on any number of threads. An update
/// allocates nothing. What is learned is the loss's affair: expected returns, those of a wide head, or quantiles.
public final class DoubleQUpdate: @unchecked Sendable {
  /// The network that learns, with the parameters θ. Where it learns quantiles, every choice has as many outputs.
  package let online: BranchingNetwork
  /// The network that values next states, with the parameters θ⁻.
  package let target: BranchingNetwork
  /// The network that acts: the one that learns, or, where that learns quantiles, one that scores choices by them. Call
  /// `refreshActing` before it acts.
  package let acting: BranchingNetwork
  /// The settings of updates.
  public let configuration: Configuration
  /// The largest number of transitions of an update.
  public let maximumBatch: Int

  private let loss: any ActionValueLoss
  private let optimizer: ValueOptimizer
  private let gradients: ShardedGradients
  private let trunks: [TrunkPass]
  private let sums: Buffer<LossSums>
  private let errors: Buffer<Float>
  private let pool: WorkerPool
  private let noise: NoisyUpdate?
  private let scores: QuantileScores?

  /// Creates the update of a new network.
  public convenience init(
    shape: NetworkShape, configuration: Configuration = Configuration(), maximumBatch: Int, seed: UInt64,
    initialization: Initialization = .he, noise: NoisyLayers? = nil, quantiles: QuantileRegression? = nil,
    pool: WorkerPool = WorkerPool(threads: 1)
  ) {
    let learned = quantiles.map { shape.quantiles($0.count) } ?? shape
    let network = BranchingNetwork(shape: learned, seed: seed, initialization: initialization)
    // Quantiles begin equal where there is a prior, so that the first policy plays it.
    if quantiles != nil && shape.layout.prior != nil { network.clearHead() }
    self.init(
      network: network, configuration: configuration, maximumBatch: maximumBatch, noise: noise,
      quantiles: quantiles.map { ($0, shape) }, pool: pool)
  }

  /// Creates the update of a network, which becomes the online network; the target network starts as its copy. Where
  /// layers are noisy, both are disturbed from now on.
  public convenience init(
    network: BranchingNetwork, configuration: Configuration = Configuration(), maximumBatch: Int,
    noise: NoisyLayers? = nil, pool: WorkerPool = WorkerPool(threads: 1)
  ) {
    self.init(
      network: network, configuration: configuration, maximumBatch: maximumBatch, noise: noise,
      quantiles: nil,
      pool: pool)
  }

  /// Creates the update of a network, whose outputs may be quantiles of the choices of another shape.
  private init(
    network: BranchingNetwork, configuration: Configuration, maximumBatch: Int, noise layers: NoisyLayers?,
    quantiles: (regression: QuantileRegression, shape: NetworkShape)?, pool: WorkerPool
  ) {
    precondition(maximumBatch > 0, "An update needs room for at least one transition.")
    configuration.check()
    if !network.shape.isDueling { network.clearStateValue() }
    let target = BranchingNetwork(copying: network)
    (online, self.target) = (network, target)
    self.configuration = configuration
    self.maximumBatch = maximumBatch
    self.pool = pool
    let noise = layers.map { NoisyUpdate(online: network, target: target, layers: $0) }
    self.noise = noise
    let scores = quantiles.map { QuantileScores(of: network, shape: $0.shape, regression: $0.regression) }
    self.scores = scores
    acting = scores?.network ?? network

    let shards = Self.shardCount(maximumBatch)
    let capacity = Self.shardCapacity(maximumBatch: maximumBatch)
    trunks = (0..<shards).map { _ in TrunkPass(online: network, target: target, capacity: capacity) }
    var layers = network.layers[...]
    if let quantiles {
      loss = QuantileValueLoss(
        network: network, target: target, acting: acting, regression: quantiles.regression,
        isDouble: configuration.isDouble, huberDelta: configuration.huberDelta, shards: shards,
        capacity: capacity)
    } else {
      let isWide = network.shape.hasRowGradients && noise == nil
      let expected = ExpectedValueLoss(
        network: network, target: target, isDouble: configuration.isDouble,
        huberDelta: configuration.huberDelta, shards: shards, capacity: capacity, keepsHeadGradients: !isWide)
      if isWide { layers = layers.dropLast() }
      loss =
        isWide
        ? WideHeadLoss(expected, maximumBatch: maximumBatch, isSparse: configuration.isSparse)
          as any ActionValueLoss : expected
    }
    optimizer = ValueOptimizer(
      online: network, target: target, layers: layers, adam: configuration.adam,
      targetUpdate: configuration.targetUpdate, noise: noise)
    gradients = ShardedGradients(
      count: loss.gradientCount, shards: shards, parts: optimizer.blocks.map { ($0.weights, $0.biases) })
    sums = Buffer(repeating: LossSums(), count: shards)
    errors = Buffer(repeating: 0, count: maximumBatch)
  }

  /// Learns from a batch once; where loss or gradients are not finite, or the loss is above the maximum, the parameters
  /// stay as they are.
  public func update(_ batch: TransitionBatch) -> UpdateStatistics {
    check(batch)
    let shards = Self.shardCount(batch.count)
    // y = r + γ Q(s', argmax Q(s', ·; θ); θ⁻), L(θ) = mean of Huber(y − Q(s, a; θ)), and ∇L, a shard of the batch each.
    loss.prepare(pool: isLarge ? pool : nil)
    pool.run(shards, ShardTask(update: self, batch: batch, shards: shards))
    let apart = loss.sumApart(batch, shards: shards, trunks: trunks)
    let squares = gradients.sum(shards, adding: apart, pool: isLarge ? pool : nil)
    let statistics = statistics(batch.count, shards, norm: Float(squares).squareRoot())
    guard statistics.isFinite, statistics.loss <= configuration.maximumLoss else { return statistics }
    // θ ← θ − α Adam(∇L), clipped; θ⁻ ← θ⁻ + τ (θ − θ⁻), or a copy now and then.
    optimizer.step(
      gradients.shard(0),
      gradientScale: ShardedGradients.clip(statistics.gradientNorm, to: configuration.maximumGradientNorm),
      loss: loss, pool: pool, parallel: isLarge)
    return statistics
  }

  /// One shard's targets, loss and gradients.
  private struct ShardTask: ParallelTask {
    let update: DoubleQUpdate
    let batch: TransitionBatch
    let shards: Int

    func run(_ shard: Int) {
      let rows = DoubleQUpdate.rows(of: shard, shards, in: batch)
      let (trunk, gradients) = (update.trunks[shard], update.gradients.shard(shard))
      trunk.forward(batch, rows: rows, isDouble: update.configuration.isDouble)
      update.sums.pointer[shard] = update.loss.differentiate(
        batch, rows: rows, shard: shard, trunk: trunk, gradients: gradients, errors: update.errors.pointer)
      trunk.backward(batch, rows: rows, gradients: gradients)
    }
  }

  private func check(_ batch: TransitionBatch) {
    precondition(
      batch.count > 0 && batch.count <= maximumBatch,
      "An update takes 1 to \(maximumBatch) transitions, not \(batch.count).")
    precondition(
      batch.observations.columns == online.shape.observationSize,
      "The network reads \(online.shape.observationSize) columns, not \(batch.observations.columns).")
    precondition(
      acting.shape.layout.spend == nil || batch.nextLimits.map { $0.costs.rows == batch.count } ?? false,
      "Targets under a spend cap need the costs and budgets of the next states.")
    precondition(
      !batch.paired || (acting.shape.aggregation == .additive && scores == nil),
      "Pairs tell advantages apart where they add up: by an additive head without quantiles.")
  }

  private func statistics(_ count: Int, _ shards: Int, norm: Float) -> UpdateStatistics {
    var (loss, value) = (Float(0), Float(0))
    for shard in 0..<shards {
      loss += sums.pointer[shard].loss
      value += sums.pointer[shard].value
    }
    return UpdateStatistics(loss: loss / Float(count), gradientNorm: norm, meanQ: value / Float(count))
  }

  /// Whether work that takes a few operations per parameter is worth waking a thread for.
  private var isLarge: Bool { online.parameters.count > ParameterBlock.size }
}

extension DoubleQUpdate {
  /// Adam's step size of the next update.
  package var learningRate: Float {
    get { optimizer.adam.configuration.learningRate }
    set { optimizer.adam.configuration.learningRate = newValue }
  }

  /// Batch: the absolute errors of the last update's transitions (of a branching network: means over branches).
  package var absoluteErrors: UnsafePointer<Float> { UnsafePointer(errors.pointer) }

  /// The gradients of the last update before clipping, in the order of the shape's `tensors`.
  package var gradientValues: [Float] { gradients.values + loss.gradientsApart }

  /// Lets the acting network score choices by what has been learned so far.
  package func refreshActing() { scores?.refresh() }

  /// How the prior is read from the prior columns, in both networks.
  package var priorTransform: PriorTransform {
    get { acting.priorTransform }
    set {
      acting.priorTransform = newValue
      // Quantiles have no prior of their own: it is added to those of a choice alike.
      if scores == nil { target.priorTransform = newValue }
    }
  }

  /// What is learned, in the order of the shape's `tensors`: the online network's parameters, without noise.
  package var parameterValues: [Float] { atRest { online.parameterValues } }

  /// The target network's parameters, without noise.
  package var targetParameterValues: [Float] { atRest { target.parameterValues } }

  /// The greedy policy's parameters, without noise and as a dueling network's; see `duelingParameterValues`.
  package var policyParameterValues: [Float] {
    defer { refreshActing() }
    return atRest {
      refreshActing()
      return acting.duelingParameterValues
    }
  }

  private func atRest(_ values: () -> [Float]) -> [Float] { noise?.atRest(values) ?? values() }

  /// What noisy layers have learned; nil where layers are not noisy.
  package var noiseState: NoiseState? { noise?.state }

  /// The optimizer's moments and step count, which belong in a checkpoint.
  package var optimizerState: Adam.State {
    get { optimizer.adam.state }
    set { optimizer.adam.state = newValue }
  }

  /// Goes on from parameters, and from noise where layers are noisy; the optimizer's state is set on its own.
  package func restore(parameters: [Float], targetParameters: [Float], noise state: NoiseState?) {
    if let state { noise?.state = state } else { noise?.rest() }
    online.parameterValues = parameters
    target.parameterValues = targetParameters
    noise?.disturb()
    refreshActing()
  }
}

extension DoubleQUpdate {
  /// The rows of a batch that a shard works on; pairs stay together.
  private static func rows(of shard: Int, _ shards: Int, in batch: TransitionBatch) -> Range<Int> {
    let unit = batch.paired ? 2 : 1
    let units = batch.count / unit
    return unit * (units * shard / shards)..<unit * (units * (shard + 1) / shards)
  }

  /// The number of shards of a batch, whatever the number of threads: each more costs a sum of all gradients and, where
  /// products copy their matrices, a copy of all weights, but batches of 32 and 64 had rather be two.
  private static func shardCount(_ batch: Int) -> Int {
    max(1, min(2, batch / 16), min(8, batch / shardRows))
  }

  /// The rows of a batch that are worth a shard of their own, beyond two.
  private static var shardRows: Int { multipliesSmallMatricesDirectly ? 64 : 256 }

  /// The most rows of a shard over all batches of up to `maximumBatch`.
  private static func shardCapacity(maximumBatch: Int) -> Int {
    // Just before one shard more pays, each holds the most.
    min(maximumBatch, max(3 * shardRows / 2, (maximumBatch + 7) / 8))
  }
}
