import Foundation
import Markets
import ModelFormats

extension Market {
  /// The market in a few lines: what it is, its budget, and a table of its channels.
  public var overview: String {
    var text = "\(name): \(summary)\n"
    text += "\(ticks) ticks, budget \(format(budget)) \(currency)"
    if let tickCap { text += ", at most \(format(tickCap)) a tick" }
    text += ", objective \(objective.rawValue)\n"
    text += "drift: persistence \(format(drift.persistence)), price \(format(drift.price)), "
    text += "volume \(format(drift.volume)), response \(format(drift.response))\n"
    text += "between episodes: price \(format(randomization.price)), volume \(format(randomization.volume)), "
    text += "response \(format(randomization.response)), conversion \(format(randomization.conversion))\n"
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
        rates = [format(auction.volume), format(auction.clickRate), format(auction.conversionRate)]
      case .response: rates = ["", "", ""]
      }
      let levels = channel.levels
      table.append(
        [
          channel.name, channel.kindName, "\(levels.count)", format(levels.first ?? 0),
          format(levels.last ?? 0),
        ] + rates)
    }
    return table
  }

  /// The market's outline as JSON.
  public var outline: JSONValue {
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

  private func format(_ number: Double) -> String { String(format: "%.4g", number) }
}

extension Channel {
  fileprivate var kindName: String {
    switch kind {
    case .auction: "auction"
    case .response: "response"
    }
  }
}
