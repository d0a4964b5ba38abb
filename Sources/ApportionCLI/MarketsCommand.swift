import Apportion
import ArgumentParser
import Runs

struct MarketsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "markets", abstract: "Lists the bundled markets, or checks and shows one.")

  @Argument(help: "A bundled market's name or a market file's path.")
  var market: String?

  @OptionGroup var output: OutputOptions

  func run() throws {
    if let name = market {
      let market = try Market(named: name)
      output.show(market.outline, text: market.overview)
      return
    }
    let markets = try Market.bundledNames.map { name throws(MarketError) in try Market.bundled(name) }
    var table = TextTable(["market", "channels", "ticks", "summary"])
    for market in markets {
      table.append([market.name, "\(market.channels.count)", "\(market.ticks)", market.summary])
    }
    output.show(["markets": .array(markets.map(\.outline))], text: table.text)
  }
}
