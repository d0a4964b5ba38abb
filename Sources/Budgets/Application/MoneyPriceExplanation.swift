import Applications
import Documents
import Foundation

/// Why a weakly coupled policy plays as it does in a tick: what money is worth, and what each channel makes of it.
struct MoneyPriceExplanation: Document, Equatable {
  /// One channel's level.
  struct Channel: Sendable, Equatable {
    /// The channel.
    let name: String
    /// Whether its levels are bids; otherwise they are money per tick.
    let bids: Bool
    /// The bids or spends of its levels.
    let levels: [Double]
    /// The level played.
    let chosen: Int
    /// The policy's value of each level: its gain less its priced cost.
    let values: [Double]
    /// What each level and all that follows are expected to spend, in money.
    let spends: [Double]
    /// What the simulator says of each: the mean expected objective of an episode with this level in the tick and the
    /// policy in all else.
    let simulated: [Double]
    /// The mean expected objective of episodes in which the channel stays off.
    let whenOff: Double

    /// What the step from a level to another brings per unit of money; nil where no more money is spent.
    func gain(from level: Int, to other: Int, price: Double) -> Double? {
      guard levels.indices.contains(level), levels.indices.contains(other) else { return nil }
      let money = spends[other] - spends[level]
      return money > 0 ? price + (values[other] - values[level]) / money : nil
    }
  }

  let market: String
  /// The currency of its money; empty where it is not known.
  let currency: String
  /// What its objective is counted in.
  let outcome: String
  let tick: Int
  /// Over how many episodes the simulator's answers are averaged.
  let episodes: Int
  /// The mean expected objective of the policy.
  let expected: Double
  /// What one more unit of money is worth, in the objective.
  let moneyPrice: Double
  let moneyLeft: Double
  /// One channel after the other.
  let channels: [Channel]

  private var unit: String { currency.isEmpty ? "unit of money" : currency }

  private func last(_ channel: Channel) -> Double? {
    channel.gain(from: channel.chosen - 1, to: channel.chosen, price: moneyPrice)
  }

  private func next(_ channel: Channel) -> Double? {
    channel.gain(from: channel.chosen, to: channel.chosen + 1, price: moneyPrice)
  }

  /// A few plain sentences about a channel.
  func line(_ channel: Channel) -> String {
    let amount = channel.levels[channel.chosen]
    let deed =
      channel.chosen == 0 && amount == 0
      ? (channel.bids ? "do not bid" : "spend nothing")
      : (channel.bids ? "bid " : "spend ") + readable(amount)
    var sentences = ["\(channel.name): \(deed)"]
    if let last = last(channel) { sentences.append("its last \(unit) brings \(readable(last)) \(outcome)") }
    if let next = next(channel) { sentences.append("its next would bring \(readable(next)) \(outcome)") }
    let missed = expected == 0 ? 0 : channel.whenOff / expected - 1
    sentences.append(
      String(
        format: "without this channel the result would be %.1f %% %@", abs(missed) * 100,
        missed < 0 ? "lower" : "higher"))
    return sentences.joined(separator: "; ") + "."
  }

  var text: String {
    var table = TextTable([
      "channel", "level", "bid or spend", "last brings", "next brings", "simulator's best",
    ])
    for channel in channels {
      let best = channel.simulated.indices.max { channel.simulated[$0] < channel.simulated[$1] } ?? 0
      table.append([
        channel.name, "\(channel.chosen)", readable(channel.levels[channel.chosen]),
        last(channel).map { readable($0) } ?? "–", next(channel).map { readable($0) } ?? "–",
        readable(channel.levels[best]),
      ])
    }
    return
      "Tick \(tick) of \(market): \(readable(moneyLeft)) \(currency) are left, and one more \(unit) is worth "
      + "\(readable(moneyPrice)) \(outcome).\nWhat a channel's last \(unit) brings should be about that, its next less; what is not "
      + "known well yet is bought beyond it, for what it teaches.\n\n" + table.text
      + "\n\(episodes) episodes, expected objective \(readable(expected)).\n"
  }

  var json: JSONValue {
    func number(_ value: Double?) -> JSONValue { value.map { JSONValue($0) } ?? .null }
    return [
      "market": .string(market), "tick": JSONValue(tick), "episodes": JSONValue(episodes),
      "expected": JSONValue(expected), "money_price": JSONValue(moneyPrice),
      "money_left": JSONValue(moneyLeft),
      "channels": .array(
        channels.map { channel in
          [
            "name": .string(channel.name), "chosen": JSONValue(channel.chosen),
            "levels": .array(channel.levels.map { JSONValue($0) }),
            "q": .array(channel.values.map { JSONValue($0) }),
            "spend_to_go": .array(channel.spends.map { JSONValue($0) }),
            "last_brings": number(last(channel)), "next_brings": number(next(channel)),
            "simulated": .array(channel.simulated.map { JSONValue($0) }),
            "when_off": JSONValue(channel.whenOff), "line": .string(line(channel)),
          ]
        }),
    ]
  }
}
