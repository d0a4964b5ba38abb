import Budgets
import Documents
import Foundation
import LinearAlgebra
import Testing

/// Plans of small random problems beside every schedule on a grid: curves of both bends, limits, caps, targets, frozen channels.
@Suite struct BruteForceTests {
  /// `APPORTION_PROBLEMS=2000 scripts/test --filter noScheduleBeatsThePlan` plans as many instead of the few of a test run.
  private static let count =
    ProcessInfo.processInfo.environment["APPORTION_PROBLEMS"].flatMap { Int($0) } ?? 200

  private struct Problem {
    var market: Market
    var constraints = PlanConstraints()
    var grids: [[Double]] = []

    init(seed: Int) {
      var stream = RandomStream(seed: UInt64(seed), purpose: .test)
      func number(_ low: Double, _ high: Double) -> Double { low + (high - low) * Double(stream.uniform()) }
      let shape = [(1, 3), (2, 2), (3, 1), (2, 1), (1, 4)][stream.integer(below: 5)]
      let (count, ticks) = shape
      let channels = (0..<count).map { index in
        let top = number(50, 150)
        let adstock: Adstock = stream.integer(below: 2) == 0 ? .none : .geometric(retention: number(0.1, 0.8))
        return MediaChannel(
          name: "c\(index)",
          kind: .response(
            ResponseChannel(
              spends: [0, top], adstock: adstock,
              saturation: Hill(
                maximum: number(20, 200), halfSaturation: number(20, 150), slope: number(0.7, 4)),
              recent: (0..<ticks).map { _ in number(0, top) })))
      }
      let most = channels.reduce(0) { $0 + ($1.ladder.last ?? 0) } * Double(ticks)
      market = Market(
        name: "m", ticks: ticks, budget: number(0.2, 0.9) * most, objective: .revenue, channels: channels)
      switch stream.integer(below: 5) {
      case 0: market.tickCap = number(0.3, 0.9) * most / Double(ticks)
      case 1:
        let top = (channels[0].ladder.last ?? 0) * Double(ticks)
        constraints.limits["c0"] = .money(number(0, 0.1) * top...number(0.3, 1) * top)
      case 2 where count > 1:
        constraints.groups = [.init(names: ["c0", "c1"], limit: .money(0...number(0.2, 0.6) * most))]
      default: break
      }
      grids = channels.map { channel in
        (0..<9).map { (channel.ladder.last ?? 0) * Double($0) / 8 }
      }
    }

    /// Every schedule on the grid that keeps to the limits, with its outcome.
    func forEachSchedule(_ body: ([[Double]], Double) -> Void) {
      let (ticks, count) = (market.ticks, market.channels.count)
      let total = Int(pow(9.0, Double(ticks * count)).rounded())
      for code in 0..<total {
        var rest = code
        var spends = [[Double]](repeating: [], count: count)
        for channel in 0..<count {
          for _ in 0..<ticks {
            spends[channel].append(grids[channel][rest % 9])
            rest /= 9
          }
        }
        if isAllowed(spends) { body(spends, outcome(spends)) }
      }
    }

    func isAllowed(_ spends: [[Double]]) -> Bool {
      let totals = spends.map { $0.reduce(0, +) }
      guard totals.reduce(0, +) <= market.budget else { return false }
      if let cap = market.tickCap {
        for tick in 0..<market.ticks where spends.reduce(0, { $0 + $1[tick] }) > cap { return false }
      }
      if case .money(let range) = constraints.limits["c0"], !range.contains(totals[0]) { return false }
      if let group = constraints.groups.first, case .money(let range) = group.limit {
        return range.contains(totals[0] + totals[1])
      }
      return true
    }

    func outcome(_ spends: [[Double]]) -> Double {
      zip(market.channels, spends).reduce(0) { sum, pair in
        guard case .response(let response) = pair.0.kind else { return sum }
        var stock = response.recent.reduce(0) { response.adstock.retention * $0 + $1 }
        return sum
          + pair.1.reduce(0) { total, spend in
            stock = response.adstock.retention * stock + spend
            let hill = response.saturation
            return total + (stock > 0 ? hill.maximum / (1 + pow(hill.halfSaturation / stock, hill.slope)) : 0)
          }
      }
    }
  }

  /// No schedule of the grid beats a plan by more than what the search leaves open, nor any its bound.
  @Test func noScheduleBeatsThePlan() throws {
    var gaps: [Double] = []
    var refused = 0
    for number in 0..<Self.count {
      let problem = Problem(seed: number)
      guard let plan = try? SpendPlan(market: problem.market, constraints: problem.constraints, gap: 1e-4)
      else {
        // Only where no schedule keeps to the limits.
        problem.forEachSchedule { spends, _ in
          Issue.record("problem \(number) is refused, but \(spends) is allowed")
        }
        refused += 1
        continue
      }
      var best = 0.0
      problem.forEachSchedule { best = max(best, $1) }
      #expect(plan.outcome >= best * (1 - 1e-4), "problem \(number)")
      #expect(plan.bound >= best * (1 - 1e-9), "problem \(number)")
      #expect(plan.violations == 0, "problem \(number)")
      gaps.append(plan.certifiedGap)
    }
    gaps.sort()
    #expect((gaps.last ?? 1) < 0.02)
    if Self.count > 200 {
      print(
        "\(gaps.count) problems, \(refused) refused; gap at most 1e-4 in \(gaps.count { $0 <= 1e-4 }), "
          + "median \(gaps[gaps.count / 2]), widest \(gaps[gaps.count - 1])")
    }
  }

  /// Of all schedules that meet a target the plan brings at least as much as the best.
  @Test func targetsFindTheBest() throws {
    for number in 0..<60 {
      let problem = Problem(seed: 1000 + number)
      var returns: [Double] = []
      problem.forEachSchedule { spends, outcome in
        let money = spends.joined().reduce(0, +)
        if money > 0 { returns.append(outcome / money) }
      }
      returns.sort()
      let ratio = try #require(returns.isEmpty ? nil : returns[returns.count * 9 / 10])
      var best = 0.0
      problem.forEachSchedule { spends, outcome in
        if outcome >= ratio * spends.joined().reduce(0, +) { best = max(best, outcome) }
      }
      var constraints = problem.constraints
      constraints.target = .returnOnSpend(ratio)
      let plan = try SpendPlan(market: problem.market, constraints: constraints, gap: 1e-4)
      #expect(plan.outcome >= ratio * plan.spend)
      #expect(plan.outcome >= best * (1 - 2e-3), "problem \(number)")
      #expect(plan.bound >= best * (1 - 1e-9), "problem \(number)")
    }
  }

  /// More money never brings less, and amounts by tick never less than the same in every tick.
  @Test func outcomesNeverFall() throws {
    for number in 0..<20 {
      let problem = Problem(seed: 2000 + number)
      let budgets = (2...10).map { problem.market.budget * Double($0) / 10 }
      let plans = try SpendPlan.plans(
        market: problem.market, constraints: problem.constraints, budgets: budgets)
      #expect(
        zip(plans, plans.dropFirst()).allSatisfy { $1.outcome >= $0.outcome * (1 - 1e-9) },
        "problem \(number)")
      guard
        let steady = try? SpendPlan(
          market: problem.market, constraints: problem.constraints, pattern: .steady)
      else { continue }
      let byTick = try SpendPlan(market: problem.market, constraints: problem.constraints)
      #expect(byTick.outcome >= steady.outcome * (1 - 1e-6), "problem \(number)")
    }
  }

  @Test func frozenMeansFrozen() throws {
    for number in 0..<40 {
      var problem = Problem(seed: 3000 + number)
      problem.market.tickCap = nil
      problem.constraints = PlanConstraints()
      problem.constraints.frozen = ["c0"]
      guard case .response(let response) = problem.market.channels[0].kind else { continue }
      problem.market.budget += response.recent.reduce(0, +)
      let plan = try SpendPlan(market: problem.market, constraints: problem.constraints)
      #expect(plan.rows[0].schedule == response.recent)
    }
  }

  /// The least money for an outcome: a little less does not reach it.
  @Test func findsTheLeastMoney() throws {
    for number in 0..<20 {
      var problem = Problem(seed: 4000 + number)
      problem.market.tickCap = nil
      problem.constraints = PlanConstraints()
      let most = try SpendPlan(market: problem.market)
      problem.constraints.targetOutcome = 0.7 * most.outcome
      let plan = try SpendPlan(market: problem.market, constraints: problem.constraints)
      #expect(plan.outcome >= 0.7 * most.outcome * (1 - 1e-9))
      var least = Double.infinity
      problem.forEachSchedule { spends, outcome in
        if outcome >= 0.7 * most.outcome { least = min(least, spends.joined().reduce(0, +)) }
      }
      #expect(plan.spend <= least * (1 + 1e-3) + 1e-6, "problem \(number)")
    }
  }
}
