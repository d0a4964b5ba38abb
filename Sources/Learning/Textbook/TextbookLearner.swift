import Environments
import LinearAlgebra
import NeuralNetworks

/// The deep Q-agent of the textbooks playing one lane of an environment with one branch, learning from every step.
///
/// ```swift
/// let learner = TextbookLearner(CartPole())
/// try learner.train(steps: 50_000)
/// ```
public final class TextbookLearner<E: Environment>: Learner {
  /// What chooses and learns.
  public let agent: TextbookAgent
  /// Environment steps played so far.
  public private(set) var steps = 0
  private let lane: VectorEnvironment<E>
  private let seed: UInt64
  private var record = EpisodeRecord(lanes: 1)
  private var hasBegun = false

  /// Creates a learner with fresh weights.
  ///
  /// - Parameters:
  ///   - environment: a problem with one branch.
  ///   - hidden: the widths of the hidden layers.
  ///   - learningRate: Adam's step size.
  ///   - discount: what a reward one step later is worth.
  ///   - seed: decides the first weights, exploration and the episodes.
  public init(
    _ environment: E, hidden: [Int] = [24, 24], learningRate: Float = 1e-3, discount: Float = 0.95,
    seed: UInt64 = 1
  ) {
    let branchSizes = environment.actionSpace.branchSizes
    precondition(branchSizes.count == 1, "The textbooks' agent has one branch, not \(branchSizes.count).")
    lane = VectorEnvironment(count: 1, seed: seed, threads: 1) { environment }
    agent = TextbookAgent(
      stateSize: environment.observationLayout.size, actionCount: branchSizes[0], hidden: hidden,
      learningRate: learningRate, discount: discount, seed: seed)
    self.seed = seed
  }

  /// The greedy policy as it stands: the network with its outputs' mean as a state value.
  public var policy: Policy {
    let environment = lane.environment
    let network = BranchingNetwork(
      shape: NetworkShape(
        layout: environment.observationLayout.keeping(prior: false, spend: false),
        hidden: Array(agent.network.widths.dropFirst().dropLast()), branchSizes: [agent.network.outputs],
        isDueling: false), parameters: agent.network.branchingParameterValues)
    return Policy(
      shape: network.shape.dueling, weights: network.duelingParameterValues,
      normalizer: ObservationNormalizer(
        identity: network.shape.observationSize, limit: .greatestFiniteMagnitude),
      metadata: environment.metadata, trainingSeed: seed, trainingSteps: steps)
  }

  /// The mean return of episodes that the greedy policy plays.
  public func score(episodes: Int, seed: UInt64) -> Double {
    evaluate(policy, in: lane.environment, episodes: episodes, seed: seed).mean
  }

  /// Plays `steps` steps, learning from each; reports every 1,000 unless told otherwise.
  public func train(
    steps count: Int, progressInterval: Int?, onProgress: (TrainingProgress) -> TrainingDirective
  ) throws(TrainingError) {
    precondition(count >= 0, "Training needs a number of steps, not \(count).")
    if !hasBegun { lane.reset() }
    hasBegun = true
    let (end, progressInterval) = (steps + count, progressInterval ?? 1000)
    var (reported, losses) = (steps, 0.0)
    var state = lane.observations.elements
    while steps < end {
      let action = agent.act(state)
      lane.step(actions: [Int32(action)])
      let next = lane.observations.elements
      let reached = lane.results.hasEnded(0) ? lane.finalObservations.elements : next
      let loss = agent.train(
        state: state, action: action, reward: lane.rewards[0], nextState: reached,
        isTerminal: lane.terminated[0])
      guard loss.isFinite else { throw .diverged(step: steps, loss: loss) }
      record.add(lane.results)
      state = next
      steps += 1
      losses += Double(loss)
      guard steps - reported >= progressInterval || steps == end else { continue }
      let report = TrainingProgress(
        steps: steps, totalSteps: end, episodes: record.ended, meanReturn: record.meanReturn,
        learningRate: agent.learningRate, updates: steps,
        metrics: [
          TrainingProgress.Metric("exploration_rate", Double(agent.epsilon)),
          TrainingProgress.Metric("loss", losses / Double(steps - reported)),
        ])
      (reported, losses) = (steps, 0)
      if onProgress(report) == .stop { return }
    }
  }
}
