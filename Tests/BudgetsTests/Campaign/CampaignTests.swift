import Budgets
import CampaignMarket
import Foundation
import Learning
import LinearAlgebra
import Testing

@Suite struct CampaignTests {
  /// Two auctions and a response channel.
  static let market = campaignMarket()

  private func campaign(_ policy: Policy? = nil, budget: Double? = nil) throws -> Campaign {
    try Campaign(try CampaignModel(market: Self.market, policy: policy.map { .network($0) }), budget: budget)
  }

  /// Results that follow a decision: half the limits are spent at half the bid.
  private func results(of decision: CampaignDecision, tick: Int? = nil) -> TickResults {
    TickResults(
      tick: tick ?? decision.tick,
      channels: decision.channels.map { channel in
        guard channel.name != "radio" else {
          return .init(bid: channel.bid, spend: channel.bid, conversions: 2.5 * channel.bid)
        }
        let wins = channel.bid > 0 ? (channel.expectedSpend / channel.bid).rounded() : 0
        let clicks = (wins * 0.06).rounded()
        return .init(
          bid: channel.bid, wins: wins, spend: 0.6 * wins * channel.bid, clicks: clicks,
          conversions: (clicks * 0.2).rounded())
      })
  }

  /// Ten channels that each spent what one may: together more than a campaign counts.
  @Test func refusesSpendsThatTogetherAreTooMuch() throws {
    var market = Self.market
    market.budget = 1e9
    market.channels = (0..<10).map { index in
      var channel = Self.market.channels[0]
      channel.name = "\(index)"
      return channel
    }
    var campaign = try Campaign(try CampaignModel(market: market))
    let most = TickResults.Channel(bid: 0.01, wins: 1e6, spend: 1e12)
    let before = campaign.state
    let error = try #require(throws: CampaignError.self) {
      try campaign.observe(TickResults(tick: 0, channels: .init(repeating: most, count: 10)))
    }
    #expect(error.kind == .impossible && error.field == "spend" && campaign.state == before)
  }

  @Test func refusesWhatCannotBeAndStaysAsItWas() throws {
    var campaign = try campaign()
    let good = results(of: try #require(campaign.decide()))
    let before = campaign.state
    func change(_ channel: Int, _ edit: (inout TickResults.Channel) -> Void) -> TickResults {
      var changed = good
      edit(&changed.channels[channel])
      return changed
    }
    let impossible: [(TickResults, String)] = [
      (change(0) { $0.clicks = $0.wins + 1 }, "clicks of 'search'"),
      (
        change(1) {
          ($0.wins, $0.clicks, $0.conversions) = (0, 0, 0); $0.spend = 1
        }, "spend of 'social'"
      ),
      (change(0) { $0.conversions = $0.clicks + 1 }, "conversions of 'search'"),
      (change(0) { $0.spend = -0.01 }, "spend of 'search'"),
      (change(1) { $0.wins = .nan }, "wins of 'social'"),
      (change(2) { $0.spend = .infinity }, "spend of 'radio'"),
      (change(2) { $0.clicks = 1 }, "clicks of 'radio'"),
      (change(2) { $0.bid = -1 }, "bid of 'radio'"),
      (TickResults(tick: 0, channels: Array(good.channels.dropLast())), "channels"),
    ]
    for (results, field) in impossible {
      let error = try #require(throws: CampaignError.self) { try campaign.observe(results) }
      #expect(error.kind == .impossible && error.field == field, "\(error)")
      #expect(campaign.state == before)
    }
    for tick in [-1, 1, 6] {
      let error = try #require(throws: CampaignError.self) {
        try campaign.observe(TickResults(tick: tick, channels: good.channels))
      }
      #expect(error.kind == .outOfTurn && campaign.state == before)
    }
    for budget in [0, -1, .nan, .infinity, 1e30] {
      #expect(throws: CampaignError.self) { try campaign.setBudget(budget) }
      #expect(throws: CampaignError.self) { try self.campaign(budget: budget) }
    }
    #expect(throws: CampaignError.self) { try campaign.setPaused([true]) }
    #expect(throws: CampaignError.self) { try campaign.extend(by: []) }
    #expect(throws: CampaignError.self) { try campaign.extend(by: [-1]) }
    #expect(campaign.state == before)
    try campaign.observe(good)
    #expect(campaign.state.tick == 1)
  }

  /// Sums of amounts that no binary fraction holds are exact to the micro-unit.
  @Test func moneyIsExact() throws {
    var campaign = try campaign(budget: 1_000_000.3)
    for tick in 0..<6 {
      let channels = [0.1, 0.2, 0.3].map { TickResults.Channel(bid: 0.01, wins: 50, spend: $0) }
      var shown = TickResults(tick: tick, channels: channels)
      shown.channels[2].wins = 0
      try campaign.observe(shown)
    }
    #expect(campaign.spends == [0.6, 1.2, 1.8])
    #expect(campaign.budgetLeft == 999_996.7)
  }

  @Test func keepsToItsMoneyWhateverIsLeft() throws {
    var campaign = try campaign(budget: 0.7)
    var cut = false
    while let decision = campaign.decide() {
      let limits = decision.channels.reduce(0) { $0 + $1.spendLimit }
      #expect(limits <= max(decision.budgetLeft, 0) * (1 + 1e-12))
      let radio = decision.channels[2]
      #expect(radio.bid <= radio.spendLimit)
      cut = cut || decision.flags.contains(.limitedByMoney)
      var shown = results(of: decision)
      // A console that does not stop spends more than it should.
      if decision.tick == 3 { shown.channels[0].wins += 50; shown.channels[0].spend += 1 }
      try campaign.observe(shown)
      guard decision.tick >= 3, let next = campaign.decide() else { continue }
      #expect(next.flags.contains(.overspent) && next.budgetLeft < 0)
      #expect(next.channels.allSatisfy { $0.bid == 0 && $0.spendLimit == 0 && $0.expectedSpend == 0 })
    }
  }

  @Test func playsThePlanWhereThePolicyCannotBeTrusted() throws {
    let environment = BudgetAllocation(market: Self.market)
    let random = randomPolicy(environment, seed: 1)
    let columns = random.shape.observationSize
    let trusted = Policy(
      shape: random.shape, weights: random.weights,
      normalizer: ObservationNormalizer(
        means: [Float](repeating: 0, count: columns), deviations: [Float](repeating: 0.5, count: columns)),
      metadata: random.metadata)
    let broken = Policy(
      shape: trusted.shape, weights: trusted.weights.map { _ in .nan }, normalizer: trusted.normalizer,
      metadata: trusted.metadata)
    let (plan, nan) = (try campaign(), try campaign(broken))
    let decision = try #require(nan.decide())
    #expect(decision.flags == [.notFinite] && nan.state.fallbacks == 1)
    #expect(decision.channels == plan.decide()?.channels)
    var far = try campaign(trusted)
    let first = try #require(far.decide())
    #expect(!first.isPlan)
    var shown = results(of: first)
    // A thousand times as many clicks as wins of such a market ever bring.
    shown.channels[0] = .init(bid: 0.024, wins: 1e9, spend: 1, clicks: 1e9)
    try far.observe(shown)
    let second = try #require(far.decide())
    #expect(second.flags.contains(.farFromTraining))
    var planned = plan
    try planned.observe(shown)
    #expect(second.channels == planned.decide()?.channels)
  }

  @Test func pausesResumesExtendsAndChangesItsBudget() throws {
    var campaign = try campaign()
    let free = try #require(campaign.decide())
    #expect(free.channels[1].bid > 0)
    try campaign.setPaused([false, true, false])
    let paused = try #require(campaign.decide())
    #expect(paused.flags == [.paused] && paused.channels[1].bid == 0 && paused.channels[1].expectedSpend == 0)
    // The money goes elsewhere.
    func elsewhere(_ decision: CampaignDecision) -> Double {
      decision.channels[0].expectedSpend + decision.channels[2].expectedSpend
    }
    #expect(elsewhere(paused) >= elsewhere(free))
    try campaign.observe(results(of: paused))
    try campaign.setPaused([false, false, false])
    #expect(try #require(campaign.decide()).channels[1].bid > 0)
    let price = try #require(campaign.decide()).moneyPrice
    try campaign.setBudget(4)
    #expect(campaign.budget == 4 && campaign.budgetLeft < 4)
    #expect(try #require(campaign.decide()).moneyPrice > price)
    try campaign.extend(by: [1, 1.5, 0.5])
    #expect(campaign.ticks == 9)
    let stored = try JSONEncoder().encode(campaign.state)
    campaign = try Campaign(
      campaign.model, state: try JSONDecoder().decode(CampaignState.self, from: stored))
    var ticks = 0
    while let decision = campaign.decide() {
      #expect(decision.tick == 1 + ticks)
      try campaign.observe(results(of: decision))
      ticks += 1
    }
    #expect(ticks == 8 && campaign.isOver)
    try campaign.extend(by: [1])
    #expect(!campaign.isOver && campaign.decide() != nil)
  }

  /// A correction leads to the state that the corrected results would have led to at once, whatever happened in between.
  @Test func correctionsReplay() throws {
    let model = try CampaignModel(market: Self.market)
    var events: [CampaignEvent] = [.began(budget: 9)]
    var campaign = try Campaign(model, budget: 9)
    func take(_ event: CampaignEvent) throws {
      events.append(event)
      try campaign.apply(event)
    }
    for tick in 0..<4 {
      if tick == 2 { try take(.paused([true, false, false])) }
      if tick == 3 { try take(.budget(7)) }
      try take(.results(results(of: try #require(campaign.decide()))))
    }
    #expect(try Campaign(model, replaying: events).state == campaign.state)
    var corrected = try #require(events[2].results)
    corrected.channels[0].wins += 40
    corrected.channels[0].spend += 0.25
    let late = try Campaign(model, replaying: events + [.results(corrected)])
    var atOnce = events
    atOnce[2] = .results(corrected)
    #expect(late.state == (try Campaign(model, replaying: atOnce)).state)
    #expect(late.state.tick == 4 && abs(late.budgetLeft - (campaign.budgetLeft - 0.25)) < 1e-9)
    #expect(late.state != campaign.state)
  }

  /// Of a channel that is late, a tick may show more conversions than clicks, but never more than all clicks so far; a
  /// correction replays what was on its way.
  @Test func lateConversionsCountAgainstAllClicks() throws {
    let model = try CampaignModel(market: Self.market.reportedLate)
    var events: [CampaignEvent] = [.began(budget: nil)]
    var campaign = try Campaign(model)
    for (clicks, conversions) in [(6.0, 1.0), (0, 3), (2, 3)] {
      var shown = results(of: try #require(campaign.decide()))
      shown.channels[0] = .init(bid: 0.006, wins: 100, spend: 0.4, clicks: clicks, conversions: conversions)
      shown.channels[1] = .init(bid: 0)
      var tooMany = shown
      tooMany.channels[0].conversions = campaign.state.totals[0].clicks + clicks + 1
      let before = campaign.state
      let error = try #require(throws: CampaignError.self) { try campaign.observe(tooMany) }
      #expect(error.field == "conversions of 'search'")
      #expect(campaign.state == before)
      try campaign.observe(shown)
      events.append(.results(shown))
    }
    #expect(campaign.state.totals[0].conversions == 7)
    var corrected = try #require(events[1].results)
    (corrected.channels[0].clicks, corrected.channels[0].conversions) = (9, 2)
    var atOnce = events
    atOnce[1] = .results(corrected)
    let replayed = try Campaign(model, replaying: events + [.results(corrected)])
    #expect(replayed.state == (try Campaign(model, replaying: atOnce)).state)
    #expect(replayed.state != campaign.state && replayed.state.totals[0].conversions == 8)
  }

  @Test func openingWithAnotherModelIsRefused() throws {
    let state = try campaign().state
    var other = Self.market
    other.budget = 13
    let error = try #require(throws: CampaignError.self) {
      try Campaign(try CampaignModel(market: other), state: state)
    }
    #expect(error.kind == .unfit)
    let policy = randomPolicy(BudgetAllocation(market: other), seed: 1)
    #expect(throws: CampaignError.self) { try CampaignModel(market: Self.market, policy: policy) }
    let seeing = randomPolicy(BudgetAllocation(market: Self.market, observation: .advertiser), seed: 1)
    let model = try CampaignModel(market: Self.market, policy: seeing)
    #expect(throws: CampaignError.self) { try Campaign(model, state: state) }
  }

  /// What was bid need not be a rung: beliefs and sums take it as it is.
  @Test func bidsOffTheLadderCount() throws {
    var (on, off) = (try campaign(), try campaign())
    var shown = results(of: try #require(on.decide()))
    shown.channels[0] = .init(bid: 0.012, wins: 90, spend: 0.5, clicks: 5)
    try on.observe(shown)
    shown.channels[0].bid = 0.0151
    try off.observe(shown)
    // The same wins at a higher bid: the market is dearer or thinner than believed, and worth less.
    let (cheap, dear) = (try #require(on.decide()), try #require(off.decide()))
    #expect(dear.moneyPrice < cheap.moneyPrice)
  }
}
