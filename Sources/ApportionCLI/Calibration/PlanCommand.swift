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
      "Keeps a channel's spend in a range, as search=1e6..2e6, search=70%..130% or tv=5e5..; several together, as tv+radio=..2e6; without a name, every channel's."
  )
  var limits: [String] = []

  @Option(
    name: .customLong("tick-limit"), help: "Keeps a channel's spend in each tick in a range, as tv=..2e4.")
  var tickLimits: [String] = []

  @Option(
    name: .customLong("freeze"),
    help: "Leaves a channel at today's spend, tick by tick; tv=total leaves its total. May be repeated.")
  var frozen: [String] = []

  @Flag(help: "Passes over the limits that a table of curves brings along.")
  var unlimited = false

  @Option(help: "The least return on spend that the plan may have.")
  var targetRoas: Double?

  @Option(help: "The most money per conversion that the plan may take.")
  var targetCpa: Double?

  @Option(help: "The outcome to reach with the least money.")
  var targetOutcome: Double?

  @Option(help: "The number of ticks to plan (default: the market's).")
  var horizon: Int?

  @Option(help: "The day of the first tick, as 2024-02-29 (default: the one after the history).")
  var start: String?

  @Option(help: "The column of outcomes in a table of curves.")
  var outcome: String?

  @Flag(help: "Plans half to one and a half times the budget as well.")
  var whatIf = false

  @Option(help: "Where the plan is kept as CSV, a row per tick.")
  var output: String?

  @OptionGroup(title: "Reading a table of curves") var reading: TableArguments

  @OptionGroup var options: OutputOptions

  func validate() throws {
    for (name, value) in [
      ("--budget", budget), ("--cap", cap), ("--target-roas", targetRoas), ("--target-cpa", targetCpa),
      ("--target-outcome", targetOutcome),
    ] {
      guard let value else { continue }
      guard value > 0, value.isFinite else {
        throw ValidationError("\(name) takes a positive number, not \(value).")
      }
    }
    guard targetRoas == nil || targetCpa == nil else {
      throw ValidationError("Give --target-roas or --target-cpa, not both.")
    }
    guard horizon.map({ (1...10_000).contains($0) }) ?? true else {
      throw ValidationError("--horizon takes 1 to 10000 ticks, not \(horizon ?? 0).")
    }
    if let start, DateFormat.yearFirst.day(start) == nil {
      throw ValidationError("--start takes a day as 2024-02-29, not '\(start)'.")
    }
    for text in limits where PlanLimit(text) == nil {
      throw ValidationError("--limit takes NAME=LOW..HIGH in money or in percent of today, not '\(text)'.")
    }
    for text in tickLimits where PlanLimit(text)?.tickRange == nil {
      throw ValidationError("--tick-limit takes NAME=LOW..HIGH in money, not '\(text)'.")
    }
    for (option, names) in [
      ("--limit", limits.map { PlanLimit($0)?.channel ?? "" }),
      ("--tick-limit", tickLimits.map { PlanLimit($0)?.channel ?? "" }),
      ("--freeze", frozen.map(Self.frozenName)),
    ] {
      var seen: Set<String> = []
      for name in names where !seen.insert(name).inserted {
        throw ValidationError("\(option) is given twice for \(name.isEmpty ? "all channels" : name).")
      }
    }
  }

  private static func frozenName(_ text: String) -> String {
    text.hasSuffix("=total") ? String(text.dropLast(6)) : text
  }

  func run() throws {
    var request = PlanRequest(source: source)
    request.constraints.budget = budget
    request.constraints.tickCap = cap
    request.constraints.target = targetRoas.map { .returnOnSpend($0) } ?? targetCpa.map { .costPerAction($0) }
    request.constraints.targetOutcome = targetOutcome
    request.horizon = horizon
    request.start = start.flatMap(DateFormat.yearFirst.day)
    for limit in limits.compactMap(PlanLimit.init) {
      if let name = limit.channel {
        request.limits.append((name, limit.limit))
      } else {
        request.limitOfAll = limit.limit
      }
    }
    for limit in tickLimits.compactMap(PlanLimit.init) {
      if let name = limit.channel, let range = limit.tickRange {
        request.constraints.tickLimits[name] = range
      }
    }
    for text in frozen {
      let name = Self.frozenName(text)
      if name == text {
        request.constraints.frozen.insert(name)
      } else {
        request.limits.append((name, .shareOfCurrent(1...1)))
      }
    }
    request.usesTableLimits = !unlimited
    request.outcomeColumn = outcome
    request.reading = reading.reading
    request.currency = reading.currency
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

  /// Reads `NAME=LOW..HIGH`, of which one end may be left out; nil where the text is none.
  init?(_ text: String) {
    let name = text.lastIndex(of: "=")
    channel = name.map { String(text[..<$0]) }
    let range = name.map { text[text.index(after: $0)...] } ?? text[...]
    guard let dots = range.firstRange(of: "..") else { return nil }
    let ends = [range[..<dots.lowerBound], range[dots.upperBound...]]
    let given = ends.filter { !$0.isEmpty }
    let inPercent = given.contains { $0.hasSuffix("%") }
    guard !given.isEmpty, given.allSatisfy({ $0.hasSuffix("%") == inPercent }) else { return nil }
    let numbers = zip(ends, [0, Double.infinity]).map { end, open in
      end.isEmpty ? open : Double(inPercent ? end.dropLast() : end).flatMap { $0.isFinite ? $0 : nil } ?? .nan
    }
    guard numbers[0] >= 0, numbers[0] <= numbers[1] else { return nil }
    limit = inPercent ? .shareOfCurrent(numbers[0] / 100...numbers[1] / 100) : .money(numbers[0]...numbers[1])
  }

  /// The limits of a tick of a named channel; nil where these are no money of one.
  var tickRange: ClosedRange<Double>? {
    guard channel != nil, case .money(let range) = limit else { return nil }
    return range
  }
}
