import Budgets
import Foundation
import LinearAlgebra
import Testing

@Suite struct CampaignForecastTests {
  private func market(clicks: Double = 1, prices: Double = 1, delay: ReportingDelay? = nil) -> Market {
    Market(
      name: "watched", ticks: 12, season: (0..<12).map { 1 + 0.4 * sin(Double($0)) }, budget: 60,
      drift: Drift(persistence: 0.8, price: 0.1, volume: 0.15, response: 0.15),
      randomization: Randomization(price: 0.1, volume: 0.15, response: 0.2, conversion: 0.1),
      channels: [60.0, 90, 140].enumerated().map { index, volume in
        MediaChannel(
          name: "channel \(index)",
          kind: .auction(
            AuctionChannel(
              volume: volume * 4, prices: (0..<200).map { exp(-pow(Double($0 - 80) / 40, 2)) },
              priceUnit: 0.001 * prices, clickRate: 0.15 * clicks, conversionRate: 0.3,
              fatigue: index == 1 ? Fatigue(reach: 4000, strength: 0.3, retention: 0.7) : nil, delay: delay,
              bids: [0, 40, 60, 80, 100, 130].map { $0 / prices })))
      })
  }

  /// What campaigns of the plan show in a market.
  private func histories(_ market: Market, count: Int, seed: UInt64) -> [[TickResults]] {
    MarketEvaluation(market: market, episodes: count, seed: seed).record(
      .init("plan") { ReplanStrategy(market: market) })
  }

  /// 400 campaigns of a market as described: a rate of 1 % gives 4 alarms, with the threshold's own luck (a beta law of 4 of
  /// 400) more than 16 in one of some 760 seeds. Bands hold 90 of 100, their ends being quantiles of 599.
  @Test func alarmsAreAsRareAsTheySay() throws {
    let forecast = CampaignForecast(try CampaignModel(market: market()))
    let appraisals = histories(market(), count: 400, seed: 77).map {
      CampaignAppraisal($0, forecast: forecast)
    }
    let alarms = appraisals.count { $0.departure != nil }
    #expect(alarms <= 16, "\(alarms) of 400")
    let within = appraisals.count {
      guard let band = $0.outcomeBand else { return false }
      return $0.outcome >= band.low && $0.outcome <= band.high
    }
    #expect((330...390).contains(within), "\(within) of 400 within")
  }

  /// A click rate of half, or prices of one and a half, in all channels: 149 and 192 of 200 campaigns were told when this was
  /// written, by a test whose threshold has luck of its own; 60 of 100 must be. Dearer auctions show in wins, most of all.
  @Test(arguments: [(0.5, 1.0, MarketFactor.response), (1.0, 1.5, MarketFactor.volume)])
  func seesWhatHasChanged(_ clicks: Double, _ prices: Double, _ factor: MarketFactor) throws {
    let forecast = CampaignForecast(try CampaignModel(market: market()))
    let departures = histories(market(clicks: clicks, prices: prices), count: 100, seed: 5).compactMap {
      CampaignAppraisal($0, forecast: forecast).departure
    }
    #expect(departures.count >= 60, "\(departures.count) of 100")
    let named = departures.filter { $0.factor == factor }
    #expect(2 * named.count > departures.count, "\(named.count) of \(departures.count)")
    #expect(10 * named.count { $0.ratio < 0.8 } >= 9 * named.count)
  }

  /// What is still to be reported is not missing: of 100 campaigns, six ticks into a delay of eight, the conversions of each of three
  /// channels are as many as should have been reported, with a deviation of some 0.4 of one ratio and 0.03 of their mean; of what
  /// all clicks should have led to they are a third.
  @Test(arguments: [.geometric(mean: 8), .shares([0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.4])] as [ReportingDelay])
  func reportsThatAreDueLaterAreNotMissing(_ delay: ReportingDelay) throws {
    let late = market(delay: delay)
    let forecast = CampaignForecast(try CampaignModel(market: late))
    let ratios = histories(late, count: 100, seed: 9).flatMap { history in
      CampaignAppraisal(Array(history.prefix(6)), forecast: forecast).channels.compactMap {
        $0.ratios[.conversion]
      }
    }
    let mean = ratios.reduce(0, +) / Double(ratios.count)
    #expect(ratios.count > 250 && abs(mean - 1) < 0.12, "\(mean) of \(ratios.count)")
  }

  @Test func saysWhereACampaignStands() throws {
    let model = try CampaignModel(market: market())
    let forecast = CampaignForecast(model)
    let history = try #require(histories(market(), count: 1, seed: 3).first)
    let start = CampaignAppraisal([], forecast: forecast)
    #expect(start.tick == 0 && start.spendBand == nil && start.sentences.isEmpty)
    let half = CampaignAppraisal(Array(history.prefix(6)), forecast: forecast)
    #expect(half.tick == 6 && half.sentences.first?.contains("plan") == true)
    let spend = history.prefix(6).reduce(0) { $0 + $1.channels.reduce(0) { $0 + $1.spend } }
    #expect(abs(half.spend - spend) < 1e-9)
    #expect(abs(half.channels.reduce(0) { $0 + $1.spend } - spend) < 1e-9)
    #expect(half.json["channels"]?.array?.count == 3)
    // Nothing bought is less than all bands.
    let idle = (0..<6).map {
      TickResults(tick: $0, channels: history[$0].channels.map { _ in .init(bid: 0) })
    }
    #expect(CampaignAppraisal(idle, forecast: forecast).sentences.first?.hasPrefix("Behind the plan") == true)
  }

  /// Of a correction, the later results count.
  @Test func historiesTakeCorrections() {
    let ticks = (0..<3).map { TickResults(tick: $0, channels: [.init(bid: 1, wins: Double($0))]) }
    let corrected = TickResults(tick: 1, channels: [.init(bid: 1, wins: 9)])
    let events: [CampaignEvent] = [.began(budget: nil)] + ticks.map { .results($0) } + [.results(corrected)]
    #expect(events.history == [ticks[0], corrected, ticks[2]])
  }
}
