import Documents

extension SpendPlan {
  /// How a plan's money may vary over the ticks.
  public enum Pattern: Sendable, Equatable {
    /// Every tick has its own amounts.
    case byTick
    /// Every channel spends the same in each tick.
    case steady
  }

  /// The best plan for a market of response channels, carry-over within the plan and from before it included.
  ///
  /// The market is taken as calibrated: every drifting factor at 1. Amounts are free between the levels of a channel's
  /// ladder. Where all curves are concave (slopes of at most 1) the plan is the best to within the certified gap; S-shaped
  /// curves are planned on their concave hulls, then improved on the curves themselves, and the gap counts both.
  /// - Parameters:
  ///   - gap: the certified gap at which the search may end.
  /// - Throws: `InputError` where the constraints contradict each other, or where a channel bids in auctions.
  public init(
    market: Market, constraints: PlanConstraints = PlanConstraints(), pattern: Pattern = .byTick,
    gap: Double = 1e-5
  ) throws(InputError) {
    let problem = try SpendProblem(market: market, constraints: constraints)
    var plan = Self(problem, market: market, pattern: pattern, gap: gap)
    if let target = constraints.target ?? market.target, !plan.meets(target, in: market) {
      // Less money has a higher return: the largest budget that meets the target is found by halving.
      var (low, high) = (problem.leastSpend, problem.budget)
      for _ in 0..<24 where high - low > 1e-4 * problem.budget {
        let middle = (low + high) / 2
        let tried = Self(problem.with(budget: middle), market: market, pattern: pattern, gap: max(gap, 1e-4))
        if tried.meets(target, in: market) { low = middle } else { high = middle }
      }
      plan = Self(problem.with(budget: low), market: market, pattern: pattern, gap: gap)
      guard plan.meets(target, in: market) else {
        throw InputError(
          .invalid, key: "target", problem: "is missed even at the least spend of \(problem.leastSpend)",
          remedy: "loosen the target or the lower limits")
      }
    }
    self = plan
  }

  private func meets(_ target: Target, in market: Market) -> Bool {
    var (count, revenue) = (0.0, 0.0)
    for (row, channel) in zip(rows, market.channels) {
      let isCounted = market.objective == .conversions || channel.outcomeValue == 0
      count += isCounted ? row.outcome : row.outcome / channel.outcomeValue
      revenue += isCounted ? row.outcome * channel.outcomeValue : row.outcome
    }
    return switch target {
    case .costPerAction(let cost): spend <= cost * count
    case .returnOnSpend(let ratio): revenue >= ratio * spend
    }
  }

  private init(_ problem: SpendProblem, market: Market, pattern: Pattern, gap: Double) {
    let cells = pattern == .byTick ? problem.tickCells : problem.steadyCells
    var exchange = MoneyExchange(problem, cells: cells, from: problem.startingSpends())
    let bound = exchange.run(gap: gap)
    if problem.channels.contains(where: { $0.curve.touchingStock > 0 }) {
      let pulsed = pattern == .byTick ? problem.pulsed(exchange.spends) : exchange.spends
      exchange = MoneyExchange(problem, cells: cells, spends: pulsed, onHull: false)
      _ = exchange.run(gap: gap, moves: 2000)
    }
    budget = problem.budget
    self.bound = bound
    certifiedGap = bound > 0 ? max(0, (bound - exchange.objective) / bound) : 0
    rows = problem.channels.indices.map { index in
      let channel = problem.channels[index]
      let schedule = exchange.spends[index]
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
  }
}

extension SpendProblem {
  /// The least that may be spent.
  var leastSpend: Double { channels.reduce(0) { $0 + $1.limits.lowerBound } }

  /// The same problem with another budget.
  func with(budget: Double) -> SpendProblem {
    SpendProblem(channels: channels, ticks: ticks, budget: budget, tickCap: tickCap, moneyWeight: moneyWeight)
  }

  init(market: Market, constraints: PlanConstraints) throws(InputError) {
    try constraints.check(names: market.channels.map(\.name))
    var channels: [Channel] = []
    for channel in market.channels {
      guard case .response(let response) = channel.kind else {
        throw InputError(
          .invalid, key: channel.name,
          problem: "bids in auctions, whose plans are levels, not amounts of money",
          remedy: "play it with `evaluate`, whose static and replan strategies plan it")
      }
      let ladder = channel.levels
      let perTick = (ladder.first ?? 0)...(ladder.last ?? 0)
      let possible = perTick.lowerBound * Double(market.ticks)...perTick.upperBound * Double(market.ticks)
      let current = channel.currentSchedule(ticks: market.ticks)?.reduce(0, +)
      let worth = market.objective == .conversions ? 1 : response.valuePerOutcome
      channels.append(
        Channel(
          name: channel.name, curve: SaturationCurve(response.saturation), adstock: response.adstock,
          weights: market.season.map { $0 * worth }, recent: response.recent, tickLimits: perTick,
          limits: try constraints.range(of: channel.name, current: current, within: possible)))
    }
    self.channels = channels
    ticks = market.ticks
    let cap = constraints.tickCap ?? market.tickCap
    tickCap = cap
    moneyWeight = market.objective == .profit ? 1 : 0
    let wanted = constraints.budget ?? market.budget
    budget = min(wanted, cap.map { $0 * Double(market.ticks) } ?? .infinity)
    guard leastSpend <= budget * (1 + 1e-12) else {
      throw InputError(
        .invalid, key: "budget",
        problem: "is \(budget) over all ticks, and the lower limits alone cost \(leastSpend)",
        remedy: "raise the budget or the cap, or lower the limits")
    }
  }
}

extension MediaChannel {
  /// Money by tick if the last ticks before the episode were repeated; nil where those are not known.
  func currentSchedule(ticks: Int) -> [Double]? {
    guard case .response(let response) = kind, !response.recent.isEmpty else { return nil }
    let last = response.recent.suffix(ticks)
    return (0..<ticks).map { last[last.startIndex + $0 % last.count] }
  }
}
