import Applications
import Documents
import Foundation

/// Why a policy plays as it does in a tick.
package struct BudgetExplanation: Document, Equatable {
  /// What all columns about one thing add to a margin.
  package struct Reason: Encodable, Sendable, Equatable {
    /// What they are about, in plain words.
    package let about: String
    /// In raw reward units.
    package var value: Double
  }

  /// One channel's level.
  package struct Channel: Encodable, Sendable, Equatable {
    /// The channel.
    package let name: String
    /// Whether its levels are bids; otherwise they are money per tick.
    package let bids: Bool
    /// The level played.
    package let chosen: Int
    /// The level it is compared with.
    package let comparedWith: Int
    /// The bids or spends of its levels.
    package let levels: [Double]
    /// The policy's value of each level.
    package let q: [Double]
    /// What the simulator says of each: the mean expected objective of an episode with this level in the tick and the
    /// policy in all else.
    package let simulated: [Double]
    /// The mean expected objective of episodes in which the channel stays off.
    package let whenOff: Double
    /// The change, from the mean observation to this one, of the margin of the level played over the other one.
    package let margin: Double
    /// What makes up the margin, summed up by what it is about, the largest first.
    package let reasons: [Reason]
    /// The columns that add most to the margin.
    package let parts: [ChoiceExplanation.Part]
    /// A few plain sentences.
    fileprivate(set) package var line = ""

    /// Sums up what every column adds to the margin.
    init(
      name: String, bids: Bool, levels: [Double], chosen: Int, comparedWith: Int, values: [Double],
      simulated: [Double], whenOff: Double, parts: [ChoiceExplanation.Part]
    ) {
      self.name = name
      self.bids = bids
      self.levels = levels
      self.chosen = chosen
      self.comparedWith = comparedWith
      q = values
      self.simulated = simulated
      self.whenOff = whenOff
      margin = parts.reduce(0) { $0 + $1.value }
      self.parts = Array(parts.sorted { abs($0.value) > abs($1.value) }.prefix(5))
      var reasons: [Reason] = []
      for part in parts where part.value != 0 {
        let about = subject(of: part.column, channel: name)
        if let place = reasons.firstIndex(where: { $0.about == about }) {
          reasons[place].value += part.value
        } else {
          reasons.append(Reason(about: about, value: part.value))
        }
      }
      self.reasons = reasons.sorted { abs($0.value) > abs($1.value) }
    }

    /// The level that the simulator finds best.
    fileprivate var simulatedBest: Int { simulated.indices.max { simulated[$0] < simulated[$1] } ?? 0 }
  }

  package let market: String
  /// The currency of its money; empty where it is not known.
  package let currency: String
  package let tick: Int
  /// Over how many episodes the simulator's answers are averaged.
  package let episodes: Int
  /// The mean expected objective of the policy.
  package let expected: Double
  /// One channel after the other.
  package private(set) var channels: [Channel]

  init(
    market: String, currency: String, tick: Int, episodes: Int, expected: Double, channels: [Channel]
  ) {
    self.market = market
    self.currency = currency
    self.tick = tick
    self.episodes = episodes
    self.expected = expected
    self.channels = channels
    for (index, channel) in channels.enumerated() { self.channels[index].line = line(channel) }
  }

  private func line(_ channel: Channel) -> String {
    var sentences = ["\(channel.name): \(deed(channel, channel.chosen))\(why(channel))"]
    let simulated = channel.simulated
    let (best, lead) = (channel.simulatedBest, (simulated.max() ?? 0) - simulated[channel.chosen])
    if best == channel.chosen {
      sentences.append("the simulator agrees")
    } else if lead < 0.0005 * abs(expected) {
      sentences.append("by the simulator no other choice is worth 0.05 % more")
    } else {
      sentences.append(
        "the simulator would rather \(deed(channel, best)): \(percent(lead / expected)) more in all")
    }
    let missed = expected == 0 ? 0 : channel.whenOff / expected - 1
    sentences.append(
      abs(missed) < 0.0005
        ? "without this channel the result would be the same"
        : "without this channel the result would be \(percent(abs(missed))) \(missed < 0 ? "lower" : "higher")"
    )
    return sentences.joined(separator: "; ") + "."
  }

  private func deed(_ channel: Channel, _ level: Int) -> String {
    let amount = channel.levels[level]
    if level == 0, amount == 0 { return channel.bids ? "do not bid" : "spend nothing" }
    let rank =
      level == channel.levels.count - 1 ? "the most it may" : "level \(level) of \(channel.levels.count - 1)"
    return channel.bids
      ? "bid \(readable(amount)) (\(rank))" : "spend \(readable(amount)) \(currency) (\(rank))"
  }

  private func why(_ channel: Channel) -> String {
    let reasons = channel.reasons
    guard let first = reasons.first else { return ", as ever: nothing seen so far bears on it" }
    var text = first.value > 0 ? ", because of \(first.about)" : ", in spite of \(first.about)"
    if reasons.count > 1, abs(reasons[1].value) > 0.1 * abs(first.value) {
      let second = reasons[1]
      let joint =
        (second.value > 0) == (first.value > 0)
        ? " and " : second.value > 0 ? ", because of " : ", in spite of "
      text += joint + second.about
    }
    return text
  }

  private func percent(_ share: Double) -> String { String(format: "%.1f %%", 100 * share) }

  /// The explanation for people: a line per channel.
  package var text: String {
    "Tick \(tick) of \(market), \(episodes) episodes, expected objective \(readable(expected)).\n\n"
      + channels.map { $0.line + "\n" }.joined()
  }
}

/// What an observation column is about, in plain words.
private func subject(of column: String, channel: String) -> String {
  let words = column.split(separator: "/", maxSplits: 1).map(String.init)
  guard words.count == 2 else {
    switch column {
    case "time", "season", "traffic_left": return "the time of the season"
    case "money_price": return "what money is worth elsewhere"
    default: return "the money left"
    }
  }
  if column == "plan/value" { return "what the plan expects in all" }
  // plan/NAME/level_N, or NAME/WHAT; names may hold slashes themselves.
  let isPlan = words[0] == "plan" && words[1].contains("/level_")
  let end = (isPlan ? words[1] : column).range(of: "/", options: .backwards)
  let owner = end.map { String((isPlan ? words[1] : column)[..<$0.lowerBound]) } ?? words[0]
  let what = end.map { String((isPlan ? words[1] : column)[$0.upperBound...]) } ?? words[1]
  guard owner == channel else { return "the other channels" }
  if isPlan { return "what the plan expects of it" }
  switch what {
  case "carry_over": return "what earlier money still does"
  case "planned_level", "planned_spend": return "what the plan expects of it"
  case "level", "wins", "volume", "volume_deviation", "price", "price_deviation", "price_paid", "wins_ratio",
    "price_ratio":
    return "its prices and volumes so far"
  default: return "how people have responded to it so far"
  }
}
