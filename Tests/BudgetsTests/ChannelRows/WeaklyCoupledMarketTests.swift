import Budgets
import Foundation
import Learning
import LinearAlgebra
import Testing

@Suite struct WeaklyCoupledMarketTests {
  /// An untrained policy: it plays the forecasts of its rows.
  private func forecastPolicy(_ problem: WeaklyCoupledMarket, optimism: Float = 0) -> WeaklyCoupledPolicy {
    var configuration = WeaklyCoupledConfiguration()
    configuration.hidden = [8]
    configuration.lanes = 32
    configuration.replayedPasses = 1
    configuration.batchStates = 8
    configuration.priceCenter = problem.planLogPrice
    configuration.optimism = optimism
    configuration.information = 0
    return WeaklyCoupledDQN(problem, configuration: configuration, seed: 1).uncalibratedPolicy
  }

  @Test("Budgets, caps and limits hold, whatever the row shows", arguments: ChannelRowKind.allCases)
  func rulesHold(kind: ChannelRowKind) throws {
    var stream = RandomStream(seed: 21, purpose: .test, lane: kind.rawValue.count)
    for _ in 0..<4 {
      var market = Market.random(stream: &stream, channels: 1...5, ticks: 2...10)
      market.tickCap = market.budget / 3
      let problem = WeaklyCoupledMarket(market: market, rows: kind)
      let policy = forecastPolicy(problem)
      let record = MarketEvaluation(market: market, episodes: 8, seed: 1).run([
        .init("policy") { WeaklyCoupledStrategy(policy: policy, problem: problem) }
      ])[0]
      #expect(record.violations == 0)
      #expect(record.returns.allSatisfy { $0.isFinite })
    }
  }

  @Test func rowsAreFiniteAndInTheChannelsOwnUnits() throws {
    let market = try Market.bundled("nine-campaigns")
    for kind in ChannelRowKind.allCases {
      let problem = WeaklyCoupledMarket(market: market, rows: kind)
      let block = problem.makeBlock(lanes: 0..<16, seed: 5, budget: nil)
      let rows = Matrix(rows: 16 * 9, columns: problem.columns.count)
      let results = Matrix(rows: 2, columns: 16 * 9)
      var random = RandomStream(seed: 1, purpose: .test)
      block.startEpisode()
      for _ in 0..<market.ticks {
        block.observe(into: rows.view)
        #expect(rows.elements.allSatisfy { $0.isFinite })
        for row in 0..<rows.rows {
          let costs = problem.columns.costs.map { rows[row, $0] }
          #expect(zip(costs, costs.dropFirst()).allSatisfy { $0 <= $1 + 1e-5 })
          #expect(rows[row, problem.columns.gains.lowerBound] == 0)
        }
        let levels = (0..<16 * 9).map { _ in Int32(random.integer(below: 16)) }
        block.step(levels: levels, gains: results.pointer, costs: results.pointer + 16 * 9)
      }
    }
  }

  /// Where a level is kept for long, what its wins take of later gains is what comes of winning a hundredth more in one tick.
  @Test(arguments: [ChannelRowKind.console, .beliefs])
  func fatigueIsPricedAsFiniteDifferencesSay(kind: ChannelRowKind) throws {
    var market = try Market.bundled("nine-campaigns")
    market.channels = [market.channels[0]]
    (market.drift, market.randomization) = (Drift(), Randomization())
    guard case .auction(let auction) = market.channels[0].kind else { throw NoAuction() }
    let fatigue = try #require(auction.fatigue)
    let (season, columns) = (market.season, WeaklyCoupledMarket(market: market, rows: kind).columns)
    let (level, tick) = (8, 30)
    let block = WeaklyCoupledMarket(market: market, rows: kind).makeBlock(lanes: 0..<1, seed: 7, budget: nil)
    let rows = Matrix(rows: 1, columns: columns.count)
    let results = Matrix(rows: 2, columns: 1)
    var won = 0.0
    block.startEpisode()
    for now in 0...tick {
      block.observe(into: rows.view)
      if now == 0 { won = Double(rows[0, columns.gains.lowerBound + level]) / season[0] }
      if now < tick {
        block.step(levels: [Int32(level)], gains: results.pointer, costs: results.pointer + 1)
      }
    }
    /// The gains after the tick, in those of average ticks all of whose auctions are won.
    func laterGains(more: Double) -> Double {
      var (exposure, gains) = (0.0, 0.0)
      for now in season.indices {
        if now > tick { gains += season[now] * won * exp(-fatigue.strength * exposure) }
        let share = now == tick ? (1 + more) * won : won
        exposure = fatigue.retention * exposure + season[now] * share * auction.volume / fatigue.reach
      }
      return gains
    }
    let slope = (laterGains(more: 0.01) - laterGains(more: 0)) / 0.01
    let worth = Double(rows[0, columns.worths.lowerBound + level])
    #expect(slope < 0 && abs(worth / slope - 1) < 0.1, "\(worth) where differences say \(slope)")
    #expect(rows[0, columns.worths.lowerBound] == 0)
  }

  private struct NoAuction: Error {}

  /// What an episode's forecasts say of gains and costs is right on average: 512 lanes, each channel at a level of its own,
  /// within five standard errors (a false alarm in some 10⁵ runs) and 3 %.
  @Test func beliefsForecastGainsAndCosts() throws {
    let market = try Market.bundled("nine-campaigns")
    let problem = WeaklyCoupledMarket(market: market, rows: .beliefs)
    let (lanes, columns) = (512, problem.columns)
    let block = problem.makeBlock(lanes: 0..<lanes, seed: 6, budget: nil)
    let rows = Matrix(rows: lanes * 9, columns: columns.count)
    let results = Matrix(rows: 2, columns: lanes * 9)
    let levels = (0..<lanes * 9).map { Int32(4 + $0 % 9) }
    block.startEpisode()
    var errors: [Double] = []
    var total = 0.0
    for _ in 0..<16 {
      block.observe(into: rows.view)
      block.step(levels: levels, gains: results.pointer, costs: results.pointer + lanes * 9)
      for index in 0..<lanes * 9 {
        let unit = exp(rows[index, columns[.gainUnit]])
        let forecast = Double(unit * rows[index, columns.gains.lowerBound + Int(levels[index])])
        errors.append(Double(results.pointer[index]) - forecast)
        total += forecast
      }
    }
    let mean = errors.reduce(0, +) / Double(errors.count)
    let variance = errors.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(errors.count)
    let scale = total / Double(errors.count)
    // Errors of one lane's ticks go together: sixteen at most.
    let deviation = (16 * variance / Double(errors.count)).squareRoot()
    #expect(abs(mean) < 5 * deviation + 0.03 * scale, "\(mean) of \(scale)")
  }

  /// On the plan's rows an untrained network plays the plan's gains, costs and price: `replan`, but for what rounding decides.
  @Test func untrainedOnThePlanItIsReplan() throws {
    let market = try Market.bundled("nine-campaigns")
    let problem = WeaklyCoupledMarket(market: market, rows: .plan)
    let policy = forecastPolicy(problem)
    let records = MarketEvaluation(market: market, episodes: 32, seed: 2).run([
      .init("replan") { ReplanStrategy(market: market) },
      .init("policy") { WeaklyCoupledStrategy(policy: policy, problem: problem) },
    ])
    let same = zip(records[0].returns, records[1].returns).filter { $0 == $1 }.count
    #expect(same >= 16, "\(same) of 32 episodes")
    let means = records.map { $0.returns.reduce(0, +) / 32 }
    #expect(abs(means[1] / means[0] - 1) < 0.01, "\(means)")
  }

  @Test func exploreWithoutBonusIsReplan() throws {
    let market = try Market.bundled("nine-campaigns")
    let evaluation = MarketEvaluation(market: market, episodes: 32, seed: 2)
    let records = evaluation.run([
      .init("replan") { ReplanStrategy(market: market) },
      .init("explore") { ReplanStrategy(market: market, bonus: ExplorationBonus()) },
      .init("hopeful") { ReplanStrategy(market: market, bonus: ExplorationBonus(optimism: 1)) },
      .init("curious") { ReplanStrategy(market: market, bonus: ExplorationBonus(knowledge: 1)) },
    ])
    #expect(records[0].returns == records[1].returns)
    #expect(records[0].returns != records[2].returns && records[0].returns != records[3].returns)
  }
}
