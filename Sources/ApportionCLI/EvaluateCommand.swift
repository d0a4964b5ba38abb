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
    help: "The market that is really played: strategies plan with the run's own, which is wrong about it.")
  var reality: String?

  @Option(
    help: """
      Of a market: clairvoyant, or penalized for a tighter bound, with the clairvoyant's figure beside it. What \
      foreknowledge costs is taken from 512 of the episodes, after a fit to 256 others: half a minute and more.
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

  @Option(
    help: """
      Where to keep what the policy saw and did, as CSV: of a market its consoles, histories that decide reads; of anything \
      else its decisions with their probabilities and rewards, for off-policy evaluation.
      """)
  var record: String?

  @Option(help: "With which probability what is recorded takes any choice instead of the best.")
  var exploration: Float = 0

  @Option(
    help: ArgumentHelp(
      "A log of real auctions to play instead: days are episodes, played by a campaign as it runs in life.",
      valueName: "log.csv"))
  var auctions: String?

  @Option(
    help:
      "The column of what an auction won is worth, as a predicted click rate (default: the log's conversions)."
  )
  var worth: String?

  @OptionGroup(title: "Log of auctions") var log: AuctionLogArguments

  @OptionGroup var options: OutputOptions

  func validate() throws {
    guard auctions != nil || (worth == nil && !log.isGiven) else {
      throw ValidationError("Columns, --price-unit and --worth are of a log: name it by --auctions.")
    }
    guard auctions == nil || (market == nil && posterior == nil && record == nil) else {
      throw ValidationError("--auctions plays a log in the run's own market, and records no consoles.")
    }
    guard (1...10_000_000).contains(episodes) else {
      throw ValidationError("--episodes takes a number from 1 to 10000000, not \(episodes).")
    }
    guard budget ?? 1 > 0 else { throw ValidationError("--budget takes a positive amount.") }
    guard (0...1).contains(exploration) else {
      throw ValidationError("--exploration takes a probability from 0 to 1.")
    }
    guard exploration == 0 || record != nil else {
      throw ValidationError("--exploration goes with --record.")
    }
  }

  func run() throws {
    let folder = try RunFolder(opening: runFolder)
    if let auctions {
      var columns = log.columns
      columns.worth = worth
      let evaluation = try evaluate(
        run: folder, onAuctions: auctions, columns: columns, priceUnit: log.priceUnit, budget: budget,
        style: .standard(isQuiet: options.quiet))
      if let output { try AtomicFile.write(document: evaluation, to: output) }
      return options.show(evaluation)
    }
    let overrides = [
      posterior.map { "posterior=\(JSONValue.string($0).text())" }, budget.map { "budget=\($0)" },
      bound.map { "bound=\($0.rawValue)" },
    ].compactMap { $0 }
    let problem = try judgedProblem(run: folder, on: market, reality: reality, overrides: overrides)
    let policy = try folder.readPolicy()
    let evaluation = try evaluate(policy, on: problem, episodes: episodes, seed: seed)
    if let record {
      let table = try problem.record(
        of: policy, exploration: exploration, episodes: episodes, seed: seed)
      try AtomicFile.write(table, to: record)
    }
    try AtomicFile.write(document: evaluation, to: output ?? folder.evaluation)
    options.show(evaluation)
  }
}

extension BudgetProblem.BoundKind: ExpressibleByArgument {}
