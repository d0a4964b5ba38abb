import Budgets
import Documents
import Foundation
import LinearAlgebra
import Testing

@Suite struct SpendPlanMarketTests {
  private func channel(
    _ name: String, _ maximum: Double, half: Double, slope: Double = 1, adstock: Adstock = .none,
    top: Double = 100, recent: [Double] = []
  ) -> MediaChannel {
    MediaChannel(
      name: name,
      kind: .response(
        ResponseChannel(
          spends: [0, top], adstock: adstock,
          saturation: Hill(maximum: maximum, halfSaturation: half, slope: slope), recent: recent)))
  }

  /// With slope 1 and marginal return m·h/(h + s)² the best split has a closed form.
  @Test func findsTheClosedForm() throws {
    let market = Market(
      name: "two", ticks: 1, budget: 30, channels: [channel("a", 40, half: 10), channel("b", 90, half: 10)])
    let plan = try SpendPlan(market: market)
    // (10 + a) / (10 + b) = √(40 / 90) and a + b = 30.
    #expect(abs(plan.rows[0].spend - 10) < 1e-2)
    #expect(abs(plan.spend - 30) < 1e-9)
    #expect(plan.certifiedGap < 2e-5)
    #expect(abs(plan.rows[0].marginalReturn - plan.rows[1].marginalReturn) < 1e-2)
  }

  /// Random markets of every adstock: nothing that keeps to the limits is above the bound, and concave ones are solved.
  @Test func isCertified() throws {
    var stream = RandomStream(seed: 5, purpose: .test)
    func number(_ low: Double, _ high: Double) -> Double { low + (high - low) * Double(stream.uniform()) }
    for round in 0..<30 {
      let concave = round % 2 == 0
      let ticks = 12
      let channels = (0..<4).map { index in
        let adstocks: [Adstock] = [
          .none, .geometric(retention: number(0.1, 0.8)),
          .weibull(shape: number(0.7, 2.5), scale: number(1, 3), length: 6),
        ]
        return channel(
          "\(index)", number(20, 200), half: number(20, 200), slope: concave ? number(0.6, 1) : number(1, 3),
          adstock: adstocks[stream.integer(below: 3)], recent: (0..<12).map { _ in number(0, 60) })
      }
      let market = Market(
        name: "random", ticks: ticks, season: (0..<ticks).map { _ in number(0.3, 2) },
        budget: number(300, 2000),
        tickCap: round % 3 == 0 ? 180 : nil, channels: channels)
      let constraints = PlanConstraints(
        limits: round % 5 == 0 ? ["0": .shareOfCurrent(0.8...1.1), "1": .money(100...400)] : [:])
      let plan = try SpendPlan(market: market, constraints: constraints, gap: 1e-4)
      #expect(plan.violations == 0)
      #expect(plan.outcome <= plan.bound * (1 + 1e-9))
      // Where caps of ticks cross the limits of channels, moves between two cells may end short of the best.
      let crosses = round % 15 == 0
      #expect(plan.certifiedGap < (concave && !crosses ? 1e-4 : 0.02), "round \(round)")
      for tick in 0..<ticks {
        #expect(plan.rows.reduce(0) { $0 + $1.schedule[tick] } <= (market.tickCap ?? .infinity) * (1 + 1e-9))
      }
      // The outcome is what the model says of the schedule, computed here by itself.
      for (row, described) in zip(plan.rows, market.channels) {
        guard case .response(let response) = described.kind else { continue }
        #expect(
          abs(outcome(response, row.schedule, market.season) - row.outcome) < 1e-9 * max(1, row.outcome))
        #expect(row.schedule.allSatisfy { $0 >= 0 && $0 <= 100 + 1e-9 })
      }
      let steady = try SpendPlan(market: market, constraints: constraints, pattern: .steady, gap: 1e-4)
      #expect(steady.outcome <= plan.bound * (1 + 1e-9))
    }
  }

  /// The value of a schedule by the definition of adstock and saturation.
  private func outcome(_ response: ResponseChannel, _ schedule: [Double], _ season: [Double]) -> Double {
    let all = response.recent + schedule
    return schedule.indices.reduce(0) { sum, tick in
      let newest = response.recent.count + tick
      let stock = (0...newest).reduce(0.0) { stock, lag in
        let weight: Double =
          switch response.adstock {
          case .none: lag == 0 ? 1 : 0
          case .geometric(let retention): (0..<lag).reduce(1.0) { power, _ in power * retention }
          case .weibull:
            lag < (response.adstock.weights?.count ?? 0) ? response.adstock.weights?[lag] ?? 0 : 0
          }
        return stock + weight * all[newest - lag]
      }
      let hill = response.saturation
      return sum + season[tick] * hill.maximum / (1 + pow(hill.halfSaturation / stock, hill.slope))
    }
  }

  /// The other certificate of the library: the recursion over (tick, stock) for the mean path.
  @Test func staysBelowTheMarketBound() throws {
    let market = Market(
      name: "bounded", ticks: 10, budget: 300, tickCap: 200,
      channels: [
        channel("a", 60, half: 40, slope: 1.4, adstock: .geometric(retention: 0.5)),
        channel("b", 90, half: 90, slope: 0.9),
      ])
    let plan = try SpendPlan(market: market)
    let bound = MarketBound(market: market).bound(path: MarketPath(ticks: 10, channelCount: 2))
    #expect(plan.outcome <= bound.value * (1 + 1e-9))
    #expect(plan.outcome >= 0.97 * bound.value)
  }

  /// An S-shaped curve with money for one tick's worth only: together is better than spread.
  @Test func pulsesWhereTheCurveIsConvex() throws {
    let market = Market(
      name: "pulse", ticks: 4, budget: 50, channels: [channel("s", 100, half: 50, slope: 4)])
    let plan = try SpendPlan(market: market)
    #expect(plan.outcome > 49.9)
    #expect(plan.bound >= plan.outcome)
  }

  @Test func inheritsCarryOver() throws {
    let adstock = Adstock.geometric(retention: 0.8)
    let cold = channel("a", 100, half: 100, adstock: adstock)
    let warm = channel("a", 100, half: 100, adstock: adstock, recent: [50, 50, 50])
    let plans = try [cold, warm].map {
      try SpendPlan(market: Market(name: "m", ticks: 6, budget: 120, channels: [$0]))
    }
    #expect(plans[1].outcome > plans[0].outcome)
    #expect(plans[1].rows[0].current?.spend == 300)
    #expect(plans[0].currentOutcome == nil)
    // What is still at work makes early money worth less.
    #expect(plans[1].rows[0].schedule[0] < plans[0].rows[0].schedule[0])
  }

  @Test func meetsTargetsBySpendingLess() throws {
    let market = Market(
      name: "two", ticks: 2, budget: 150, objective: .revenue,
      channels: [channel("a", 60, half: 20), channel("b", 90, half: 40)])
    let free = try SpendPlan(market: market)
    #expect(free.outcome / free.spend < 1.5)
    let target = try SpendPlan(market: market, constraints: .init(target: .returnOnSpend(1.5)))
    #expect(target.outcome / target.spend >= 1.5)
    #expect(target.outcome / target.spend < 1.51)
    let error = #expect(throws: InputError.self) {
      try SpendPlan(
        market: market, constraints: .init(limits: ["a": .money(80...90)], target: .returnOnSpend(9)))
    }
    #expect(error?.key == "target")
  }

  @Test func leavesMoneyUnspentForProfit() throws {
    let market = Market(
      name: "profit", ticks: 1, budget: 90, objective: .profit, channels: [channel("a", 40, half: 10)])
    // 400 / (10 + s)² = 1 at s = 10.
    #expect(abs(try SpendPlan(market: market).spend - 10) < 1e-2)
  }

  @Test(
    arguments: [
      (PlanConstraints(limits: ["c": .money(0...1)]), "limits.c"),
      (PlanConstraints(limits: ["a": .shareOfCurrent(1...1)]), "limits.a"),
      (PlanConstraints(limits: ["a": .money(500...600)]), "limits.a"),
      (PlanConstraints(budget: 5, limits: ["a": .money(50...60)]), "budget"),
    ])
  func refusesContradictions(_ constraints: PlanConstraints, _ key: String) {
    let market = Market(name: "one", ticks: 1, budget: 30, channels: [channel("a", 40, half: 10)])
    let error = #expect(throws: InputError.self) { try SpendPlan(market: market, constraints: constraints) }
    #expect(error?.key == key)
  }

  @Test func freezesAtTheCurrentSpend() throws {
    let market = Market(
      name: "two", ticks: 2, budget: 100,
      channels: [channel("a", 40, half: 10, recent: [20, 30]), channel("b", 90, half: 40)])
    let plan = try SpendPlan(market: market, constraints: .init(limits: ["a": .shareOfCurrent(1...1)]))
    #expect(abs(plan.rows[0].spend - 50) < 1e-9)
  }
}
