import Apportion
import ArgumentParser
import Documents
import Runs

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Trains a policy for a market, or an algorithm on a classic problem.",
    discussion: """
      Ctrl-C stops cleanly: the policy learned so far is saved. Every key that `--set` takes stands, with what it \
      means, in the config.yaml of any run.

      With --algorithm, an algorithm is trained on a problem or market over several seeds, as in \
      `apportion train --env CartPole-v1 --algorithm ppo --seeds 10`.
      """)

  @Option(help: "A bundled market's name or a market file's path (default: nine-campaigns).")
  var market: String?

  @Option(
    help: "A table of plausible markets, as calibrate writes it, in every other one of which training plays.")
  var plausible: String?

  @Option(help: "A classic problem, or a market, to train an algorithm on: CartPole-v1, Taxi-v3, ….")
  var env: String?

  @Option(help: "The algorithm: \(Algorithm.allCases.map(\.rawValue).joined(separator: ", ")).")
  var algorithm: String?

  @Option(help: "With --algorithm, how many runs to train, each on a seed of its own.")
  var seeds: Int?

  @Option(help: "A YAML file of settings.")
  var config: String?

  @Option(
    name: .customLong("set"), help: "Overrides a setting, as in agent.learning_rate=1e-3; may be repeated.")
  var overrides: [String] = []

  @Option(
    help: "A run, or a policy file of ours, whose policy training goes on from; the network's sizes are its.")
  var from: String?

  @Option(parsing: .unconditional, help: "Environment steps, over all lanes.")
  var steps: Int?

  @Option(parsing: .unconditional, help: "The seed of everything random.")
  var seed: UInt64?

  @Option(help: "The run's folder (default: a new one under runs/).")
  var output: String?

  @OptionGroup var options: OutputOptions

  func validate() throws {
    guard env == nil || (market == nil && from == nil && plausible == nil) else {
      throw ValidationError("--env goes with neither --market nor --plausible nor --from.")
    }
    guard algorithm == nil || from == nil else {
      throw ValidationError("--algorithm starts anew: it does not go with --from.")
    }
    guard env != nil || algorithm != nil || seeds == nil else {
      throw ValidationError("--seeds goes with --algorithm.")
    }
  }

  func run() throws {
    if env != nil || algorithm != nil { return try trainProblem() }
    var configuration = try TrainingConfiguration(file: config, overrides: overrides)
    if let market { try configuration.apply(override: "market=\(JSONValue.string(market).text())") }
    if let plausible {
      try configuration.apply(override: "plausible=\(JSONValue.string(plausible).text())")
    }
    if let steps { try configuration.apply(override: "steps=\(steps)") }
    if let seed { try configuration.apply(override: "seed=\(seed)") }
    let initial = try from.map { try Policy(runOrFile: $0) }
    let stop = StopRequest()
    let report = try trainPolicy(
      configuration, from: initial, folder: output, style: .standard(isQuiet: options.quiet), stop: stop)
    options.show(report.json, text: report.text)
    if let status = report.exitStatus { throw ExitCode(status) }
  }
}
