import Apportion
import ArgumentParser
import Documents
import Runs

extension TrainCommand {
  /// Trains an algorithm on the problem that `--env` or `--market` names.
  func trainProblem() throws {
    let problem = try env.map { try Problem(named: $0) } ?? Problem(market: market ?? "nine-campaigns")
    guard let algorithm else {
      let names = Algorithm.allCases.map(\.rawValue).joined(separator: ", ")
      throw ConfigurationError(
        place: "--env \(problem.name)", message: "say with --algorithm how to train it: \(names)")
    }
    let method = try Algorithm(named: algorithm)
    switch method {
    case .dqn, .doubleDQN, .quantileDQN:
      try train(problem, method, ProblemConfiguration(agent: DoubleDQNConfiguration.standard(method)))
    case .ppo: try train(problem, method, ProblemConfiguration<PPOConfiguration>())
    case .a2c: try train(problem, method, ProblemConfiguration<A2CConfiguration>())
    case .reinforce: try train(problem, method, ProblemConfiguration<REINFORCEConfiguration>())
    case .qLearning, .sarsa, .expectedSarsa, .doubleQLearning:
      try train(problem, method, ProblemConfiguration<TabularConfiguration>())
    }
  }

  /// Reads the preset, the file, the overrides and the options over one another, and trains.
  private func train<Agent>(
    _ problem: Problem, _ algorithm: Algorithm, _ defaults: ProblemConfiguration<Agent>
  ) throws {
    var configuration = defaults
    configuration.steps = problem.defaultSteps
    for file in [Preset.file(problem.name, algorithm), config].compactMap({ $0 }) {
      try configuration.apply(yaml: String(decoding: AtomicFile.read(file), as: UTF8.self), name: file)
    }
    for override in overrides { try configuration.apply(override: override) }
    if let steps { try configuration.apply(override: "steps=\(steps)") }
    if let seed { try configuration.apply(override: "seed=\(seed)") }
    if let seeds { try configuration.apply(override: "seeds=\(seeds)") }
    do {
      let report = try Runs.trainProblem(
        problem, algorithm: algorithm, configuration: configuration, folder: output,
        style: .standard(isQuiet: options.quiet), stop: StopRequest())
      options.show(report.json, text: report.text)
    } catch let stopped as StoppedEarly {
      standardError("\(stopped)\n")
      throw ExitCode(stopped.exitStatus)
    }
  }
}
