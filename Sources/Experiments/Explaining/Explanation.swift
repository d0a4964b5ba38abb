import Apportion
import Foundation

/// Why a policy plays as it does in a tick.
public struct Explanation: Sendable, Equatable {
  /// What one observation column adds to a margin.
  public struct Part: Sendable, Equatable {
    /// The column.
    public let column: String
    /// In raw reward units.
    public let value: Double
  }

  /// One channel's level.
  public struct Channel: Sendable, Equatable {
    /// The channel.
    public let name: String
    /// The bids or spends of its levels.
    public let levels: [Double]
    /// The level played.
    public let chosen: Int
    /// The level it is compared with.
    public let comparedWith: Int
    /// The policy's value of each level.
    public let values: [Double]
    /// What the simulator says of each: the mean expected objective of an episode with this level in the tick and the
    /// policy in all else.
    public let simulated: [Double]
    /// The mean expected objective of episodes in which the channel stays off.
    public let whenOff: Double
    /// By observation column: what it adds to the margin of the level played over the other one.
    public let parts: [Part]

    /// The margin's change from the mean observation to this one: the sum of all parts.
    public var margin: Double { parts.reduce(0) { $0 + $1.value } }
    /// The parts that weigh most.
    public var largestParts: [Part] { Array(parts.sorted { abs($0.value) > abs($1.value) }.prefix(5)) }
    /// The level that the simulator finds best.
    public var simulatedBest: Int { simulated.indices.max { simulated[$0] < simulated[$1] } ?? 0 }
  }

  /// The market.
  public let market: String
  /// The tick.
  public let tick: Int
  /// Over how many episodes the simulator's answers are averaged.
  public let episodes: Int
  /// The mean expected objective of the policy.
  public let expected: Double
  /// One channel after the other.
  public let channels: [Channel]

  /// One plain line about a channel.
  public func line(_ channel: Channel) -> String {
    let cost = expected == 0 ? 0 : 100 * (channel.whenOff / expected - 1)
    let deed =
      channel.chosen == 0
      ? "off"
      : "level \(channel.chosen) of \(channel.levels.count - 1) (\(number(channel.levels[channel.chosen])))"
    let reasons = channel.largestParts.prefix(2).filter { $0.value != 0 }.map {
      "\($0.column) (\($0.value > 0 ? "for" : "against"))"
    }
    let why =
      reasons.isEmpty
      ? "nothing seen so far moves it from its usual level"
      : "mostly by " + reasons.joined(separator: " and ")
    let simulator =
      channel.simulatedBest == channel.chosen
      ? "the simulator agrees" : "the simulator finds level \(channel.simulatedBest) best"
    return "\(channel.name): \(deed), \(why); \(simulator); without the channel the episode brings "
      + String(format: "%+.1f %%.", cost)
  }

  /// The explanation as JSON.
  public var json: JSONValue {
    [
      "market": .string(market), "tick": JSONValue(tick), "episodes": JSONValue(episodes),
      "expected": JSONValue(expected),
      "channels": .array(
        channels.map { channel in
          [
            "name": .string(channel.name), "chosen": JSONValue(channel.chosen),
            "compared_with": JSONValue(channel.comparedWith),
            "levels": .array(channel.levels.map { JSONValue($0) }),
            "q": .array(channel.values.map { JSONValue($0) }),
            "simulated": .array(channel.simulated.map { JSONValue($0) }),
            "when_off": JSONValue(channel.whenOff), "margin": JSONValue(channel.margin),
            "parts": .array(
              channel.largestParts.map { ["column": .string($0.column), "value": JSONValue($0.value)] }),
            "line": .string(line(channel)),
          ]
        }),
    ]
  }

  /// The explanation for people: a line per channel.
  public var text: String {
    "Tick \(tick) of \(market), \(episodes) episodes, expected objective \(number(expected)).\n\n"
      + channels.map { line($0) + "\n" }.joined()
  }

  private func number(_ value: Double) -> String { String(format: "%.4g", value) }
}
