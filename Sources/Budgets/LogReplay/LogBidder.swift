import LinearAlgebra

/// Who bids on a day of a log: a campaign as it runs in life, or a strategy at a campaign's desk.
protocol LogBidder {
  /// What to bid for one auction in the tick to come, in money, by channel; asked for once a tick.
  func bids() -> [Double]
  /// Takes in what the tick showed.
  mutating func observe(_ results: TickResults) throws(CampaignError)
}

extension Campaign: LogBidder {
  func bids() -> [Double] { decide()?.channels.map(\.bid) ?? [] }
}

/// A strategy that is shown a campaign's console.
final class StrategyBidder: LogBidder {
  private let desk: CampaignDesk
  private let unit: MoneyUnit
  private let unpaused: [Bool]
  private var left: Int64
  private var tick = 0

  /// Seats a strategy for one episode of a market.
  init(_ strategy: any MarketStrategy, market: Market, models: [ChannelModel]) {
    unit = MoneyUnit(market)
    left = unit.count(of: market.budget) ?? 0
    unpaused = [Bool](repeating: false, count: market.channels.count)
    desk = CampaignDesk(
      market: market, unit: unit, base: market, models: models, player: StrategyPlayer(strategy))
    _ = desk.blankMemory()
  }

  func bids() -> [Double] { desk.decide(tick: tick, left: left, paused: unpaused).channels.map(\.bid) }

  func observe(_ results: TickResults) {
    desk.observe(results, left: left)
    left -= results.channels.reduce(0) { $0 + (unit.count(of: $1.spend) ?? 0) }
    tick += 1
  }
}

/// A strategy in a player's place: it looks at the console itself, so there are no rows to write.
private final class StrategyPlayer: CampaignPlayer, MarketObservation {
  var observation: any MarketObservation { self }
  var numbers: [Float] = []
  var paused: [Bool] = []
  let moneyPrice: Double? = nil
  private let strategy: any MarketStrategy

  init(_ strategy: any MarketStrategy) { self.strategy = strategy }

  func startEpisode(_ console: AdvertiserConsole) { strategy.startEpisode(console) }
  func observe(_ console: AdvertiserConsole) { strategy.observe(console) }
  func write(_ console: AdvertiserConsole, into rows: MatrixView) {}

  func choose(_ console: AdvertiserConsole, levels: UnsafeMutablePointer<Int32>) -> CampaignDecision.Flag? {
    strategy.choose(console, levels: levels)
    return nil
  }
}
