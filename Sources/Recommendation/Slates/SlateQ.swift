import Environments
import Learning
import LinearAlgebra
import NeuralNetworks

/// Q-learning of slates by their items (Ie et al., "SlateQ: a tractable decomposition for reinforcement learning with
/// recommendation sets", 2019): Q(s, A) = Σ_i P(i | s, A) q(s, i), with double Q-learning's choice and value.
///
/// One network reads the user's columns and a single item's, and values every candidate of every user in one product:
/// what it learns of one item holds for any other, and for candidates that it has never seen.
///
/// ```swift
/// let learner = SlateQ(VectorEnvironment(count: 32, seed: 1) { LongTermSatisfaction() })
/// try learner.train(steps: 200_000)
/// print(learner.evaluate(episodes: 1000, seed: 1))
/// ```
public final class SlateQ<E: SlateEnvironment>: Learner {
  /// The settings of learning.
  public typealias Configuration = SlateQConfiguration

  /// The lanes that are played.
  public let environments: VectorEnvironment<E>
  /// The settings.
  public let configuration: Configuration
  /// The steps played so far, of all lanes together; each shows a slate.
  public private(set) var steps = 0
  /// Updates done so far.
  package private(set) var updates = 0

  let layout: SlateLayout
  package let online: DenseNetwork
  private let target: DenseNetwork
  private let descent: GradientDescent
  private let values: CandidateValues
  private let targetValues: CandidateValues
  private let replay: SlateReplay
  private let loss: SlateLoss
  private var search: SlateSearch
  private var explorationStream: RandomStream
  private var replayStream: RandomStream
  private(set) var rewards = RewardMoments()
  private var record: EpisodeRecord
  private var losses = (sum: 0.0, count: 0)

  /// Creates a learner.
  public init(_ environments: VectorEnvironment<E>, configuration: Configuration = Configuration()) {
    precondition(configuration.batchSize > 0, "An update needs at least one transition.")
    precondition(configuration.stepsPerUpdate > 0, "An update needs at least one step.")
    let layout = environments.environment.slateLayout
    self.environments = environments
    self.configuration = configuration
    self.layout = layout
    let widths = [layout.userColumns + layout.itemColumns] + configuration.hidden + [1]
    online = DenseNetwork(widths: widths, seed: configuration.seed, outputGain: 0.01)
    target = DenseNetwork(widths: widths, parameters: online.parameterValues)
    let batchSize = configuration.batchSize
    descent = GradientDescent(
      network: online, maximumGradientNorm: 10, maximumBatch: batchSize * layout.positions)
    values = CandidateValues(layout, rows: max(batchSize, environments.count))
    targetValues = CandidateValues(layout, rows: batchSize)
    replay = SlateReplay(layout, capacity: max(configuration.capacity, environments.count))
    loss = SlateLoss(layout, batchSize: batchSize)
    search = SlateSearch(layout)
    explorationStream = RandomStream(seed: configuration.seed, purpose: .exploration)
    replayStream = RandomStream(seed: configuration.seed, purpose: .replay)
    record = EpisodeRecord(lanes: environments.count)
    environments.reset()
  }

  /// Plays at least `steps` slates more, of all lanes together, learning on the way.
  ///
  /// - Throws: `TrainingError.diverged` when a loss is not finite.
  public func train(
    steps count: Int, progressInterval: Int?, onProgress: (TrainingProgress) -> TrainingDirective
  ) throws(TrainingError) {
    let interval = progressInterval ?? max(1000, count / 100)
    let lanes = environments.count
    let positions = layout.positions
    var actions = [Int32](repeating: 0, count: lanes * positions)
    let seen = Matrix(rows: lanes, columns: layout.observationSize)
    let end = steps + count
    var (due, reported) = (0, steps)
    while steps < end {
      let progress = min(1, Float(steps) / Float(configuration.scheduleSteps ?? end))
      let epsilon = steps < configuration.warmupSteps ? 1 : configuration.epsilon.value(at: progress)
      let learningRate = configuration.learningRate.value(at: progress)
      seen.pointer.update(from: environments.observations.pointer, count: seen.count)
      choose(seen.view, epsilon: epsilon, into: &actions)
      environments.step(actions: actions)
      let result = environments.results
      record.add(result)
      for lane in 0..<lanes {
        let ended = result.hasEnded(lane)
        rewards.add(result.rewards[lane])
        replay.add(
          seen.view.row(lane), slate: Array(actions[lane * positions..<(lane + 1) * positions]),
          reward: result.rewards[lane],
          next: ended ? result.finalObservations.view.row(lane) : result.observations.view.row(lane),
          isTerminal: result.terminated[lane])
      }
      steps += lanes
      if steps >= configuration.warmupSteps { due += lanes }
      while due >= configuration.stepsPerUpdate {
        due -= configuration.stepsPerUpdate
        try update(learningRate: learningRate)
      }
      guard steps - reported >= interval || steps >= end else { continue }
      reported = steps
      let report = TrainingProgress(
        steps: steps, totalSteps: end, episodes: record.ended, meanReturn: record.meanReturn,
        learningRate: learningRate, updates: updates,
        metrics: [
          .init("exploration_rate", Double(epsilon)),
          .init("loss", losses.count > 0 ? losses.sum / Double(losses.count) : .nan),
        ])
      losses = (0, 0)
      if onProgress(report) == .stop { return }
    }
  }

  /// The mean return of visits to fresh lanes, by the best slates.
  public func score(episodes: Int, seed: UInt64) -> Double { evaluate(episodes: episodes, seed: seed).mean }

  /// Plays the best slates on fresh lanes that share no chance with training.
  public func evaluate(episodes: Int, seed: UInt64) -> EvaluationSummary {
    let lanes = min(values.rows, episodes)
    return Learning.evaluate(
      environments.environment, episodes: episodes, seed: seed, lanes: lanes
    ) { observations, actions in
      values.write(observations, by: online)
      for row in 0..<observations.rows {
        search.best(
          values.row(row), row: observations.row(row), into: actions + row * layout.positions)
      }
    }
  }

  /// Writes the slates of many rows, each position replaced by any candidate with probability ε.
  private func choose(_ observations: MatrixView, epsilon: Float, into actions: inout [Int32]) {
    values.write(observations, by: online)
    for row in 0..<observations.rows {
      actions.withUnsafeMutableBufferPointer { buffer in
        guard let base = buffer.baseAddress else { return }
        search.best(
          values.row(row), row: observations.row(row), into: base + row * layout.positions)
      }
      for position in 0..<layout.positions where explorationStream.uniform() < epsilon {
        actions[row * layout.positions + position] = Int32(
          explorationStream.integer(below: layout.candidates))
      }
    }
  }

  /// One step on a batch: (Σ_i P(i) q(s, i) − r − γ max_A Σ_j P(j | A) q'(s', j))², the maximum chosen by q, valued by q'.
  private func update(learningRate: Float) throws(TrainingError) {
    updates += 1
    let (batchSize, positions) = (configuration.batchSize, layout.positions)
    replay.sample(batchSize, stream: &replayStream)
    values.write(replay.next.view, by: online)
    targetValues.write(replay.next.view, by: target)
    let slate = UnsafeMutablePointer<Int32>.allocate(capacity: positions)
    let shares = UnsafeMutablePointer<Float>.allocate(capacity: positions)
    defer {
      slate.deallocate()
      shares.deallocate()
    }
    for row in 0..<batchSize {
      search.best(values.row(row), row: replay.next.view.row(row), into: slate)
      layout.choiceProbabilities(of: slate, row: replay.next.view.row(row), into: shares)
      let following = (0..<positions).reduce(Float(0)) {
        $0 + shares[$1] * targetValues.row(row)[Int(slate[$1])]
      }
      let goOn: Float = replay.isTerminal[row] ? 0 : configuration.discount
      loss.targets[row] = replay.rewards[row] * rewards.scale + goOn * following
    }
    values.write(replay.observations.view, by: online)
    for row in 0..<batchSize {
      let observation = replay.observations.view.row(row)
      for position in 0..<positions { slate[position] = replay.slates[row * positions + position] }
      layout.choiceProbabilities(of: slate, row: observation, into: shares)
      loss.write(
        row: row, slate: slate, shares: shares, values: values.row(row), observation: observation)
    }
    descent.optimizer.configuration.learningRate = learningRate
    let error = descent.step(loss, observations: loss.inputs.view).sums[0] / Double(batchSize)
    guard error.isFinite else { throw .diverged(step: steps, loss: Float(error)) }
    losses = (losses.sum + error, losses.count + 1)
    let (from, to) = (online.parameters.pointer, target.parameters.pointer)
    for index in 0..<online.parameters.count {
      to[index] += configuration.targetRate * (from[index] - to[index])
    }
  }
}
