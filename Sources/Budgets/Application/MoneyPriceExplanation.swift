import Applications
import Documents
import Foundation

/// Why a weakly coupled policy plays as it does in a tick: what money is worth, and what each channel makes of it.
struct MoneyPriceExplanation: Document, Equatable {
  /// One channel's level.
  struct Channel: Encodable, Equatable {
    /// The channel.
    let name: String
    /// Whether its levels are bids; otherwise they are money per tick.
    let bids: Bool
    /// The level played.
    let chosen: Int
    /// The bids or spends of its levels.
    let levels: [Double]
    /// The policy's value of each level: its gain less its priced cost.
    let q: [Double]
    /// What each level and all that follows are expected to spend, in money.
    let spendToGo: [Double]
    /// What its last unit of money brings; nil where no more money is spent than a level below.
    let lastBrings: Double?
    /// What its next unit of money would bring; nil where no more money would be spent.
    let nextBrings: Double?
    /// What the simulator says of each: the mean expected objective of an episode with this level in the tick and the
    /// policy in all else.
    let simulated: [Double]
    /// The mean expected objective of episodes in which the channel stays off.
    let whenOff: Double
    /// A few plain sentences.
    fileprivate(set) var line = ""

    init(
      name: String, bids: Bool, levels: [Double], chosen: Int, values: [Double], spends: [Double],
      moneyPrice: Double, simulated: [Double], whenOff: Double
    ) {
      self.name = name
      self.bids = bids
      self.levels = levels
      self.chosen = chosen
      q = values
      spendToGo = spends
      self.simulated = simulated
      self.whenOff = whenOff
      func gain(from level: Int, to other: Int) -> Double? {
        guard levels.indices.contains(level), levels.indices.contains(other) else { return nil }
        let money = spends[other] - spends[level]
        return money > 0 ? moneyPrice + (values[other] - values[level]) / money : nil
      }
      lastBrings = gain(from: chosen - 1, to: chosen)
      nextBrings = gain(from: chosen, to: chosen + 1)
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

  init(
    market: Market, tick: Int, episodes: Int, expected: Double, moneyPrice: Double, moneyLeft: Double,
    channels: [Channel]
  ) {
    self.market = market.name
    currency = market.currency
    outcome = market.objectiveUnit
    self.tick = tick
    self.episodes = episodes
    self.expected = expected
    self.moneyPrice = moneyPrice
    self.moneyLeft = moneyLeft
    let (unit, outcomes) = (Self.unit(market.currency), market.objectiveUnit)
    self.channels = channels.map { channel in
      var told = channel
      told.line = Self.line(channel, expected: expected, unit: unit, outcome: outcomes)
      return told
    }
  }

  private static func unit(_ currency: String) -> String { currency.isEmpty ? "unit of money" : currency }

  private static func line(_ channel: Channel, expected: Double, unit: String, outcome: String) -> String {
    let amount = channel.levels[channel.chosen]
    let deed =
      channel.chosen == 0 && amount == 0
      ? (channel.bids ? "do not bid" : "spend nothing")
      : (channel.bids ? "bid " : "spend ") + readable(amount)
    var sentences = ["\(channel.name): \(deed)"]
    if let last = channel.lastBrings {
      sentences.append("its last \(unit) brings \(readable(last)) \(outcome)")
    }
    if let next = channel.nextBrings {
      sentences.append("its next would bring \(readable(next)) \(outcome)")
    }
    let missed = expected == 0 ? 0 : channel.whenOff / expected - 1
    sentences.append(
      String(
        format: "without this channel the result would be %.1f %% %@", abs(missed) * 100,
        missed < 0 ? "lower" : "higher"))
    return sentences.joined(separator: "; ") + "."
  }

  var text: String {
    let unit = Self.unit(currency)
    var table = TextTable([
      "channel", "level", "bid or spend", "last brings", "next brings", "simulator's best",
    ])
    for channel in channels {
      let best = channel.simulated.indices.max { channel.simulated[$0] < channel.simulated[$1] } ?? 0
      table.append([
        channel.name, "\(channel.chosen)", readable(channel.levels[channel.chosen]),
        channel.lastBrings.map { readable($0) } ?? "–", channel.nextBrings.map { readable($0) } ?? "–",
        readable(channel.levels[best]),
      ])
    }
    return
      "Tick \(tick) of \(market): \(readable(moneyLeft)) \(currency) are left, and one more \(unit) is worth "
      + "\(readable(moneyPrice)) \(outcome).\nWhat a channel's last \(unit) brings should be about that, its next less; what is not "
      + "known well yet is bought beyond it, for what it teaches.\n\n" + table.text
      + "\n\(episodes) episodes, expected objective \(readable(expected)).\n"
  }
}
