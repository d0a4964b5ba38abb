import Environments
import LinearAlgebra

/// REINFORCE with a learned baseline: the policy gradient of whole episodes (Williams, 1992; Sutton and Barto, 2018,
/// section 13.4).
///
/// The loop: play one episode in every lane to its end; take one step along the policy gradient on all their steps, each
/// weighed by the return that followed it less the baseline; move the baseline towards the returns. An episode that is
/// truncated counts its last state's baseline as what would have followed.
public final class REINFORCE<E: Environment>: Learner {
  /// The hyperparameters.
  public let configuration: REINFORCEConfiguration
  let actorCritic: ActorCritic<E>
  private let rollout: Rollout

  /// Creates a learner with fresh weights.
  public init(
    environments: VectorEnvironment<E>, configuration: REINFORCEConfiguration = REINFORCEConfiguration()
  ) {
    precondition(configuration.episodeLimit > 0, "An episode needs at least one step.")
    self.configuration = configuration
    rollout = Rollout(of: environments, steps: configuration.episodeLimit)
    actorCritic = ActorCritic(
      environments: environments, configuration: configuration.shared, maximumBatch: rollout.count)
  }

  /// Environment steps played so far, of all lanes together.
  public var steps: Int { actorCritic.steps }
  /// The greedy policy as it stands; it holds copies and does not change with further training.
  public var policy: Policy { actorCritic.policy }

  /// Plays at least `steps` environment steps more, rounded up to whole episodes of all lanes, learning from each.
  ///
  /// Lanes that have ended their episode wait for the others; their idle steps are counted, but not learned from.
  ///
  /// - Throws: `TrainingError.diverged` when a loss is not finite; the weights are then of no more use.
  public func train(
    steps count: Int, progressInterval: Int?, onProgress: (TrainingProgress) -> TrainingDirective
  ) throws(TrainingError) {
    let lanes = rollout.lanes
    let environments = actorCritic.environments
    try actorCritic.train(steps: count, progressInterval: progressInterval, onProgress: onProgress) {
      (learningRate, statistics) throws(TrainingError) in
      actorCritic.restart()
      var hasEnded = [Bool](repeating: false, count: lanes)
      let played = actorCritic.play(into: rollout) {
        for lane in 0..<lanes where environments.results.hasEnded(lane) {
          hasEnded[lane] = true
        }
        return hasEnded.allSatisfy { $0 }
      }
      rollout.estimateAdvantages(discount: configuration.shared.discount, traceDecay: 1)
      try actorCritic.learn(
        rollout, rows: firstEpisodes(played)[...], learningRate: learningRate, clip: .infinity,
        statistics: &statistics)
    }
  }

  /// The rows of the first episode of every lane.
  private func firstEpisodes(_ played: Int) -> [Int32] {
    var rows: [Int32] = []
    for lane in 0..<rollout.lanes {
      for step in 0..<played {
        let row = step * rollout.lanes + lane
        rows.append(Int32(row))
        if rollout.ended[row] { break }
      }
    }
    return rows
  }

  /// The mean return of episodes that the greedy policy plays on fresh lanes.
  public func score(episodes: Int, seed: UInt64) -> Double { evaluate(episodes: episodes, seed: seed).mean }

  /// Plays the policy's most likely actions on fresh lanes that share no chance with training.
  public func evaluate(episodes: Int, seed: UInt64? = nil) -> EvaluationSummary {
    actorCritic.evaluate(episodes: episodes, seed: seed)
  }
}

/// Every hyperparameter of REINFORCE, with the values to begin from; its λ is always 1.
public struct REINFORCEConfiguration: Sendable, Equatable {
  /// What all policy-gradient learners share.
  public var shared: ActorCriticConfiguration
  /// After how many steps an episode that has not ended is cut; at least the problem's own limit of time.
  public var episodeLimit: Int

  /// Gathers hyperparameters; those not given are the defaults.
  public init(shared: ActorCriticConfiguration = ActorCriticConfiguration(), episodeLimit: Int = 500) {
    self.shared = shared
    self.episodeLimit = episodeLimit
  }
}
