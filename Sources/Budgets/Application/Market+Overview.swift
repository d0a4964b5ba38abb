import Documents
import Foundation

extension Market {
  /// The market in a few lines: what it is, its budget, and a table of its channels.
  package var overview: String {
    var text = "\(name): \(summary)\n"
    text += "\(ticks) ticks, budget \(readable(budget)) \(currency)"
    if let tickCap { text += ", at most \(readable(tickCap)) a tick" }
    text += ", objective \(objective.rawValue)\n"
    text += "drift: persistence \(rate(drift.persistence)), price \(rate(drift.price)), "
    text += "volume \(rate(drift.volume)), response \(rate(drift.response))\n"
    text += "between episodes: price \(rate(randomization.price)), volume \(rate(randomization.volume)), "
    text += "response \(rate(randomization.response)), conversion \(rate(randomization.conversion))\n"
    text += "digest \(digest)\n\n"
    return text + channelTable.text
  }

  private var channelTable: TextTable {
    var table = TextTable([
      "channel", "kind", "levels", "lowest", "highest", "volume", "click rate", "conversion rate",
    ])
    for channel in channels {
      let rates: [String]
      switch channel.kind {
      case .auction(let auction):
        rates = [readable(auction.volume), rate(auction.clickRate), rate(auction.conversionRate)]
      case .response: rates = ["", "", ""]
      }
      let levels = channel.levels
      table.append(
        [
          channel.name, channel.kindName, "\(levels.count)", readable(levels.first ?? 0),
          readable(levels.last ?? 0),
        ] + rates)
    }
    return table
  }

  /// The market's outline as JSON.
  package var outline: JSONValue {
    [
      "name": .string(name), "summary": .string(summary), "currency": .string(currency),
      "ticks": JSONValue(ticks),
      "budget": JSONValue(budget), "tick_cap": tickCap.map { JSONValue($0) } ?? .null,
      "objective": .string(objective.rawValue), "digest": .string(digest),
      "channels": .array(
        channels.map { channel in
          [
            "name": .string(channel.name), "kind": .string(channel.kindName),
            "levels": .array(channel.levels.map { JSONValue($0) }),
          ]
        }),
    ]
  }

}

private func rate(_ number: Double) -> String { String(format: "%.4g", number) }

extension MediaChannel {
  fileprivate var kindName: String {
    switch kind {
    case .auction: "auction"
    case .response: "response"
    }
  }
}
