import Documents
import Foundation

/// What is known of channels from elsewhere: returns, how long money works, and lift tests.
public struct Knowledge: Sendable, Equatable {
  /// What is known of one channel.
  public struct Channel: Sendable, Equatable {
    /// Outcome per unit of money over the history, and its standard deviation.
    public var expectedReturn: (mean: Double, deviation: Double)?
    /// The share of money's effect that is kept per tick.
    public var carryOver: ClosedRange<Double>?

    /// Gathers what is known.
    public init(
      expectedReturn: (mean: Double, deviation: Double)? = nil, carryOver: ClosedRange<Double>? = nil
    ) {
      self.expectedReturn = expectedReturn
      self.carryOver = carryOver
    }

    /// Equal in every part.
    public static func == (a: Channel, b: Channel) -> Bool {
      a.expectedReturn?.mean == b.expectedReturn?.mean
        && a.expectedReturn?.deviation == b.expectedReturn?.deviation
        && a.carryOver == b.carryOver
    }
  }

  /// A test in which a channel's spend was changed.
  public struct Experiment: Sendable, Equatable {
    /// The channel.
    public let channel: String
    /// The first and the last day of the change.
    public let days: ClosedRange<CalendarDay>
    /// The money by which the history's spend differs from what it would have been; below 0 where it was cut.
    public let spendChange: Double
    /// What that changed of the outcome, carry-over included, and its standard error.
    public let outcomeChange: Double
    /// The standard error of the change of the outcome.
    public let deviation: Double
  }

  /// By name.
  public var channels: [String: Channel] = [:]
  /// In the order of the file.
  public var experiments: [Experiment] = []

  /// The channels whose returns were measured elsewhere.
  var measuredChannels: Set<String> {
    Set(channels.filter { $0.value.expectedReturn != nil }.map(\.key) + experiments.map(\.channel))
  }

  /// Knows nothing.
  public init() {}

  /// Reads a file of YAML: `channels: {NAME: {return: 95, deviation: 14, carry_over: [0.2, 0.6]}}` and
  /// `experiments: [{channel: NAME, from: 2024-03-04, to: 2024-03-31, spend_change: 12000, outcome_change: 110000, deviation: 20000}]`.
  ///
  /// - Throws: `InputError` at the line of the first mistake.
  public init(contentsOf path: String) throws(InputError) {
    let source = YAMLSource(file: path, directory: URL(filePath: path).deletingLastPathComponent().path())
    let root = try source.compose(try readText(path))
    let fields = try root.mapping(["channels", "experiments"])
    if let named = fields["channels"] {
      for (name, field) in try named.named() { channels[name] = try Self.channel(field) }
    }
    for field in try fields["experiments"]?.items() ?? [] { experiments.append(try Self.experiment(field)) }
  }

  private static func channel(_ field: YAMLField) throws(InputError) -> Channel {
    let fields = try field.mapping(["return", "deviation", "carry_over"])
    var channel = Channel()
    if let expected = fields["return"] {
      let deviation = try fields.required("deviation")
      guard try deviation.number() > 0 else {
        throw deviation.error(.invalid, "is not above 0", "give a standard deviation")
      }
      channel.expectedReturn = (try expected.number(), try deviation.number())
    }
    if let range = fields["carry_over"] {
      let ends = try range.numbers()
      guard ends.count == 2, ends[0] >= 0, ends[0] <= ends[1], ends[1] < 1 else {
        throw range.error(
          .invalid, "is no range of shares", "give two shares from 0 to below 1, as [0.2, 0.6]")
      }
      channel.carryOver = ends[0]...ends[1]
    }
    return channel
  }

  private static func experiment(_ field: YAMLField) throws(InputError) -> Experiment {
    let fields = try field.mapping(["channel", "from", "to", "spend_change", "outcome_change", "deviation"])
    func day(_ name: String) throws(InputError) -> CalendarDay {
      let field = try fields.required(name)
      guard let day = DateFormat.yearFirst.day(try field.text()) else {
        throw field.error(.invalid, "is '\(try field.text())', no day", "write it as 2024-02-29")
      }
      return day
    }
    let (first, last) = (try day("from"), try day("to"))
    guard first <= last else { throw field.error(.invalid, "ends before it begins", "swap from and to") }
    let change = try fields.required("spend_change")
    guard try change.number() != 0 else {
      throw change.error(.invalid, "is 0", "give the money that was added or cut")
    }
    let deviation = try fields.required("deviation")
    guard try deviation.number() > 0 else {
      throw deviation.error(.invalid, "is not above 0", "give a standard error")
    }
    return Experiment(
      channel: try fields.required("channel").text(), days: first...last, spendChange: try change.number(),
      outcomeChange: try fields.required("outcome_change").number(), deviation: try deviation.number())
  }
}
