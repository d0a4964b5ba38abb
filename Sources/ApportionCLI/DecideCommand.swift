import Applications
import Apportion
import ArgumentParser
import Documents
import Runs

struct DecideCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "decide",
    abstract: "Says what to do next, from what has been seen so far: what to bid, what to ask, what to show.",
    discussion: """
      Tables are CSV, or a JSON array of objects. A budget campaign's history has a row per tick and channel: tick (from 0), \
      channel, bid (money per auction), wins, spend, clicks, conversions. With --start a column time takes the place of \
      tick. Ticks shorter than a day are equal lengths of elapsed time; ticks of days are days of the time zone, however \
      long its clocks make them.

      An auction campaign's has a row per auction: rate, won (1, 0, or empty where it is still to come), paid and, where the \
      campaign has them, creative, click, segment, visitor. A season's has a row per period and product: period (from 0), \
      product, price (empty: off sale), sales and, where there are any, cancellations. A visitor's is what he has seen: of a \
      shop, view; of long-term satisfaction, clickbait and engagement; of a feed, slate, topic and clicked; what may be shown \
      stands in --candidates. Of any other problem a row has its observation's columns.
      """)

  @Argument(help: ArgumentHelp("The run's folder, or that of a published version.", valueName: "run"))
  var runFolder: String

  @Option(help: "The table of what has been seen so far; none at the very beginning.")
  var history: String?

  @Option(help: "The table of what may be shown now, a row per candidate.")
  var candidates: String?

  @Option(help: "The group that a feed's visitor is of.")
  var segment: String?

  @Option(help: "With which probability a position shows any candidate, for logs to learn from.")
  var exploration: Float = 0

  @Option(help: "Decides what exploration draws.")
  var seed: UInt64 = 0

  @Option(help: "The money to spend in all (default: the description's).")
  var budget: Double?

  @Option(name: .customLong("pause"), help: "Leaves a channel off; may be repeated.")
  var paused: [String] = []

  @Option(help: "When tick 0 begins, as '2026-11-27 00:00': the history then has times.")
  var start: String?

  @Option(help: "How long a tick lasts: 30m, 2h, 1d.")
  var tickLength = "30m"

  @Option(help: "The time zone of the times, as Europe/Berlin.")
  var timeZone = "UTC"

  @Option(help: "Where the decision is kept as CSV.")
  var output: String?

  @OptionGroup var options: OutputOptions

  func validate() throws {
    guard CampaignCalendar.TickLength(tickLength) != nil else {
      throw ValidationError(
        "--tick-length takes minutes, hours or days, as 30m, 2h or 1d, not '\(tickLength)'.")
    }
    guard budget ?? 1 > 0 else { throw ValidationError("--budget takes a positive amount.") }
    guard (0...1).contains(exploration) else {
      throw ValidationError("--exploration takes a probability from 0 to 1.")
    }
  }

  func run() throws {
    var request = DecisionRequest()
    (request.history, request.candidates, request.segment) = (history, candidates, segment)
    (request.exploration, request.seed) = (exploration, seed)
    (request.budget, request.paused) = (budget, paused)
    (request.start, request.tickLength, request.timeZone) = (start, tickLength, timeZone)
    let (problem, policy) = try openPolicy(at: runFolder)
    let decision = try problem.decision(of: policy, on: request)
    if let output { try AtomicFile.write(decision.csv, to: output) }
    options.show(decision)
  }
}
