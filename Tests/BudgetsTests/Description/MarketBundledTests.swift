import Budgets
import Documents
import Testing

@Suite struct MarketBundledTests {
  @Test func everyBundledMarketIsValid() throws {
    for name in Market.bundledNames {
      let market = try Market.bundled(name)
      try market.validate()
      #expect(market.name == name)
    }
  }

  @Test func nineCampaignsAreTheRealLandscapes() throws {
    let market = try Market.bundled("nine-campaigns")
    #expect(market.ticks == 48 && market.channels.count == 9)
    #expect(market.channels.allSatisfy { $0.levels.count == 16 })
    let auctions = market.channels.compactMap { channel in
      if case .auction(let auction) = channel.kind { auction } else { nil }
    }
    // 15 395 258 auctions of seven days, cost 12 359 CNY in all.
    let daily = auctions.reduce(0) { $0 + 48 * $1.volume }
    #expect(abs(daily - 15_395_258 / 7) < 1)
    let cost = auctions.reduce(0) { sum, auction in
      sum + 48 * auction.volume * auction.priceUnit * Double(auction.landscape.priceSum[301])
    }
    #expect(abs(cost / 20 - market.budget) < 0.1)
  }

  @Test func unknownNamesAreToldTheKnownOnes() throws {
    let error = try #require(throws: InputError.self) { try Market.bundled("nine-campaign") }
    #expect(error.kind == .missing)
    #expect(
      error.description
        == "no bundled market is called 'nine-campaign'; did you mean 'nine-campaigns'? there are nine-campaigns, "
        + "retail-weekly, Budget-3x4")
  }
}
