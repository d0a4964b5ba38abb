import Documents

extension SpendPlan {
  /// How a plan's money may vary over the ticks.
  public enum Pattern: Sendable, Equatable {
    /// Every tick has its own amounts.
    case byTick
    /// Every channel spends the same in each tick, but for frozen ones.
    case steady
  }

  /// The best plan for a market of response channels, carry-over within the plan and from before it included.
  ///
  /// The market is taken as calibrated: every drifting factor at 1. Amounts are free between the levels of a channel's
  /// ladder. Where all curves are concave (slopes of at most 1) the plan is the best to within the certified gap; S-shaped
  /// curves are searched by branch and bound (`SpendSearch`), and the gap says what that leaves open.
  /// - Parameters:
  ///   - gap: the certified gap at which the search may end.
  /// - Throws: `InputError` where the constraints contradict each other, or where a channel bids in auctions.
  public init(
    market: Market, constraints: PlanConstraints = PlanConstraints(), pattern: Pattern = .byTick,
    gap: Double = 1e-5
  ) throws(InputError) {
    let planner = SpendPlanner(
      market: market, problem: try SpendProblem(market: market, constraints: constraints), pattern: pattern)
    let target = constraints.target ?? market.target
    if let outcome = constraints.targetOutcome {
      self = try planner.cheapest(reaching: outcome, target: target, gap: gap)
    } else if let target {
      self = try planner.best(meeting: target, gap: gap)
    } else {
      self = try planner.plan(gap: gap)
    }
  }
}

extension SpendPlan {
  /// Plans of rising budgets, none of which brings less than one before; those that contradict the limits are left out.
  public static func plans(
    market: Market, constraints: PlanConstraints, budgets: [Double], gap: Double = 1e-3
  ) throws(InputError) -> [SpendPlan] {
    var plans: [SpendPlan] = []
    for budget in budgets.sorted() {
      var constraints = constraints
      constraints.budget = budget
      guard let problem = try? SpendProblem(market: market, constraints: constraints) else { continue }
      let planner = SpendPlanner(market: market, problem: problem, pattern: .byTick)
      let plan =
        (constraints.target ?? market.target) == nil && constraints.targetOutcome == nil
        ? try? planner.plan(starts: plans.suffix(1), gap: gap)
        : try? SpendPlan(market: market, constraints: constraints, gap: gap)
      if let plan { plans.append(plan) }
    }
    return plans
  }
}

extension Market {
  /// The market over another number of ticks: its season goes round, its budget is today's spend in as many ticks, or, where
  /// that is not known, in proportion.
  public func planned(over ticks: Int) -> Market {
    var market = self
    market.ticks = ticks
    market.season = (0..<ticks).map { season[$0 % max(1, season.count)] }
    let today = channels.compactMap { $0.currentSchedule(ticks: ticks)?.reduce(0, +) }
    market.budget =
      today.count == channels.count ? today.reduce(0, +) : budget * Double(ticks) / Double(max(1, self.ticks))
    return market
  }
}

/// Plans a market's money at one budget or another.
struct SpendPlanner {
  let market: Market
  let problem: SpendProblem
  let pattern: SpendPlan.Pattern

  private var isConcave: Bool { problem.channels.allSatisfy { $0.curve.inflection == 0 } }

  /// The best plan of a budget; nil stands for the whole of it.
  ///
  /// - Parameter starts: plans of less money, which are tried too, so that more money never brings less.
  func plan(
    budget: Double? = nil, starts: [SpendPlan] = [], gap: Double, boxes: Int? = nil
  ) throws(InputError) -> SpendPlan {
    let problem = budget.map(problem.with(budget:)) ?? problem
    var schedules = starts.map { $0.rows.map(\.schedule) }
    if pattern == .byTick, !isConcave,
      let steady = SpendSearch(problem, cells: problem.steadyCells, gap: max(gap, 1e-3), boxes: 20)
    {
      schedules.append(problem.spends(problem.steadyCells, steady.amounts))
    }
    let cells = pattern == .byTick ? problem.tickCells : problem.steadyCells
    guard let search = SpendSearch(problem, cells: cells, starts: schedules, gap: gap, boxes: boxes) else {
      throw InputError(
        .invalid, key: "limits", problem: "contradict each other: no money by tick keeps to all of them",
        remedy: "loosen the limits of channels, groups and ticks, or the cap")
    }
    return SpendPlan(
      problem, market: market, spends: problem.spends(cells, search.amounts), objective: search.objective,
      bound: search.bound)
  }

  /// The best plan that meets a target.
  ///
  /// A plan that meets it gains at least what its money asks for, and at most the bound of its budget: budgets above what that
  /// bound could pay for are ruled out, again and again. S-shaped curves may miss a target with little money, meet it with
  /// more and miss it again with most, so budgets are then tried from the highest down until one meets it; halving finds
  /// how far that can grow.
  func best(meeting target: Target, gap: Double) throws(InputError) -> SpendPlan {
    let whole = try plan(gap: gap)
    if whole.meets(target, in: market) { return whole }
    let rough = max(gap, 1e-4)
    let least = problem.leastSpend
    var (missed, bound) = (problem.budget, whole.bound)
    var found: SpendPlan?
    for _ in 0..<12 {
      guard let next = target.mostSpend(paidBy: bound, market).map({ max($0, least) }),
        next < missed * (1 - 1e-4)
      else { break }
      let tried = try plan(budget: next, gap: rough, boxes: Self.roughBoxes)
      bound = min(bound, tried.bound)
      if tried.meets(target, in: market) {
        found = tried
        break
      }
      missed = next
    }
    for part in (0..<Self.parts).reversed() where found == nil {
      let budget = least + (missed - least) * Double(part) / Double(Self.parts)
      let tried = try plan(budget: budget, gap: rough, boxes: Self.roughBoxes)
      if tried.meets(target, in: market) { found = tried } else { missed = min(missed, budget) }
    }
    guard var best = found else {
      throw InputError(
        .invalid, key: "target", problem: "is missed at every spend from \(least) to \(problem.budget)",
        remedy: "loosen the target or the lower limits")
    }
    var (low, high) = (best.budget, max(missed, best.budget))
    for _ in 0..<40 where high - low > 1e-7 * problem.budget {
      let middle = (low + high) / 2
      let tried = try plan(budget: middle, starts: [best], gap: rough, boxes: Self.roughBoxes)
      if tried.meets(target, in: market) { (low, best) = (middle, tried) } else { high = middle }
    }
    let last = try plan(budget: low, starts: [best], gap: gap)
    if last.meets(target, in: market), last.outcome >= best.outcome { best = last }
    return best.bounded(by: bound)
  }

  private static let parts = 24
  private static let roughBoxes = 40

  /// The least money that reaches an outcome.
  func cheapest(reaching outcome: Double, target: Target?, gap: Double) throws(InputError) -> SpendPlan {
    let most: SpendPlan
    if let target { most = try self.best(meeting: target, gap: gap) } else { most = try plan(gap: gap) }
    guard most.outcome >= outcome * (1 - 1e-9) else {
      throw InputError(
        .invalid, key: "target outcome",
        problem: "is \(outcome), and the best plan of \(most.budget) brings \(most.outcome)",
        remedy: "raise the budget, or lower the outcome to at most \(most.bound)")
    }
    var best = most
    var (low, high) = (problem.leastSpend, most.spend)
    for _ in 0..<40 where high - low > 1e-7 * problem.budget {
      let middle = (low + high) / 2
      let tried = try plan(budget: middle, gap: max(gap, 1e-4), boxes: Self.roughBoxes)
      if tried.outcome >= outcome { (high, best) = (min(middle, tried.spend), tried) } else { low = middle }
    }
    return best
  }
}

extension Target {
  /// The most that may be spent where an objective is to meet the target; nil where that cannot be told.
  fileprivate func mostSpend(paidBy objective: Double, _ market: Market) -> Double? {
    let worths = market.channels.compactMap { channel -> Double? in
      if case .response(let response) = channel.kind { response.valuePerOutcome } else { nil }
    }
    guard let least = worths.min(), let most = worths.max(), least > 0 else { return nil }
    let isCounted = market.objective == .conversions
    // The objective, money not taken off, that a unit of money asks for at least.
    let price: Double
    switch self {
    case .costPerAction(let cost): price = (isCounted ? 1 : least) / cost
    case .returnOnSpend(let ratio): price = isCounted ? ratio / most : ratio
    }
    let net = market.objective == .profit ? price - 1 : price
    return net > 0 ? objective / net : nil
  }
}

extension SpendPlan {
  /// Whether the plan meets a target.
  fileprivate func meets(_ target: Target, in market: Market) -> Bool {
    var (count, revenue) = (0.0, 0.0)
    for (row, channel) in zip(rows, market.channels) {
      guard case .response(let response) = channel.kind else { continue }
      let worth = response.valuePerOutcome
      let isCounted = market.objective == .conversions || worth == 0
      count += isCounted ? row.outcome : row.outcome / worth
      revenue += isCounted ? row.outcome * worth : row.outcome
    }
    return switch target {
    case .costPerAction(let cost): spend <= cost * count
    case .returnOnSpend(let ratio): revenue >= ratio * spend
    }
  }

  /// The plan with another bound.
  fileprivate func bounded(by bound: Double) -> SpendPlan {
    SpendPlan(budget: budget, rows: rows, groups: groups, objective: objective, bound: max(bound, objective))
  }

  fileprivate init(
    _ problem: SpendProblem, market: Market, spends: [[Double]], objective: Double, bound: Double
  ) {
    let rows = problem.channels.indices.map { index in
      let channel = problem.channels[index]
      let schedule = spends[index]
      let total = schedule.reduce(0, +)
      let slopes = problem.slopes(channel: index, spends: schedule)
      let current = market.channels[index].currentSchedule(ticks: problem.ticks)
      return Row(
        name: channel.name, spend: total, outcome: problem.value(channel: index, spends: schedule),
        marginalReturn: total > 0
          ? zip(slopes, schedule).reduce(0) { $0 + $1.0 * $1.1 } / total : slopes.max() ?? 0,
        current: current.map { ($0.reduce(0, +), problem.value(channel: index, spends: $0)) },
        limits: channel.limits, schedule: schedule)
    }
    self.init(
      budget: problem.budget, rows: rows,
      groups: problem.groups.map { group in
        (group.members.map { problem.channels[$0].name }, group.limits)
      }, objective: objective, bound: bound)
  }
}
