import Budgets
import Documents
import LinearAlgebra
import Testing

@Suite struct MarketValidationTests {
  private static func market(_ change: (inout Market) -> Void = { _ in }) -> Market {
    let auction = AuctionChannel(
      volume: 10, prices: [1, 2], clickRate: 0.1, conversionRate: 0.1,
      fatigue: Fatigue(reach: 5, strength: 0.1, retention: 0.9), bids: [0, 1])
    let response = ResponseChannel(
      spends: [0, 1], adstock: .geometric(retention: 0.5), saturation: Hill(maximum: 1, halfSaturation: 1))
    var market = Market(
      name: "m", ticks: 3, budget: 5,
      channels: [
        MediaChannel(name: "a", kind: .auction(auction)), MediaChannel(name: "b", kind: .response(response)),
      ])
    change(&market)
    return market
  }

  private static func auction(_ change: (inout AuctionChannel) -> Void) -> Market {
    market { market in
      guard case .auction(var auction) = market.channels[0].kind else {
        preconditionFailure("The first channel of these tests' market is one of auctions.")
      }
      change(&auction)
      market.channels[0].kind = .auction(auction)
    }
  }

  private static func response(_ change: (inout ResponseChannel) -> Void) -> Market {
    market { market in
      guard case .response(var response) = market.channels[1].kind else {
        preconditionFailure("The second channel of these tests' market is one of responses.")
      }
      change(&response)
      market.channels[1].kind = .response(response)
    }
  }

  @Test func soundMarketsPass() throws {
    try Self.market().validate()
    var stream = RandomStream(seed: 9, purpose: .test)
    for _ in 0..<300 { try Market.random(stream: &stream).validate() }
  }

  private static let mistakes: [(key: String, market: Market)] = [
    ("channels[0].auction.delay.geometric", auction { $0.delay = .geometric(mean: 0) }),
    ("channels[0].auction.delay.geometric", auction { $0.delay = .geometric(mean: .nan) }),
    ("channels[0].auction.delay.shares", auction { $0.delay = .shares([]) }),
    ("channels[0].auction.delay.shares", auction { $0.delay = .shares([0.5, 0.4]) }),
    ("channels[0].auction.delay.shares", auction { $0.delay = .shares([1.5, -0.5]) }),
    ("channels[0].auction.delay.shares", auction { $0.delay = .shares(.init(repeating: 0.005, count: 200)) }),
    ("name", market { $0.name = "" }),
    ("ticks", market { $0.ticks = 0 }),
    ("season", market { $0.season = [1, 1] }),
    ("season", market { $0.season = [0, 0, 0] }),
    ("season", market { $0.season = [1, 2, 3] }),
    ("season[1]", market { $0.season = [1, -1, 3] }),
    ("budget", market { $0.budget = 0 }),
    ("budget", market { $0.budget = .nan }),
    ("tick_cap", market { $0.tickCap = -.infinity }),
    ("target.cost_per_action", market { $0.target = .costPerAction(0) }),
    ("target.return_on_spend", market { $0.target = .returnOnSpend(.infinity) }),
    ("drift.persistence", market { $0.drift.persistence = 1 }),
    ("drift.volume", market { $0.drift.volume = -1 }),
    ("randomization.conversion", market { $0.randomization.conversion = .nan }),
    ("channels", market { $0.channels = [] }),
    ("channels[1].name", market { $0.channels[1].name = "a" }),
    ("channels[0].minimum_level", market { $0.channels[0].minimumLevel = 2 }),
    ("channels[0].maximum_level", market { $0.channels[0].maximumLevel = -1 }),
    ("channels[0].auction.volume", auction { $0.volume = 0 }),
    ("channels[0].auction.prices", auction { $0.prices = [] }),
    ("channels[0].auction.prices", auction { $0.prices = [Double](repeating: 0, count: 301) }),
    ("channels[0].auction.prices[300]", auction { $0.prices[300] = -1 }),
    ("channels[0].auction.prices[3]", auction { $0.prices[3] = .nan }),
    ("channels[0].auction.price_unit", auction { $0.priceUnit = 0 }),
    ("channels[0].auction.click_rate", auction { $0.clickRate = 1.1 }),
    ("channels[0].auction.conversion_rate", auction { $0.conversionRate = -0.1 }),
    ("channels[0].auction.value_per_conversion", auction { $0.valuePerConversion = -1 }),
    ("channels[0].auction.fatigue.reach", auction { $0.fatigue?.reach = 0 }),
    ("channels[0].auction.fatigue.strength", auction { $0.fatigue?.strength = -1 }),
    ("channels[0].auction.fatigue.retention", auction { $0.fatigue?.retention = 2 }),
    ("channels[0].auction.bids", auction { $0.bids = [0] }),
    ("channels[0].auction.bids[0]", auction { $0.bids = [1, 2] }),
    ("channels[0].auction.bids[2]", auction { $0.bids = [0, 2, 2] }),
    ("channels[1].response.spends[1]", response { $0.spends = [0, -1] }),
    ("channels[1].response.adstock.geometric", response { $0.adstock = .geometric(retention: 1) }),
    (
      "channels[1].response.adstock.weibull.shape",
      response { $0.adstock = .weibull(shape: 0, scale: 1, length: 2) }
    ),
    (
      "channels[1].response.adstock.weibull.length",
      response { $0.adstock = .weibull(shape: 1, scale: 1, length: 0) }
    ),
    ("channels[1].response.saturation.maximum", response { $0.saturation.maximum = -1 }),
    ("channels[1].response.saturation.half_saturation", response { $0.saturation.halfSaturation = 0 }),
    ("channels[1].response.saturation.slope", response { $0.saturation.slope = 0 }),
    ("channels[1].response.noise", response { $0.noise = -1 }),
  ]

  @Test func everyNonsenseIsToldByItsKey() throws {
    for (key, market) in Self.mistakes {
      let error = #expect(throws: InputError.self) { try market.validate() }
      #expect(error?.key == key, "\(error.map(String.init(describing:)) ?? "")")
    }
  }
}
