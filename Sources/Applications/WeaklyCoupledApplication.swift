import Documents
import Learning

/// An application of channels that one budget couples, so that weakly coupled policies play it too.
package protocol WeaklyCoupledApplication: Application {
  /// Throws where the policy cannot play the problem.
  func check(_ policy: WeaklyCoupledPolicy) throws
  /// As of any policy.
  func score(_ policy: WeaklyCoupledPolicy, on episodes: HeldOutEpisodes) throws -> Double
  /// As of any policy.
  func evaluation(of policy: WeaklyCoupledPolicy, episodes: Int, seed: UInt64) throws -> Evaluation
  /// As of any policy.
  func explanation(of policy: WeaklyCoupledPolicy, step: Int, episodes: Int, seed: UInt64) throws
    -> any Document
  /// As of any policy.
  func sections(of policy: WeaklyCoupledPolicy, evaluation: EvaluationDocument, explanation: JSONValue?)
    throws
    -> [PageSection]
}

/// A policy of either form, judged by the problem it is for.
extension Application {
  package func score(
    _ policy: TrainedPolicy, options: Options, on episodes: HeldOutEpisodes, trainingSeed: UInt64
  ) throws -> Double {
    switch policy {
    case .network(let policy):
      try score(policy, options: options, on: episodes, trainingSeed: trainingSeed)
    case .weaklyCoupled(let policy): try ofChannels().score(policy, on: episodes)
    }
  }

  package func evaluation(of policy: TrainedPolicy, episodes: Int, seed: UInt64) throws -> Evaluation {
    switch policy {
    case .network(let policy): try evaluation(of: policy, episodes: episodes, seed: seed)
    case .weaklyCoupled(let policy):
      try ofChannels().evaluation(of: policy, episodes: episodes, seed: seed)
    }
  }

  package func explanation(of policy: TrainedPolicy, step: Int, episodes: Int, seed: UInt64) throws
    -> any Document
  {
    switch policy {
    case .network(let policy): try explanation(of: policy, step: step, episodes: episodes, seed: seed)
    case .weaklyCoupled(let policy):
      try ofChannels().explanation(of: policy, step: step, episodes: episodes, seed: seed)
    }
  }

  package func sections(of policy: TrainedPolicy, evaluation: EvaluationDocument, explanation: JSONValue?)
    throws -> [PageSection]
  {
    switch policy {
    case .network(let policy): try sections(of: policy, evaluation: evaluation, explanation: explanation)
    case .weaklyCoupled(let policy):
      try ofChannels().sections(of: policy, evaluation: evaluation, explanation: explanation)
    }
  }

  /// The problem as one of channels.
  ///
  /// - Throws: `InputError` where it is none.
  package func ofChannels() throws(InputError) -> any WeaklyCoupledApplication {
    guard let problem = self as? any WeaklyCoupledApplication else {
      throw InputError.configuration(
        name, "has no channels under a budget", "play a market: only those have weakly coupled policies")
    }
    return problem
  }
}
