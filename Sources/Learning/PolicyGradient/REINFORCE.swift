import Environments
import LinearAlgebra

/// REINFORCE with a learned baseline: the policy gradient of whole episodes (Williams, 1992; Sutton and Barto, 2018,
/// section 13.4).
///
/// The loop: play one episode in every lane to its end; take one step along the policy gradient on all their steps, each
/// weighed by the return that followed it less the baseline; move the baseline towards the returns. An episode that is
/// truncated counts its last state's baseline as what would have followed.
public final class REINFORCE<E: Environment>: PolicyGradientLearner {
  /// The hyperparameters.
  public let configuration: REINFORCEConfiguration
  /// What plays, and takes steps along gradients.
  public let actorCritic: ActorCritic<E>
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
