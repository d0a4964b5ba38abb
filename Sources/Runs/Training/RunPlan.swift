import Applications
import Documents
import Environments
import Foundation
import Learning
import PolicyFormats

/// What a person asks of a training: everything not said follows from the problem's preset and the defaults.
public struct TrainingRequest: Sendable {
  /// A problem's name or its file's path; nil for what the file of settings says, or the first bundled problem.
  public var problem: String?
  /// The algorithm's name; nil for what the file of settings says, or the problem's first.
  public var algorithm: String?
  /// A file of settings.
  public var file: String?
  /// Overrides such as `agent.learning_rate=1e-3`, in the order they apply.
  public var overrides: [String] = []

  /// Asks for a problem and an algorithm by name.
  public init(
    problem: String? = nil, algorithm: String? = nil, file: String? = nil, overrides: [String] = []
  ) {
    self.problem = problem
    self.algorithm = algorithm
    self.file = file
    self.overrides = overrides
  }
}

/// A run that is decided in every detail: which learner trains how on which problem.
package protocol DecidedRun: Sendable {
  /// The resolved configuration as a file has it.
  var yaml: String { get }
  /// Trains, and keeps everything in a run folder.
  ///
  /// - Parameters:
  ///   - initial: the policy to go on from; nil begins anew.
  ///   - path: the run's folder; nil for a new one under `runs/`.
  ///   - style: how people see the progress.
  ///   - stop: ends training early, with what there is.
  /// - Throws: `InputError` where the problem's files do not fit, before anything is written, where a file cannot be written, or
  ///   where a seed diverged.
  func train(
    from initial: TrainedPolicy?, folder path: String?, style: ProgressLine.Style, stop: StopRequest?
  )
    throws
    -> TrainingReport
  /// Makes a run of a policy that was trained elsewhere, to evaluate, export, publish or train on from: a policy file of
  /// ours, or a PyTorch module's weights, whose network's sizes the run takes.
  ///
  /// - Returns: the policy.
  /// - Throws: as `train`, and `InputError` where the file does not fit the problem.
  func importing(_ file: String, folder path: String) throws -> Policy
  /// The first seed's learner, with fresh weights.
  func makeLearner() throws -> any Learner
}

/// A problem and the configuration of a run on it.
struct RunPlan<Problem: Application, Agent: AgentConfiguration>: DecidedRun {
  let problem: Problem
  var configuration: RunConfiguration<Problem, Agent>

  /// Reads what the configuration names, and takes over what the problem knows.
  init(_ problem: Problem, _ configuration: RunConfiguration<Problem, Agent>) throws {
    try configuration.validate()
    self.problem = try problem.reading(configuration.options)
    self.configuration = configuration
    if let scale = self.problem.rewardScale(configuration.options) {
      self.configuration.agent.adopt(rewardScale: scale)
    }
  }

  var yaml: String { configuration.yaml }

  func makeLearner() throws -> any Learner {
    try learner(
      of: problem.environment(configuration.options),
      seat: configuration.seat(seed: configuration.seed, threads: configuration.threads), from: nil)
  }

  /// A learner, where this machine has the memory for it.
  func learner(of environment: any Environment, seat: LearnerSeat, from initial: TrainedPolicy?) throws
    -> any Learner
  {
    let needed = configuration.agent.memory(of: environment, lanes: seat.lanes)
    let there = Double(ProcessInfo.processInfo.physicalMemory)
    guard needed < there else {
      throw InputError.configuration(
        "configuration",
        "a learner of these sizes needs some \(readable(needed)) bytes of memory, this machine has \(readable(there))",
        "lower 'lanes', 'agent.hidden' or 'agent.replay_capacity'")
    }
    return try configuration.agent.learner(of: environment, seat: seat, from: initial)
  }

  func importing(_ file: String, folder path: String) throws -> Policy {
    let environment = try problem.environment(configuration.options)
    let policy = try Policy(importing: try Safetensors(contentsOf: file), for: environment)
    let plan = adapted(to: .network(policy))
    _ = try plan.makeLearner()
    try policy.write(to: try plan.newFolder(path).policy)
    return policy
  }

  /// The same run with a network of a policy's sizes, to go on from it.
  func adapted(to policy: TrainedPolicy) -> RunPlan {
    var plan = self
    plan.configuration.agent.adoptSizes(of: policy)
    if let network = policy.network {
      plan.configuration.options = problem.adapting(configuration.options, to: network)
    }
    return plan
  }

  /// Creates the run's folder with the problem and the configuration in it.
  func newFolder(_ path: String?) throws -> RunFolder {
    let folder =
      try path.map { path throws(InputError) in try RunFolder(creating: path) }
      ?? RunFolder(creatingFor: problem.name)
    try problem.write(toRunFolder: folder.path)
    try AtomicFile.write(configuration.yaml, to: folder.configuration)
    return folder
  }

  /// Creates the folder of one seed of several, a run of its own.
  func seedFolder(_ seed: UInt64, in folder: RunFolder) throws -> RunFolder {
    var plan = self
    plan.configuration.seed = seed
    plan.configuration.seeds = 1
    return try plan.newFolder(folder.seed(seed).path)
  }
}

/// Trains as a person asks, and keeps configuration, metrics, checkpoints and the policy in a run folder.
///
/// - Parameters:
///   - request: the problem, the algorithm and the settings that differ from the preset's.
///   - initial: the policy to go on from; nil begins anew.
///   - path: the run's folder; nil for a new one under `runs/`.
///   - style: how people see the progress.
///   - stop: ends training early, with what there is.
/// - Throws: `InputError` where the request or its files do not fit, before anything is written, where a file cannot be
///   written, or where a seed diverged.
public func train(
  _ request: TrainingRequest, from initial: TrainedPolicy? = nil, folder path: String? = nil,
  style: ProgressLine.Style = .silent, stop: StopRequest? = nil
) throws -> TrainingReport {
  try decide(request, from: initial).train(from: initial, folder: path, style: style, stop: stop)
}

/// Decides what a request leaves open: by the problem's preset for the algorithm, then the file of settings, then the
/// overrides, each over what stood before.
///
/// - Parameter initial: the policy that training is to go on from; what no one says is learned as it was.
package func decide(_ request: TrainingRequest, from initial: TrainedPolicy? = nil) throws -> any DecidedRun {
  let said = try request.file.map { try Heading(file: $0) } ?? Heading()
  let name = request.problem ?? said.problem ?? applications[0].bundledNames[0]
  let problem = try findProblem(name)
  let algorithm = try problem.algorithm(named: request.algorithm ?? said.algorithm, from: initial)
  func open<P: Application, A: AgentConfiguration>(_ problem: P, _ agent: A) throws -> any DecidedRun {
    var configuration = RunConfiguration<P, A>(
      problem: name, algorithm: algorithm.name, steps: problem.defaultSteps, agent: agent)
    for file in [problem.preset(for: algorithm), request.file].compactMap({ $0 }) {
      try configuration.apply(file: file)
    }
    for override in request.overrides { try configuration.apply(override: override) }
    configuration.problem = name
    configuration.algorithm = algorithm.name
    return try RunPlan(problem, configuration)
  }
  return try open(problem, algorithm.agent)
}

extension Application {
  /// The algorithm of a name, or the problem's first that learns policies of a form.
  ///
  /// - Throws: `InputError` where the problem has none of that name.
  fileprivate func algorithm(
    named name: String?, from initial: TrainedPolicy?
  ) throws(InputError) -> Algorithm {
    guard let name else {
      return algorithms.first { algorithm in initial.map { algorithm.agent.learns(formOf: $0) } ?? true }
        ?? algorithms[0]
    }
    guard let algorithm = algorithms.first(where: { $0.name == name }) else {
      let names = algorithms.map(\.name)
      let meant = nearest(to: name, in: names).map { "did you mean '\($0)'? " } ?? ""
      throw InputError.configuration(
        "--algorithm \(name)", "\(self.name) has no such algorithm",
        "\(meant)there are \(names.joined(separator: ", "))")
    }
    return algorithm
  }
}

/// The keys that say which kind of configuration a file is of.
private struct Heading: Configurable {
  var problem: String?
  var algorithm: String?
  /// What version 0.1 called the problem; it had one algorithm and did not name it.
  private var market: String?

  init() {}

  init(file: String) throws {
    try apply(file: file, passingOverUnknownKeys: true)
    guard let market else { return }
    problem = market
    algorithm = algorithm ?? Algorithm.paired.name
  }

  static var settings: [Setting<Heading>] {
    [.text("problem", \.problem, ""), .text("algorithm", \.algorithm, ""), .text("market", \.market, "")]
  }
}
