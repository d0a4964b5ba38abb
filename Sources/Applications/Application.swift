import Documents
import Environments
import Learning

/// A use of the engine: a kind of problem that is described in a file, played in a simulator, and judged beside the
/// strategies of its trade and a bound that no policy can beat.
///
/// A value is one problem of the kind. Training, evaluation, explanation, reports, export and serving work with any type
/// that conforms; a new one is registered in one line, in `Runs`.
package protocol Application: Sendable {
  /// What a run's configuration decides about how the problem is shown to a learner; its keys are flat.
  associatedtype Options: ProblemOptions

  /// The word that a description's `kind` key says, as in `pricing`.
  static var kind: String { get }
  /// What the kind is, in one line.
  static var summary: String { get }
  /// The names of the problems that come with the library.
  static var bundledNames: [String] { get }
  /// The file in a run's folder that holds the problem, as in `market.yaml`.
  static var fileName: String { get }
  /// The folder of the files of settings that suit algorithms: of one problem by its name, of all of a kind by that.
  static var presets: String { get }

  /// A problem that comes with the library; `name` is one of `bundledNames`.
  init(bundled name: String) throws
  /// Reads a description; throws an error that says what is wrong, in which line, and how to mend it.
  init(contentsOf path: String) throws
  /// The problem that a run's folder holds.
  init(runFolder path: String) throws
  /// Reads the further files that options name.
  func reading(_ options: Options) throws -> Self
  /// The same for evaluation: what a person names then is played whole, with nothing kept for training.
  func evaluated(on options: Options) throws -> Self
  /// Writes the problem to a run's folder, so that the run is whole wherever it is taken.
  func write(toRunFolder path: String) throws

  /// The problem's name.
  var name: String { get }
  /// One line about it.
  var summary: String { get }
  /// The problem for people: what it is, and a table of its parts.
  var overview: String { get }
  /// The same for machines.
  var outline: JSONValue { get }

  /// The algorithms that may learn it, the default first.
  var algorithms: [Algorithm] { get }
  /// The environment steps of a run unless told otherwise, over all lanes.
  var defaultSteps: Int { get }
  /// The most threads of one learner unless told otherwise; nil for as many as there are processors. It changes no result.
  var learnerThreads: Int? { get }

  /// The problem as a learner meets it; throws where options do not go together.
  func environment(_ options: Options) throws -> any Environment
  /// Options under which a learner may go on from a policy.
  func adapting(_ options: Options, to policy: Policy) -> Options
  /// What rewards should be multiplied with before they are learned from, where the problem knows; otherwise nil, and
  /// learners measure it.
  func rewardScale(_ options: Options) -> Float?
  /// The environment that a policy was trained for, as its metadata says; throws where they do not say so.
  func environment(of policy: Policy) throws -> any Environment

  /// The mean result of a policy on episodes that share no chance with training.
  ///
  /// - Parameters:
  ///   - policy: the policy, which fits the environment of `options`.
  ///   - options: how it was trained.
  ///   - episodes: which episodes, and how many.
  ///   - trainingSeed: the seed that the policy was trained on.
  func score(_ policy: Policy, options: Options, on episodes: HeldOutEpisodes, trainingSeed: UInt64)
    throws
    -> Double
  /// The best score there is, or a bound above it, on evaluation episodes; nil where none is known.
  ///
  /// - Parameters:
  ///   - discount: what a reward one step later is worth, where scores are discounted.
  ///   - episodes: how many episodes.
  func bestScore(discount: Double?, episodes: Int) throws -> BestScore?

  /// Plays a policy on held-out episodes beside all baselines and the bound.
  func evaluation(of policy: Policy, episodes: Int, seed: UInt64) throws -> Evaluation
  /// Says why a policy acts as it does in a step.
  func explanation(of policy: Policy, step: Int, episodes: Int, seed: UInt64) throws -> any Document
  /// What the branches of an action and their choices are called; nil where numbers must do.
  var branchNames: [BranchNames]? { get }
  /// Says what to do next, from what has been seen so far.
  ///
  /// - Throws: `InputError` with the place in a table that cannot be read, or where the request says what decides nothing.
  func decision(of policy: TrainedPolicy, on request: DecisionRequest) throws -> any Decision
  /// What a policy saw and did in held-out episodes, as a table.
  ///
  /// - Parameters:
  ///   - policy: the policy.
  ///   - exploration: with which probability a branch, or a position, takes any choice instead of the best.
  ///   - episodes: how many episodes.
  ///   - seed: decides all chance.
  func record(of policy: TrainedPolicy, exploration: Float, episodes: Int, seed: UInt64) throws -> String
  /// The baselines that stand for what is done without learning, the best of which a page's headline compares with; empty
  /// where every baseline may.
  var fixedBaselines: [String] { get }
  /// What a run's page says in the words of the trade, between the comparison and the learning curve.
  ///
  /// - Parameters:
  ///   - policy: the policy.
  ///   - evaluation: the run's last evaluation, as its file has it.
  ///   - explanation: the run's last explanation, as its file has it.
  func sections(of policy: Policy, evaluation: EvaluationDocument, explanation: JSONValue?) throws
    -> [PageSection]
  /// What a score is counted in, as in `conversions` or `EUR`; empty where it is a bare number.
  var unit: String { get }
  /// What a page says of the problem.
  var facts: [ProblemFact] { get }
  /// What a page warns of.
  var caveats: [String] { get }
}

/// Options of a problem, all of which have defaults.
package protocol ProblemOptions: Configurable {
  /// The defaults.
  init()
}

/// Episodes that share no chance with training, nor with each other.
package enum HeldOutEpisodes: Sendable, Equatable {
  /// A number of episodes that choose which checkpoint is kept.
  case validation(Int)
  /// A number of episodes that say how good it is.
  case evaluation(Int)
}

/// The best that can be had.
public enum BestScore: Sendable, Equatable {
  /// No policy does better, and one does as well.
  case optimum(Double)
  /// No policy does better.
  case bound(Double)

  /// The score.
  public var value: Double {
    switch self {
    case .optimum(let value), .bound(let value): value
    }
  }
}

/// A result for people and for machines: what it encodes is its document.
public protocol Document: Encodable, Sendable {
  /// For people: sentences and aligned tables.
  var text: String { get }
}

extension Document {
  /// For machines.
  public var json: JSONValue { JSONValue(encoding: self) }
}

/// What a branch of an action and its choices are called.
package struct BranchNames: Sendable, Equatable {
  /// The branch, as in the name of a product.
  package let branch: String
  /// Its choices in their order, as in prices.
  package let choices: [String]

  /// Joins the names.
  package init(_ branch: String, choices: [String]) {
    self.branch = branch
    self.choices = choices
  }
}

/// A part of a page about a run.
package struct PageSection: Sendable, Equatable {
  /// The heading.
  package let title: String
  /// HTML, everything in it escaped that is not markup.
  package let html: String

  /// Joins a heading and what stands under it.
  package init(_ title: String, html: String) {
    self.title = title
    self.html = html
  }
}

/// Something that a page says of a problem.
package struct ProblemFact: Sendable, Equatable {
  /// What it is about.
  package let name: String
  /// What is so.
  package let value: String

  /// Joins the two.
  package init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

/// Decides the validation episodes; far from what a person gives an evaluation.
package let validationSeed: UInt64 = 0x5661_6C69_6461_7465

extension Application {
  package init(runFolder path: String) throws { try self.init(contentsOf: "\(path)/\(Self.fileName)") }
  package func reading(_ options: Options) throws -> Self { self }
  package func evaluated(on options: Options) throws -> Self { try reading(options) }
  package var algorithms: [Algorithm] { Algorithm.common }
  /// A problem's own preset where it has one, that of its kind otherwise.
  package func preset(for algorithm: Algorithm) -> String? {
    algorithm.preset(of: [name, Self.kind], in: Self.presets)
  }
  package var learnerThreads: Int? { nil }
  package func rewardScale(_ options: Options) -> Float? { nil }
  package func bestScore(discount: Double?, episodes: Int) throws -> BestScore? { nil }
  package func adapting(_ options: Options, to policy: Policy) -> Options { options }
  package var fixedBaselines: [String] { [] }
  package var branchNames: [BranchNames]? { nil }
  /// The name and, where there is one, the line about the problem.
  package var heading: String { summary.isEmpty ? name : "\(name): \(summary)" }
  package func sections(of policy: Policy, evaluation: EvaluationDocument, explanation: JSONValue?)
    throws
    -> [PageSection]
  {
    []
  }
  package var unit: String { "" }
  package var facts: [ProblemFact] { [ProblemFact("Problem", summary)] }
  package var caveats: [String] { [] }

  /// The best choices in states that are told by their observation columns.
  package func decision(of policy: TrainedPolicy, on request: DecisionRequest) throws -> any Decision {
    let policy = try network(of: policy)
    return try DecisionTable(policy, in: environment(of: policy), problem: name, request: request)
  }

  /// The same of a network.
  package func decision(of policy: Policy, on request: DecisionRequest) throws -> any Decision {
    try decision(of: .network(policy), on: request)
  }

  /// The network of a policy; throws where it plays channels, which no problem but a market has.
  package func network(of policy: TrainedPolicy) throws(InputError) -> Policy {
    if case .network(let policy) = policy { return policy }
    throw InputError.configuration(name, "weakly coupled policies play markets only", "name a market's run")
  }

  /// The decisions with what was seen, their probabilities and rewards.
  package func record(of policy: TrainedPolicy, exploration: Float, episodes: Int, seed: UInt64) throws
    -> String
  {
    let policy = try network(of: policy)
    return decisionLog(
      of: policy, in: try environment(of: policy), exploration: exploration, episodes: episodes, seed: seed)
  }

  /// The choices of one step of one held-out episode, with the columns that bear on them.
  package func explanation(of policy: Policy, step: Int, episodes: Int, seed: UInt64) throws
    -> any Document
  {
    try ChoiceExplanation(
      of: policy, in: environment(of: policy), problem: name, branches: branchNames, step: step, seed: seed)
  }
}
