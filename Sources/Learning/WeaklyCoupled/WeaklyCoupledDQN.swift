import CKernels
import LinearAlgebra
import NeuralNetworks

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The weakly coupled double-DQN: one network for all channels, trained at prices of money instead of under a budget.
///
/// Given a price of money, what is left of the budget no longer matters and every channel is a problem of its own
/// (Hawkins, 2003; Adelman and Mersereau, 2008; Boutilier and Lu, 2016): training plays each channel of each lane at a price of
/// its own, without a budget, and credits it with its own gains and costs. The budget comes back when the policy plays:
/// `WeaklyCoupledRunner` looks for the price at which forecast spend meets the money left. So one training plays every
/// budget, and any number of channels like those it was trained on.
///
/// ```swift
/// let learner = WeaklyCoupledDQN(environment, seed: 1)
/// try learner.train()
/// try learner.policy.write(to: "policy.safetensors")
/// ```
/// Equal seeds give equal bits on any number of threads.
public final class WeaklyCoupledDQN<Environment: WeaklyCoupledEnvironment> {
  /// The problem.
  public let environment: Environment
  /// The settings.
  public let configuration: WeaklyCoupledConfiguration
  /// The seed of training.
  public let seed: UInt64
  /// The passes made.
  public private(set) var passes = 0
  /// The mean loss of the last pass's updates: gains, costs and spend to go together.
  public private(set) var loss = 0.0

  /// The step size of the last update.
  package var learningRate: Float { descent.optimizer.configuration.learningRate }

  let shape: WeaklyCoupledShape
  let online: DenseNetwork
  private let target: DenseNetwork
  /// Whether training goes on from a policy, so that its first pass plays that.
  private let goesOn: Bool
  /// The policy as it was calibrated or searched for last; see `policy`.
  private var prepared: WeaklyCoupledPolicy?
  private let descent: GradientDescent
  private let replay: PricedReplay
  private let batch: WeaklyCoupledBatch
  private let onlineOutput, targetOutput: Matrix
  private let workspace: ForwardWorkspace
  let pool: WorkerPool
  private let blocks: [Environment.Block]
  private var replayRandom: RandomStream
  private var random: [RandomStream]
  private static var lanesPerBlock: Int { 32 }

  /// Prepares a training.
  ///
  /// - Parameters:
  ///   - initial: a policy of the same shape to go on from; nil begins with fresh weights.
  ///   - threads: how many threads share the work; results do not depend on it.
  public init(
    _ environment: Environment, configuration: WeaklyCoupledConfiguration = WeaklyCoupledConfiguration(),
    seed: UInt64, startingFrom initial: WeaklyCoupledPolicy? = nil, threads: Int = 1
  ) {
    self.environment = environment
    self.configuration = configuration
    self.seed = seed
    let (lanes, channels) = (configuration.lanes, environment.channelCount)
    shape = WeaklyCoupledShape(columns: environment.columns, hidden: configuration.hidden)
    let shape = shape
    precondition(
      initial.map { $0.shape == shape } ?? true, "A policy to go on from must be of the learner's shape.")
    goesOn = initial != nil
    online = shape.makeNetwork(startingFrom: initial, seed: seed)
    target = shape.makeNetwork(startingFrom: initial, seed: seed)
    pool = WorkerPool(threads: threads)
    let rows = configuration.batchStates * channels
    descent = GradientDescent(
      network: online, optimizer: Adam.Configuration(learningRate: configuration.learningRate),
      maximumGradientNorm: configuration.maximumGradientNorm, maximumBatch: rows, pool: pool)
    replay = PricedReplay(
      passes: configuration.replayedPasses, steps: environment.steps, lanes: lanes, channels: channels,
      columns: environment.columns.count)
    batch = WeaklyCoupledBatch(rows: rows, inputs: online.inputs)
    let most = max(rows, lanes * channels)
    onlineOutput = Matrix(rows: most, columns: online.outputs)
    targetOutput = Matrix(rows: most, columns: online.outputs)
    workspace = online.workspace(maximumBatch: most)
    blocks = stride(from: 0, to: lanes, by: Self.lanesPerBlock).map {
      environment.makeBlock(lanes: $0..<min($0 + Self.lanesPerBlock, lanes), seed: seed, budget: nil)
    }
    replayRandom = RandomStream(seed: seed, purpose: .replay)
    random = (0..<lanes).map { RandomStream(seed: seed, purpose: .exploration, lane: $0) }
  }

  /// Whether all passes were made.
  package var isDone: Bool { passes >= configuration.passes }
  /// The environment steps played.
  public var steps: Int { passes * configuration.lanes * environment.steps }

  /// Makes a pass: an episode in every lane, then updates.
  public func advance() {
    play()
    var total = 0.0
    for update in 0..<configuration.updatesPerPass {
      let progress =
        Float(passes * configuration.updatesPerPass + update)
        / Float(configuration.passes * configuration.updatesPerPass)
      total += self.update(progress: progress)
    }
    loss = total / Double(max(configuration.updatesPerPass, 1))
    passes += 1
  }

  /// The policy as it stands, its prices of money calibrated on training episodes; what `train` has searched for after the last
  /// pass. Kept until the next pass.
  public var policy: WeaklyCoupledPolicy {
    if let prepared, prepared.trainingSteps == steps { return prepared }
    let policy = calibrated(uncalibratedPolicy)
    prepared = policy
    return policy
  }

  /// Searches for the exploration and prices that gain most; the policy keeps them until the next pass.
  func prepareToPlay(onProgress: (Double, Double) -> TrainingDirective) {
    let rolls = configuration.rollouts > 0
    var isStopped = false
    let searched = searchSchedules(policy) { share, gain in
      let directive = onProgress(rolls ? share / 2 : share, gain)
      isStopped = directive == .stop
      return directive
    }
    prepared = searched
    guard rolls, !isStopped else { return }
    // Lanes far beyond those of the search.
    var lane = 1 << 20
    prepared = improvedByRollouts(searched, lane: &lane) { onProgress((1 + $0) / 2, $1) }
  }

  /// The policy as it stands, its prices not calibrated.
  package var uncalibratedPolicy: WeaklyCoupledPolicy {
    WeaklyCoupledPolicy(
      shape: shape, weights: target.parameterValues, priceCenter: configuration.priceCenter,
      schedules: [
        PlaySchedule(optimism: [configuration.optimism], information: [configuration.information])
      ],
      featureNames: environment.featureNames, metadata: environment.metadata,
      trainingSeed: seed, trainingSteps: steps)
  }

  /// Plays an episode in every lane, each channel at a price of its own, into the replay.
  private func play() {
    let (lanes, channels) = (configuration.lanes, environment.channelCount)
    let pass = replay.beginPass()
    let prices = replay.prices(pass: pass)
    for lane in 0..<lanes {
      for channel in 0..<channels {
        prices[lane * channels + channel] =
          configuration.priceCenter + configuration.priceSpread * random[lane].normal()
      }
    }
    for block in blocks { block.startEpisode() }
    for step in 0..<environment.steps {
      pool.run(blocks.count) { index in
        blocks[index].observe(into: replay.rows(pass: pass, step: step, lanes: blockLanes(index)))
      }
      choose(pass: pass, step: step)
      pool.run(blocks.count) { index in
        let place = replay.place(pass: pass, step: step, lane: blockLanes(index).lowerBound)
        blocks[index].step(
          levels: replay.played + place, gains: replay.gains + place, costs: replay.costs + place)
      }
    }
  }

  private func blockLanes(_ index: Int) -> Range<Int> {
    index * Self.lanesPerBlock..<min((index + 1) * Self.lanesPerBlock, configuration.lanes)
  }

  /// Writes what is played: the target network's best level, or now and then any; in the first pass of fresh weights any,
  /// half of them the lowest.
  private func choose(pass: Int, step: Int) {
    let (lanes, channels) = (configuration.lanes, environment.channelCount)
    let rows = replay.rows(pass: pass, step: step, lanes: 0..<lanes)
    let first = replay.place(pass: pass, step: step, lane: 0)
    let prices = replay.prices(pass: pass)
    let isFirst = passes == 0 && !goesOn
    let input = Matrix(rows: lanes * channels, columns: online.inputs)
    if !isFirst {
      for index in 0..<rows.rows {
        let row = rows.row(index)
        shape.writeInput(
          row, relativePrice: shape.relativePrice(row, logPrice: prices[index]), into: input.view.row(index))
      }
      target.outputs(
        observations: input.view, into: targetOutput.view.rows(0..<rows.rows), workspace: workspace,
        pool: pool)
    }
    for lane in 0..<lanes {
      for channel in 0..<channels {
        let index = lane * channels + channel
        let row = rows.row(index)
        let rate = isFirst ? 1 : configuration.exploration
        if random[lane].uniform() < rate {
          let isLowest = isFirst && random[lane].nextWord() & 1 == 0
          replay.played[first + index] = isLowest ? 0 : anyLevel(of: row, lane: lane)
        } else {
          let values = shape.values(row: row, outputs: targetOutput.view.row(index))
          let price = exp(shape.relativePrice(row, logPrice: prices[index]))
          replay.played[first + index] = Int32(values.best(at: price))
        }
      }
    }
  }

  /// A level that may be played, all equally likely.
  private func anyLevel(of row: UnsafePointer<Float>, lane: Int) -> Int32 {
    let gains = shape.columns.gains
    var open = 0
    for column in gains where row[column] > ChannelColumns.closed / 2 { open += 1 }
    var wanted = random[lane].integer(below: max(open, 1))
    for (level, column) in gains.enumerated() where row[column] > ChannelColumns.closed / 2 {
      if wanted == 0 { return Int32(level) }
      wanted -= 1
    }
    return 0
  }

  private func update(progress: Float) -> Double {
    batch.sample(
      replay, shape: shape, center: configuration.priceCenter, spread: configuration.priceSpread,
      from: &replayRandom)
    let (onlineRows, targetRows) = (
      onlineOutput.view.rows(0..<batch.rows), targetOutput.view.rows(0..<batch.rows)
    )
    online.outputs(observations: batch.nextInput.view, into: onlineRows, workspace: workspace, pool: pool)
    target.outputs(observations: batch.nextInput.view, into: targetRows, workspace: workspace, pool: pool)
    batch.setTargets(
      replay, shape: shape, discount: configuration.discount, online: onlineRows, target: targetRows)
    let loss = WeaklyCoupledLoss(
      batch: batch, replay: replay, shape: shape, width: configuration.huberWidth,
      spendWeight: configuration.spendWeight)
    let (high, low) = (configuration.learningRate, configuration.finalLearningRate)
    descent.optimizer.configuration.learningRate = low + (high - low) * 0.5 * (1 + cos(.pi * progress))
    let result = descent.step(loss, observations: batch.input.view)
    ck_polyak(
      target.parameters.pointer, online.parameters.pointer, configuration.targetRate,
      online.parameters.count)
    return result.sums[0] / Double(batch.rows)
  }
}
