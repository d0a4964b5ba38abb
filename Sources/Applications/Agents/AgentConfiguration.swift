import Documents
import Environments
import Learning

/// The hyperparameters of a learner, as the `agent` section of a configuration file, and how to make a learner of them.
package protocol AgentConfiguration: Sendable {
  /// The keys of the section.
  static var settings: [Setting<Self>] { get }
  /// How many lanes play side by side unless told otherwise.
  static var defaultLanes: Int { get }
  /// What a reward one step later is worth in scores, of learners that know their policy's value exactly; nil of those
  /// whose scores are mean returns of episodes.
  var scoreDiscount: Double? { get }
  /// Takes over what a problem says its rewards should be multiplied with, where none is set.
  mutating func adopt(rewardScale: Float)
  /// Whether what is learned has the form of a policy.
  func learns(formOf policy: TrainedPolicy) -> Bool
  /// Takes over the sizes of a policy's network, to train on from there.
  mutating func adoptSizes(of policy: TrainedPolicy)
  /// About how many bytes a learner takes, counted before anything is allocated.
  func memory(of environment: any Environment, lanes: Int) -> Double
  /// A learner of an environment, with fresh weights or those of a policy.
  ///
  /// - Throws: `InputError` where environment, hyperparameters and policy do not fit one another.
  func learner(of environment: any Environment, seat: LearnerSeat, from initial: TrainedPolicy?)
    throws(InputError) -> any Learner
}

/// What a run decides for one of its learners.
package struct LearnerSeat: Sendable {
  /// The lanes that are played side by side.
  package let lanes: Int
  /// The seed of everything random.
  package let seed: UInt64
  /// The steps that schedules run over.
  package let steps: Int
  /// The most threads; nil for as many as there are processors.
  package let threads: Int?

  /// Gathers what a run decides.
  package init(lanes: Int, seed: UInt64, steps: Int, threads: Int?) {
    self.lanes = lanes
    self.seed = seed
    self.steps = steps
    self.threads = threads
  }

  /// Lanes of an environment, on the run's seed.
  package func lanes<E: Environment>(of environment: E) -> VectorEnvironment<E> {
    VectorEnvironment(count: lanes, seed: seed, threads: threads) { environment }
  }
}

extension AgentConfiguration {
  package var scoreDiscount: Double? { nil }
  package mutating func adopt(rewardScale: Float) {}
  package func memory(of environment: any Environment, lanes: Int) -> Double { 0 }
  package func learns(formOf policy: TrainedPolicy) -> Bool { policy.network != nil }
  package mutating func adoptSizes(of policy: TrainedPolicy) {}

  /// Throws where there is a policy to begin from, which this learner cannot.
  func refuse(_ initial: TrainedPolicy?) throws(InputError) {
    guard initial == nil else {
      throw InputError.configuration(
        "--from", "only double-DQNs and weakly-coupled go on from a policy", "leave it out to begin anew")
    }
  }

  /// The bytes of a dense network's parameters, gradients and moments, and of its activations in a batch.
  package func memory(ofWidths widths: [Int], rows: Int) -> Double {
    let parameters = zip(widths, widths.dropFirst()).reduce(0.0) { $0 + Double($1.0 + 1) * Double($1.1) }
    // Online, target, gradients of shards, two moments.
    return 4 * (8 * parameters + 3 * Double(rows) * widths.reduce(0.0) { $0 + Double($1) })
  }

  /// These hyperparameters with a change.
  func with(_ change: (inout Self) -> Void) -> Self {
    var changed = self
    change(&changed)
    return changed
  }
}
