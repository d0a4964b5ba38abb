import Apportion
import ArgumentParser

/// Which columns of a history are what, and which of its ticks count.
struct HistoryArguments: ParsableArguments {
  @Option(help: "The column of dates (default: the first that holds dates).")
  var date: String?

  @Option(help: "Patterns of the columns of prices, holidays and events.")
  var controls: [String] = []

  @Option(help: "Patterns of columns that work as media do but cost no money: newsletters, events.")
  var organic: [String] = []

  @Option(
    help: ArgumentHelp(
      "What a channel's audience saw, as tv=tv_grp: it drives the response, money is what is planned.",
      valueName: "channel=column"))
  var exposure: [String] = []

  @Option(help: "The column of regions, which are fitted together.")
  var panel: String?

  @Option(help: "What missing rows mean: zero, skip (their outcomes are not known) or interpolate.")
  var missing: MediaColumns.MissingRows?

  @Option(
    help: ArgumentHelp(
      "Days whose outcomes are not to be explained, as 2020-03-01..2020-06-30; may be repeated.",
      valueName: "from..to"))
  var exclude: [String] = []

  func validate() throws {
    for text in exclude where Self.days(text) == nil {
      throw ValidationError("--exclude takes days as 2020-03-01..2020-06-30, not '\(text)'.")
    }
    var seen: Set<String> = []
    for text in exposure.flatMap(Self.parts) {
      let sides = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard sides.count == 2, !sides[0].isEmpty, !sides[1].isEmpty else {
        throw ValidationError("--exposure takes CHANNEL=COLUMN, not '\(text)'.")
      }
      guard seen.insert(String(sides[0])).inserted else {
        throw ValidationError("--exposure names \(sides[0]) twice.")
      }
    }
  }

  func columns(outcome: String, spends: [String], currency: String?) -> MediaColumns {
    var columns = MediaColumns(
      outcome: outcome, spends: spends.flatMap(Self.parts), date: date, controls: controls.flatMap(Self.parts)
    )
    columns.organic = organic.flatMap(Self.parts)
    for text in exposure.flatMap(Self.parts) {
      let sides = text.split(separator: "=", maxSplits: 1).map(String.init)
      columns.exposures[sides[0]] = sides[1]
    }
    columns.panel = panel
    columns.missing = missing
    columns.excluded = exclude.compactMap(Self.days)
    columns.currency = currency
    return columns
  }

  /// The parts of a text between commas.
  static func parts(_ text: String) -> [String] {
    text.split(separator: ",").map { String($0.drop { $0 == " " }) }
  }

  /// Two days with dots between, or one; nil where the text is neither.
  private static func days(_ text: String) -> ClosedRange<CalendarDay>? {
    let ends = text.components(separatedBy: "..").map(DateFormat.yearFirst.day)
    guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1], first <= last
    else {
      return nil
    }
    return first...last
  }
}

extension MediaColumns.MissingRows: ExpressibleByArgument {}

extension String {
  fileprivate func components(separatedBy separator: String) -> [String] {
    guard let range = firstRange(of: separator) else { return [self] }
    return [String(self[..<range.lowerBound]), String(self[range.upperBound...])]
  }
}
