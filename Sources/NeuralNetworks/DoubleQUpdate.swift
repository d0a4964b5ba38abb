import LinearAlgebra

/// What one update did, over the whole batch.
public struct UpdateStatistics: Sendable, Equatable {
  /// The mean (weighted) Huber loss before the update.
  public let loss: Float
  /// The Euclidean norm of all gradients before clipping.
  public let gradientNorm: Float
  /// The mean value of the actions taken.
  public let meanQ: Float

  /// Whether the update could be done: its loss and gradients are numbers.
  public var isFinite: Bool { loss.isFinite && gradientNorm.isFinite }
}

/// Double-DQN updates of a branching network: targets, Huber loss, gradients, clipping, Adam, target network.
///
///     let update = DoubleQUpdate(shape: shape, maximumBatch: 256, seed: 1)
///     let statistics = update.update(batch)
///
/// A batch is cut into a number of shards that depends on its size alone; each runs its own products into its own
/// gradient buffer, and shards are summed in order. So results are bit-identical on any number of threads. An update
/// allocates nothing. Only the choice of the next action needs every output of the head; all else costs one product of
/// rows per branch, however many choices it has. A head of thousands of choices (not dueling) keeps gradients by rows and
/// the scores of its choices in cache, so that 2^20 joint actions cost little memory beyond parameters, target and
/// moments. Creating one sets OpenBLAS to one thread in the whole process: shards are what runs in parallel.
public final class DoubleQUpdate: @unchecked Sendable {
  /// The settings of updates.
  public struct Configuration: Sendable, Equatable {
    /// The optimizer's settings.
    public var adam: Adam.Configuration
    /// The largest norm of all gradients together; nil does not clip.
    public var maximumGradientNorm: Float?
    /// Where Huber's loss turns from quadratic to linear.
    public var huberDelta: Float
    /// How the target network follows.
    public var targetUpdate: TargetUpdate
    /// Whether the online network picks the next action (double DQN) or the target network itself (DQN).
    public var isDouble: Bool
    /// Whether Adam leaves alone what a batch has no gradient for, in heads of 4096 and more values that are not dueling:
    /// moments of outputs that are not chosen then neither decay nor move them (as in PyTorch's `SparseAdam`). Otherwise
    /// Adam is exact, and passes over all parameters.
    public var isSparse: Bool

    /// Creates settings.
    public init(
      adam: Adam.Configuration = Adam.Configuration(), maximumGradientNorm: Float? = 10,
      huberDelta: Float = 1,
      targetUpdate: TargetUpdate = .polyak(0.005), isDouble: Bool = true, isSparse: Bool = false
    ) {
      self.adam = adam
      self.maximumGradientNorm = maximumGradientNorm
      self.huberDelta = huberDelta
      self.targetUpdate = targetUpdate
      self.isDouble = isDouble
      self.isSparse = isSparse
    }

    fileprivate func check() {
      precondition(
        huberDelta > 0, "Huber's loss must turn linear beyond a positive difference, not \(huberDelta).")
      precondition(maximumGradientNorm ?? 1 > 0, "Gradients can be clipped to a positive norm only.")
      switch targetUpdate {
      case .hard(let interval):
        precondition(interval > 0, "A target network is copied every 1 or more updates, not \(interval).")
      case .polyak(let rate):
        precondition(rate > 0 && rate <= 1, "A target network follows at a rate in (0, 1], not \(rate).")
      }
    }
  }

  /// The network that learns. Where it learns quantiles, every choice has as many outputs.
  public let online: BranchingNetwork
  /// The network that acts: the one that learns, or, where that learns quantiles, one that scores choices by them. Call
  /// `refreshActing` before it acts.
  public let acting: BranchingNetwork
  /// The network that values next states.
  public let target: BranchingNetwork
  /// The optimizer; its `state` belongs in a checkpoint.
  public let optimizer: Adam
  /// The largest number of transitions of an update.
  public let maximumBatch: Int
  /// The settings of the next update.
  public var configuration: Configuration {
    didSet {
      configuration.check()
      optimizer.configuration = configuration.adam
    }
  }
  let pool: WorkerPool
  let shards: [ShardWorkspace]
  /// The head's gradients, where they are kept by rows.
  private let rowGradients: RowGradients?
  private let aggregation: Aggregation
  private let onlineMeans: BranchMeans
  private let targetMeans: BranchMeans
  private let noise: NoisyUpdate?
  private let quantiles: QuantileRegression?
  private let scores: QuantileScores?
  private let errors: Matrix
  /// The parameters whose gradients the shards hold.
  let blocks: [ParameterBlock]
  /// Blocks: the squared norms of their gradients.
  private let squares: UnsafeMutablePointer<Double>

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
    // Threads of OpenBLAS's own would fight the pool's, and allocate in every product.
    setBLASThreads(1)
    let shape = network.shape
    self.pool = pool
    if !shape.isDueling { network.clearStateValue() }
    let target = BranchingNetwork(copying: network)
    online = network
    self.target = target
    aggregation = shape.aggregation
    onlineMeans = BranchMeans(of: online)
    targetMeans = BranchMeans(of: target)
    optimizer = Adam(count: shape.parameterCount, configuration: configuration.adam)
    self.configuration = configuration
    self.maximumBatch = maximumBatch
    let capacity = Self.shardCapacity(maximumBatch: maximumBatch)
    let keepsRows = shape.hasRowGradients && quantiles == nil && layers == nil
    shards = (0..<Self.shardCount(maximumBatch)).map { _ in
      ShardWorkspace(network: network, capacity: capacity, keepsRows: keepsRows, quantiles: quantiles)
    }
    rowGradients =
      keepsRows
      ? RowGradients(shape: shape, inputs: network.head.inputs, maximumBatch: maximumBatch) : nil
    errors = Matrix(rows: 1, columns: maximumBatch)
    blocks = ParameterBlock.blocks(of: network.layers.dropLast(keepsRows ? 1 : 0))
    squares = .allocate(capacity: blocks.count)
    squares.initialize(repeating: 0, count: blocks.count)
    noise = layers.map { NoisyUpdate(online: network, target: target, layers: $0) }
    self.quantiles = quantiles?.regression
    let scores = quantiles.map { QuantileScores(of: network, shape: $0.shape, regression: $0.regression) }
    self.scores = scores
    acting = scores?.network ?? network
  }

  deinit { squares.deallocate() }

  /// How the prior is read from the prior columns, in both networks.
  public var priorTransform: PriorTransform {
    get { acting.priorTransform }
    set {
      acting.priorTransform = newValue
      // Quantiles have no prior of their own: it is added to those of a choice alike.
      guard scores == nil else { return }
      target.priorTransform = newValue
    }
  }

  /// What is learned, in the order of the shape's `tensors`: the online network's parameters, without noise.
  public var parameterValues: [Float] {
    let values = { [online] in online.parameterValues }
    return noise?.atRest(values) ?? values()
  }

  /// The target network's parameters, without noise.
  public var targetParameterValues: [Float] {
    let values = { [target] in target.parameterValues }
    return noise?.atRest(values) ?? values()
  }

  /// What noisy layers have learned; nil where layers are not noisy.
  public var noiseState: NoiseState? { noise?.state }

  /// The greedy policy's parameters, without noise and as a dueling network's; see `duelingParameterValues`.
  public var policyParameterValues: [Float] {
    let values = { [self] in
      refreshActing()
      return acting.duelingParameterValues
    }
    defer { refreshActing() }
    return noise?.atRest(values) ?? values()
  }

  /// Lets the acting network score choices by what has been learned so far.
  public func refreshActing() { scores?.refresh() }

  /// Goes on from parameters, and from noise where layers are noisy; the optimizer's state is set on its own.
  public func restore(parameters: [Float], targetParameters: [Float], noise state: NoiseState?) {
    if let state { noise?.state = state } else { noise?.rest() }
    online.parameterValues = parameters
    target.parameterValues = targetParameters
    noise?.disturb()
    refreshActing()
  }

  /// Batch: the absolute errors of the last update's transitions (of a branching network: means over branches).
  public var absoluteErrors: UnsafePointer<Float> { UnsafePointer(errors.pointer) }

  /// The gradients of the last update before clipping, in the order of the shape's `tensors`.
  public var gradientValues: [Float] {
    var values = shards[0].gradients.elements
    guard let rowGradients else { return values }
    values += Array(repeating: 0, count: online.parameters.count - values.count)
    let head = online.head
    for output in 0..<head.outputs {
      guard let row = rowGradients.row(output) else { continue }
      for input in 0..<head.inputs {
        values[head.weights + output * head.inputs + input] = row.weights[input]
      }
      values[head.biases + output] = row.bias[0]
    }
    return values
  }

  /// Learns from a batch once; where loss or gradients are not finite, the parameters stay as they are.
  public func update(_ batch: TransitionBatch) -> UpdateStatistics {
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
      !batch.paired || (aggregation == .additive && quantiles == nil),
      "Pairs tell advantages apart where they add up: by an additive head without quantiles.")
    let shardCount = Self.shardCount(batch.count)
    if online.branches.isDueling {
      share(
        2 * online.branches.count, MeansTask(online: onlineMeans, target: targetMeans))
      targetMeans.refreshTotal()
    }
    pool.run(
      shardCount,
      GradientTask(
        update: self, batch: batch, shardCount: shardCount, errors: errors.pointer,
        difference: TemporalDifference(
          aggregation: aggregation, huberDelta: configuration.huberDelta, branches: online.branches,
          online: onlineMeans, target: targetMeans),
        quantileDifference: quantiles.map {
          QuantileDifference(
            count: $0.count, branches: acting.branches, aggregation: aggregation,
            kappa: configuration.huberDelta)
        }))
    share(blocks.count, SumTask(update: self, shardCount: shardCount, squares: squares))
    gatherRows(batch, shardCount)
    let norm = squaredNorm().squareRoot()
    let statistics = statistics(batch.count, shardCount, norm)
    guard statistics.isFinite else { return statistics }
    let step = optimizer.beginStep(gradientScale: Self.clip(norm, to: configuration.maximumGradientNorm))
    let targetRate = configuration.targetUpdate.rate(step: optimizer.step)
    noise?.rest()
    share(blocks.count, StepTask(update: self, step: step, targetRate: targetRate, refreshes: noise == nil))
    if let rowGradients {
      let task = RowStepTask(
        update: self, rows: rowGradients, step: step, targetRate: targetRate,
        isSparse: configuration.isSparse)
      pool.run(task.chunkCount, task)
    }
    if let noise {
      noise.step(
        gradients: shards[0].gradients.pointer, gradientScale: step.gradientScale,
        settings: configuration.adam, targetRate: targetRate)
      noise.disturb()
    }
    return statistics
  }

  /// Runs work that takes a few operations per parameter; that of small networks is not worth waking a thread for.
  private func share(_ count: Int, _ task: some ParallelTask) {
    if online.parameters.count > ParameterBlock.size {
      pool.run(count, task)
    } else {
      for index in 0..<count { task.run(index) }
    }
  }

  /// What gradients of a norm are multiplied by, as PyTorch's `clip_grad_norm_` has it.
  private static func clip(_ norm: Float, to maximum: Float?) -> Float {
    guard let maximum else { return 1 }
    return min(1, maximum / (norm + 1e-6))
  }

  /// Gathers the head's gradients from the slopes of all shards, where they are kept by rows.
  private func gatherRows(_ batch: TransitionBatch, _ shardCount: Int) {
    guard let rowGradients else { return }
    rowGradients.clear()
    for index in 0..<shardCount {
      let range = Self.rows(of: index, shardCount, in: batch)
      let shard = shards[index]
      rowGradients.add(
        hidden: shard.hidden(of: batch.observations.rows(range)), outputs: shard.outputs,
        slopes: shard.slopes.view)
    }
  }

  /// The rows of a batch that a shard works on; pairs stay together.
  static func rows(of shard: Int, _ shardCount: Int, in batch: TransitionBatch) -> Range<Int> {
    let unit = batch.paired ? 2 : 1
    let units = batch.count / unit
    return unit * (units * shard / shardCount)..<unit * (units * (shard + 1) / shardCount)
  }

  private func squaredNorm() -> Float {
    var sum = rowGradients?.sumOfSquares ?? 0
    for block in blocks.indices { sum += squares[block] }
    return Float(sum)
  }

  private func statistics(_ count: Int, _ shardCount: Int, _ norm: Float) -> UpdateStatistics {
    var (loss, value) = (Float(0), Float(0))
    for shard in 0..<shardCount {
      loss += shards[shard].sums.loss
      value += shards[shard].sums.value
    }
    return UpdateStatistics(loss: loss / Float(count), gradientNorm: norm, meanQ: value / Float(count))
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
