import Apportion
import ArgumentParser
import Runs

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Trains a policy on a market or another problem.",
    discussion: """
      Ctrl-C stops cleanly: the policy learned so far is saved. Every key that `--set` takes stands, with what it \
      means, in the config.yaml of any run. Several seeds train side by side and leave learning curves, as in \
      `apportion train --env CartPole-v1 --algorithm ppo --seeds 10`.
      """)

  @Option(help: "A market's name, as `markets` lists them, or its file's path (default: nine-campaigns).")
  var market: String?

  @Option(help: "Any other problem's name or file; the same as --market.")
  var env: String?

  @Option(
    help: "How it is learned, as dqn, ppo, a2c, reinforce or q-learning (default: what suits the problem).")
  var algorithm: String?

  @Option(
    name: [.customLong("posterior"), .customLong("plausible")],
    help:
      "A market's table of posterior draws, as calibrate writes it, in every other one of which training plays."
  )
  var posterior: String?

  @Option(help: "How many seeds to train, each on its own.")
  var seeds: Int?

  @Option(help: "A YAML file of settings.")
  var config: String?

  @Option(
    name: .customLong("set"), help: "Overrides a setting, as in agent.learning_rate=1e-3; may be repeated.")
  var overrides: [String] = []

  @Option(
    help: "A run, or a policy file of ours, whose policy training goes on from; the network's sizes are its.")
  var from: String?

  @Option(parsing: .unconditional, help: "Environment steps of each seed, over all lanes, as 800000 or 2e6.")
  var steps: String?

  @Option(parsing: .unconditional, help: "The first seed; the next one's is one more.")
  var seed: UInt64?

  @Option(help: "The run's folder (default: a new one under runs/).")
  var output: String?

  @OptionGroup var options: OutputOptions

  func validate() throws {
    guard market == nil || env == nil else {
      throw ValidationError("--market and --env both name the problem: give one of them.")
    }
  }

  func run() throws {
    let asked: [(key: String, value: String?)] = [
      ("posterior", posterior.map { JSONValue.string($0).text() }), ("steps", steps),
      ("seed", seed.map { "\($0)" }), ("seeds", seeds.map(String.init)),
    ]
    let request = TrainingRequest(
      problem: market ?? env, algorithm: algorithm, file: config,
      overrides: overrides + asked.compactMap { key, value in value.map { "\(key)=\($0)" } })
    let initial = try from.map { try TrainedPolicy(runOrFile: $0) }
    let report = try Runs.train(
      request, from: initial, folder: output, style: .standard(isQuiet: options.quiet), stop: StopRequest())
    options.show(report)
    if let status = report.exitStatus { throw ExitCode(status) }
  }
}
