/// The strategies that every result stands beside.
public struct Baselines: Sendable {
  private let market: Market
  private let plan: MeanMarketPlan
  private let uniformLevel: Int
  /// The certified plan; nil where a channel bids in auctions.
  private let schedule: SpendPlan?

  /// Prepares the baselines of a market: plans its mean, and tries every uniform level on pilot episodes.
  public init(_ market: Market) {
    self.market = market
    plan = MeanMarketPlan(market)
    schedule = try? SpendPlan(market: market, gap: 1e-3)
    let largest = market.channels.map(\.levels.count).max() ?? 1
    let pilots = MarketEvaluation(market: market, episodes: 64, seed: 0x7069_6C6F_74)
    let records = pilots.run(
      (0..<largest).map { level in
        MarketEvaluation.Entry("level \(level)") { UniformStrategy(market: market, level: level) }
      })
    let means = records.map { $0.expectedReturns.reduce(0, +) }
    uniformLevel = means.indices.max { means[$0] < means[$1] } ?? 0
  }

  /// Uniform, equal split, today (where recent spends are known), static, plan (where all channels have response
  /// curves), pacing, replan and explore, in this order; where channels' curves are one of many, then the last two
  /// with the curves told apart.
  public var entries: [MarketEvaluation.Entry] {
    let (market, plan, level, models) = (market, plan, uniformLevel, market.channelModels)
    return [
      .init("uniform") { UniformStrategy(market: market, level: level) },
      .init("equal-split") { EqualSplitStrategy(plan: plan) },
    ] + [today].compactMap { $0 } + fixedPlans + [
      .init("pacing") { PacingStrategy(plan: plan) },
      .init("replan") { ReplanStrategy(market: market, models: models) },
      .init("explore") { ReplanStrategy(market: market, models: models, bonus: .standard) },
    ] + (market.hasCurves ? amongCurves : [])
  }

  private var amongCurves: [MarketEvaluation.Entry] {
    let (market, models) = (market, market.weighedModels)
    return [
      .init("replan-curves") { ReplanStrategy(market: market, models: models) },
      .init("explore-curves") { ReplanStrategy(market: market, models: models, bonus: .amongCurves) },
    ]
  }

  /// What was spent last, once more; nil where it is not known.
  package var today: MarketEvaluation.Entry? {
    ScheduleStrategy(repeatingRecentSpendsOf: market).map { today in .init("today") { today } }
  }

  /// The plans that do not look at what happens: static, and the certified one where there is one.
  package var fixedPlans: [MarketEvaluation.Entry] {
    let plan = plan
    let certified = schedule.map { schedule in
      let strategy = ScheduleStrategy(market: market, plan: schedule)
      return MarketEvaluation.Entry("plan") { strategy }
    }
    return [.init("static") { StaticStrategy(plan: plan) }] + [certified].compactMap { $0 }
  }
}
