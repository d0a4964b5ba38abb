import Apportion
import ArgumentParser
import Documents
import Reports

struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Splits a budget over channels, and over ticks, with a certified gap to the best split.",
    discussion: """
      Reads a market of response channels, or a CSV table of response curves (channel, spend, outcome), such as \
      Meridian writes. Limits are money over the whole plan, or shares of today's spend: 70%..130%.
      """)

  @Argument(help: "A market's name or file, or a table of response curves (.csv).")
  var source: String

  @Option(help: "The money to spend (default: the market's budget, or what is spent today).")
  var budget: Double?

  @Option(help: "The money that one tick may spend.")
  var cap: Double?

  @Option(
    name: .customLong("limit"),
    help:
      "Keeps a channel's spend in a range, as search=1e6..2e6 or search=70%..130%; without a name, every channel's."
  )
  var limits: [String] = []

  @Option(name: .customLong("freeze"), help: "Leaves a channel at today's spend; may be repeated.")
  var frozen: [String] = []

  @Flag(help: "Passes over the limits that a table of curves brings along.")
  var unlimited = false

  @Option(help: "The least return on spend that the plan may have.")
  var targetRoas: Double?

  @Option(help: "The most money per conversion that the plan may take.")
  var targetCpa: Double?

  @Option(help: "The column of outcomes in a table of curves.")
  var outcome: String?

  @Flag(help: "Plans half to one and a half times the budget as well.")
  var whatIf = false

  @Option(help: "Where the plan is kept as CSV, a row per tick.")
  var output: String?

  @OptionGroup var options: OutputOptions

  func validate() throws {
    for (name, value) in [
      ("--budget", budget), ("--cap", cap), ("--target-roas", targetRoas), ("--target-cpa", targetCpa),
    ] {
      guard let value else { continue }
      guard value > 0, value.isFinite else {
        throw ValidationError("\(name) takes a positive number, not \(value).")
      }
    }
    guard targetRoas == nil || targetCpa == nil else {
      throw ValidationError("Give --target-roas or --target-cpa, not both.")
    }
    for text in limits where PlanLimit(text) == nil {
      throw ValidationError("--limit takes NAME=LOW..HIGH in money or in percent of today, not '\(text)'.")
    }
  }

  func run() throws {
    var request = PlanRequest(source: source)
    request.constraints.budget = budget
    request.constraints.tickCap = cap
    request.constraints.target = targetRoas.map { .returnOnSpend($0) } ?? targetCpa.map { .costPerAction($0) }
    for limit in limits.compactMap(PlanLimit.init) {
      if let name = limit.channel {
        request.constraints.limits[name] = limit.limit
      } else {
        request.limitOfAll = limit.limit
      }
    }
    for name in frozen { request.constraints.limits[name] = .shareOfCurrent(1...1) }
    request.usesTableLimits = !unlimited
    request.outcomeColumn = outcome
    request.asksWhatIf = whatIf
    let report = try planSpend(request)
    if let output { try AtomicFile.write(report.schedule, to: output) }
    options.show(report.json, text: report.text)
  }
}

/// One `--limit`.
struct PlanLimit {
  let channel: String?
  let limit: PlanConstraints.Limit

  /// Reads `NAME=LOW..HIGH`; nil where the text is none.
  init?(_ text: String) {
    let name = text.lastIndex(of: "=")
    channel = name.map { String(text[..<$0]) }
    let range = name.map { text[text.index(after: $0)...] } ?? text[...]
    guard let dots = range.firstRange(of: "..") else { return nil }
    let ends = [range[..<dots.lowerBound], range[dots.upperBound...]]
    let inPercent = ends.allSatisfy { $0.hasSuffix("%") }
    let numbers = ends.compactMap { Double(inPercent ? $0.dropLast() : $0) }
    guard numbers.count == 2, numbers[0] >= 0, numbers[0] <= numbers[1], numbers[1].isFinite else {
      return nil
    }
    limit = inPercent ? .shareOfCurrent(numbers[0] / 100...numbers[1] / 100) : .money(numbers[0]...numbers[1])
  }
}
