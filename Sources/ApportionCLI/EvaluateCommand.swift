import Apportion
import ArgumentParser
import Documents
import Runs

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Plays a run's policy on held-out episodes beside all baselines and the bound or optimum.")

  @Argument(help: ArgumentHelp("The run's folder, or one of its checkpoints.", valueName: "run"))
  var runFolder: String

  @Option(parsing: .unconditional, help: "The number of episodes.")
  var episodes = 1000

  @Option(help: "Decides the held-out episodes, which never meet those of a training run.")
  var seed: UInt64 = 0

  @Option(help: "Another market to play (default: the run's own).")
  var market: String?

  @Option(help: "The money to spend (default: the market's budget); weakly coupled policies play any.")
  var budget: Double?

  @Option(
    help: """
      Of a market: clairvoyant, or penalized for a tighter bound, with the clairvoyant's figure beside it; it takes three \
      times as long.
      """)
  var bound: BudgetProblem.BoundKind?

  @Option(
    name: [.customLong("posterior"), .customLong("plausible")],
    help: """
      A table of posterior draws to play, as calibrate writes it; strategies plan with the market. A run that was trained \
      on such plays those that its training kept out.
      """)
  var posterior: String?

  @Option(help: "Where the result is kept as JSON (default: evaluation.json in the run's folder).")
  var output: String?

  @Option(help: "Where to keep what the policy's consoles showed, as CSV: histories that decide reads.")
  var record: String?

  @OptionGroup var options: OutputOptions

  func validate() throws {
    guard (1...10_000_000).contains(episodes) else {
      throw ValidationError("--episodes takes a number from 1 to 10000000, not \(episodes).")
    }
    guard budget ?? 1 > 0 else { throw ValidationError("--budget takes a positive amount.") }
  }

  func run() throws {
    let folder = try RunFolder(opening: runFolder)
    let evaluation = try evaluate(
      run: folder, on: market,
      overrides: [
        posterior.map { "posterior=\(JSONValue.string($0).text())" }, budget.map { "budget=\($0)" },
        bound.map { "bound=\($0.rawValue)" },
      ].compactMap { $0 },
      episodes: episodes, seed: seed)
    if let record { try recordConsoles(run: folder, episodes: episodes, seed: seed, to: record) }
    try AtomicFile.write(evaluation.json.text(indented: true) + "\n", to: output ?? folder.evaluation)
    options.show(evaluation.json, text: evaluation.text)
  }
}

extension BudgetProblem.BoundKind: ExpressibleByArgument {}
