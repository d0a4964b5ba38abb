import Apportion
import ArgumentParser
import Documents
import Runs

struct DecideCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "decide",
    abstract: "Says what to bid next, from what a campaign's console has shown so far.",
    discussion: """
      The history is a CSV table with a row per tick and channel: tick (from 0), channel, bid (money per auction), wins, \
      spend, clicks, conversions. With --start a column time takes the place of tick. Ticks shorter than a day are equal \
      lengths of elapsed time; ticks of days are days of the time zone, however long its clocks make them.
      """)

  @Argument(help: ArgumentHelp("The run's folder, or that of a published version.", valueName: "run"))
  var runFolder: String

  @Option(help: "The table of what the console has shown; none before the first tick.")
  var history: String?

  @Option(help: "The money to spend in all ticks together (default: the market's budget).")
  var budget: Double?

  @Option(name: .customLong("pause"), help: "Leaves a channel off; may be repeated.")
  var paused: [String] = []

  @Option(help: "When tick 0 begins, as '2026-11-27 00:00': the history then has times.")
  var start: String?

  @Option(help: "How long a tick lasts: 30m, 2h, 1d.")
  var tickLength = "30m"

  @Option(help: "The time zone of the times, as Europe/Berlin.")
  var timeZone = "UTC"

  @Option(help: "Where the bids are kept as CSV.")
  var output: String?

  @OptionGroup var options: OutputOptions

  func validate() throws {
    guard CampaignCalendar.TickLength(tickLength) != nil else {
      throw ValidationError(
        "--tick-length takes minutes, hours or days, as 30m, 2h or 1d, not '\(tickLength)'.")
    }
    guard budget ?? 1 > 0 else { throw ValidationError("--budget takes a positive amount.") }
  }

  func run() throws {
    let length = CampaignCalendar.TickLength(tickLength) ?? .seconds(1800)
    let calendar = try start.map { start throws(InputError) in
      try CampaignCalendar(start: start, length: length, zone: timeZone)
    }
    let report = try CampaignReport(
      runFolder, history: history, budget: budget, calendar: calendar, paused: paused)
    if let output { try AtomicFile.write(report.csv, to: output) }
    options.show(report.json, text: report.text)
  }
}
