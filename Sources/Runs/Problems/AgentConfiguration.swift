import Apportion

/// The hyperparameters of an algorithm, as a section of a configuration file, and how to make a learner of them.
public protocol AgentConfiguration: Sendable {
  /// The hyperparameters to begin from.
  static var standard: Self { get }
  /// The keys of the section.
  static var settings: [Setting<Self>] { get }
  /// How many lanes play side by side unless told otherwise.
  static var defaultLanes: Int { get }
  /// A learner of a problem with fresh weights.
  ///
  /// - Throws: `ConfigurationError` where problem and algorithm do not fit.
  func learner(_ problem: Problem, run: ProblemRun) throws -> any Learner
}

/// What a run decides for its learners.
public struct ProblemRun: Sendable {
  /// The algorithm.
  public let algorithm: Algorithm
  /// The lanes that are played side by side.
  public let lanes: Int
  /// The seed of one learner.
  public let seed: UInt64
  /// The steps that schedules run over.
  public let steps: Int

  /// Lanes of a problem, on the run's seed.
  func lanes<E: Environment>(of environment: E) -> VectorEnvironment<E> {
    VectorEnvironment(count: lanes, seed: seed, threads: 1) { environment }
  }
}
