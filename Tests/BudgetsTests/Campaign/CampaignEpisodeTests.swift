import Budgets
import Environments
import Foundation
import Learning
import LinearAlgebra
import NeuralNetworks
import Testing

/// A policy of random weights for what an environment shows, so that every column counts.
func randomPolicy(_ environment: BudgetAllocation, seed: UInt64) -> Policy {
  let shape = NetworkShape(
    layout: environment.observationLayout, hidden: [24, 16], branchSizes: environment.actionSpace.branchSizes,
    aggregation: environment.observationLayout.spend == nil ? .branching : .additive)
  var stream = RandomStream(seed: seed, purpose: .test)
  return Policy(
    shape: shape, weights: (0..<shape.parameterCount).map { _ in 0.3 * Float(stream.normal()) },
    normalizer: ObservationNormalizer(identity: shape.observationSize),
    metadata: environment.metadata)
}

extension Market {
  /// The market with a delay in two of three auction channels, a table and a geometric one by turns.
  var reportedLate: Market {
    var market = self
    for (index, channel) in channels.enumerated() where index % 3 < 2 {
      guard case .auction(var auction) = channel.kind else { continue }
      auction.delay = index % 3 == 0 ? .shares([0.2, 0, 0.5, 0.3]) : .geometric(mean: 3)
      market.channels[index].kind = .auction(auction)
    }
    return market
  }
}

/// A weakly coupled policy of small random weights and price offsets.
func randomChannelPolicy(_ market: Market, _ kind: ChannelRowKind, seed: UInt64) -> WeaklyCoupledPolicy {
  let problem = WeaklyCoupledMarket(market: market, rows: kind)
  let shape = WeaklyCoupledShape(columns: problem.columns, hidden: [12, 8])
  var stream = RandomStream(seed: seed, purpose: .test)
  let count = zip(shape.widths, shape.widths.dropFirst()).reduce(0) { $0 + ($1.0 + 1) * $1.1 }
  return WeaklyCoupledPolicy(
    shape: shape, weights: (0..<count).map { _ in 0.05 * Float(stream.normal()) },
    priceCenter: problem.planLogPrice,
    schedules: [-4, 0].map { share in
      PlaySchedule(
        logShare: share, priceOffsets: (0..<market.ticks).map { _ in 0.1 * stream.normal() },
        optimism: [0.5], information: [0.05])
    }, featureNames: problem.featureNames,
    metadata: problem.metadata)
}

/// Simulated episodes, decided on by the evaluation's strategy and by campaigns that are fed what the console shows.
@Suite struct CampaignEpisodeTests {
  /// Plays episodes both ways; every decision must be the same, and every sum of money exact.
  private func playBothWays(
    _ market: Market, _ policy: TrainedPolicy?, lanes: Int, seed: UInt64, storing: Bool = false
  ) throws {
    let model = try CampaignModel(market: market, policy: policy)
    let strategy: any MarketStrategy
    switch policy {
    case .network(let policy):
      strategy = PolicyStrategy(
        policy: policy, environment: try BudgetAllocation(market: market, seenBy: policy))
    case .weaklyCoupled(let policy):
      strategy = WeaklyCoupledStrategy(
        policy: policy, problem: try WeaklyCoupledMarket(market: market, seenBy: policy))
    case nil: strategy = ReplanStrategy(market: market, weighsCurves: true)
    }
    let simulation = MarketSimulation(market: market, lanes: 0..<lanes, seed: seed)
    let channels = market.channels.count
    var levels = [Int32](repeating: 0, count: lanes * channels)
    simulation.startEpisode()
    strategy.startEpisode(simulation.console)
    let first = try Campaign(model)
    var campaigns = [Campaign](repeating: first, count: lanes)
    for _ in 0..<market.ticks {
      strategy.choose(simulation.console, levels: &levels)
      for lane in 0..<lanes {
        let decision = try #require(campaigns[lane].decide())
        #expect(decision.tick == simulation.tick)
        let chosen = levels[lane * channels..<(lane + 1) * channels].map { Int($0) }
        #expect(
          decision.channels.map(\.level) == chosen, "\(market.name), lane \(lane), tick \(simulation.tick)")
        #expect(!decision.isPlan)
        let limits = decision.channels.reduce(0) { $0 + $1.spendLimit }
        #expect(limits <= min(decision.budgetLeft, market.tickCap ?? .infinity) * (1 + 1e-12))
      }
      simulation.play(levels: levels)
      strategy.observe(simulation.console)
      for lane in 0..<lanes {
        try campaigns[lane].observe(simulation.results(lane: lane))
        if storing {
          let bytes = try JSONEncoder().encode(campaigns[lane].state)
          #expect(bytes.count < 20_000)
          campaigns[lane] = try Campaign(
            model, state: try JSONDecoder().decode(CampaignState.self, from: bytes))
        }
      }
    }
    for lane in 0..<lanes {
      #expect(campaigns[lane].isOver && campaigns[lane].decide() == nil)
      let left = campaigns[lane].budgetLeft - Double(simulation.remaining[lane])
      // What rounding the budget down to the simulation's quantum took away is still there.
      #expect(left >= -1e-12 * market.budget && left <= Double(simulation.moneyQuantum))
    }
  }

  /// 1,000 episodes of random markets, auctions and response channels in all mixtures, by policies of every observation and
  /// by the plan.
  @Test func aThousandEpisodesAreDecidedOnAlike() throws {
    var stream = RandomStream(seed: 94, purpose: .test)
    for number in 0..<40 {
      let market = Market.random(stream: &stream, channels: 1...4, ticks: 2...10)
      let kind = [nil, ObservationKind.planner, .plannerCosts, .advertiser][number % 4]
      let policy = kind.map {
        randomPolicy(BudgetAllocation(market: market, observation: $0), seed: UInt64(number))
      }
      try playBothWays(market, policy.map { .network($0) }, lanes: 25, seed: UInt64(number))
    }
  }

  /// The same where consoles report conversions late, stored after every tick.
  @Test func lateConversionsAreTakenInAlike() throws {
    var stream = RandomStream(seed: 95, purpose: .test)
    for number in 0..<12 {
      let market = Market.random(stream: &stream, channels: 2...4, ticks: 4...10).reportedLate
      let kind = [nil, ObservationKind.planner, .plannerCosts, .advertiser][number % 4]
      let policy = kind.map {
        randomPolicy(BudgetAllocation(market: market, observation: $0), seed: UInt64(number))
      }
      try playBothWays(market, policy.map { .network($0) }, lanes: 6, seed: UInt64(number), storing: true)
    }
  }

  /// The same of the bundled market, stored in JSON and read again after every tick.
  @Test(arguments: [ObservationKind.planner, .advertiser])
  func storedCampaignsGoOnAlike(kind: ObservationKind) throws {
    let market = try Market.bundled("nine-campaigns")
    let policy = randomPolicy(BudgetAllocation(market: market, observation: kind), seed: 7)
    try playBothWays(market, .network(policy), lanes: 4, seed: 3, storing: true)
  }

  /// Weakly coupled policies remember the price of money, and what their rows are written from.
  @Test(arguments: ChannelRowKind.allCases)
  func weaklyCoupledCampaignsGoOnAlike(kind: ChannelRowKind) throws {
    let bundled = try Market.bundled("nine-campaigns")
    try playBothWays(
      bundled, .weaklyCoupled(randomChannelPolicy(bundled, kind, seed: 7)), lanes: 4, seed: 3, storing: true)
    var stream = RandomStream(seed: 95, purpose: .test)
    for number in 0..<8 {
      let market = Market.random(stream: &stream, channels: 1...4, ticks: 2...10)
      let policy = randomChannelPolicy(market, kind, seed: UInt64(number))
      try playBothWays(market, .weaklyCoupled(policy), lanes: 9, seed: UInt64(number))
    }
  }

  /// Beliefs about curves go with a campaign, through the store and an extension.
  @Test func campaignsTellCurvesApart() throws {
    let market = marketOfCurves(draws: 4)
    let policies: [TrainedPolicy?] =
      [nil, .network(randomPolicy(BudgetAllocation(market: market), seed: 5))]
      + ChannelRowKind.allCases.map { .weaklyCoupled(randomChannelPolicy(market, $0, seed: 5)) }
    for policy in policies { try playBothWays(market, policy, lanes: 5, seed: 8, storing: true) }
    let read = try Market(yaml: market.yaml)
    #expect(read == market && read.digest == market.digest)
    #expect(read.digest != marketOfCurves(draws: 3).digest)

    var longer = try Campaign(CampaignModel(market: market))
    for tick in 0..<4 {
      let decision = try #require(longer.decide())
      try longer.observe(
        TickResults(
          tick: tick,
          channels: decision.channels.map {
            .init(bid: $0.bid, wins: 0, spend: $0.bid, clicks: 0, conversions: 2 * $0.bid)
          }))
    }
    var blank = longer
    try longer.extend(by: [1, 1])
    let kept = try #require(longer.decide()).channels.map(\.expectedOutcome)
    try blank.setPaused([true, false, false])
    #expect(try #require(blank.decide()).channels[0].level == 0)
    // What is expected of each level's outcome is told by the beliefs, whatever is planned for: fresh ones would differ.
    let fresh = try #require(try Campaign(CampaignModel(market: market)).decide()).channels.map(
      \.expectedOutcome)
    #expect(kept != fresh && kept.allSatisfy { $0.isFinite && $0 >= 0 })
  }

  /// Five of nine are paused: with fewer, a plan that would not have bought what the policy buys has hardly more
  /// money for others.
  @Test(arguments: ChannelRowKind.allCases)
  func aPausedChannelsMoneyGoesToOthers(kind: ChannelRowKind) throws {
    let market = try Market.bundled("nine-campaigns")
    var campaign = try Campaign(
      CampaignModel(market: market, policy: .weaklyCoupled(randomChannelPolicy(market, kind, seed: 7))))
    let free = try #require(campaign.decide())
    let order = free.channels.indices.sorted {
      free.channels[$0].expectedSpend > free.channels[$1].expectedSpend
    }
    try campaign.setPaused(free.channels.indices.map { order.prefix(5).contains($0) })
    let paused = try #require(campaign.decide())
    #expect(order.prefix(5).allSatisfy { paused.channels[$0].level == 0 && paused.channels[$0].bid == 0 })
    #expect(paused.moneyPrice < free.moneyPrice && paused.flags == [.paused])
    // Longer by a quarter, with the beliefs that it has.
    try campaign.extend(by: [Double](repeating: 1, count: 12))
    #expect(try #require(campaign.decide()).moneyPrice > 0 && campaign.ticks == 60)
  }
}
