extension PricingSimulation {
  /// What is believed of a group's hidden parameters: means and standard deviations of their logarithms.
  package func belief(_ state: PricingState, _ group: Int)
    -> (scale: (mean: Double, deviation: Double), slope: (mean: Double, deviation: Double))
  {
    func moments(_ values: [Double]) -> (mean: Double, deviation: Double) {
      var (mean, square) = (0.0, 0.0)
      for (index, value) in values.enumerated() {
        let weight = state.beliefs[group * hypotheses.count + index]
        mean += weight * value
        square += weight * value * value
      }
      return (mean, max(0, square - mean * mean).squareRoot())
    }
    return (moments(hypotheses.logScales), moments(hypotheses.logSlopes))
  }

  /// What the planner expects of the rest of the season, in which the prices that buyers remember give way to its own, and
  /// some of what they hold comes back for a refund.
  package func plannedValue(_ state: PricingState) -> Double {
    guard state.period < problem.periods else { return 0 }
    return prices != nil ? state.stockValue : value(of: state.plan, demand: state.expected, state)
  }

  /// What somebody who knows demand would plan: at the season's end, and of a network, whose demand is known, the same.
  func hindsight(_ state: PricingState) -> Hindsight {
    guard state.period < problem.periods, prices == nil else { return Hindsight(bids: state.plan.bids) }
    var demand = state.truth
    for product in problem.products.indices {
      for column in table.columns(product) { demand[column] *= effect(state, column, product) }
    }
    let planner = planner(from: state.period)
    var plan = planner.emptyPlan
    planner.plan(&plan, demand: demand, units: state.units, traffic: trafficLeft[state.period])
    return Hindsight(
      shortfall: value(of: plan, demand: demand, state) - plannedValue(state), bids: plan.bids)
  }

  private func value(of plan: FluidPlanner.Plan, demand: [Double], _ state: PricingState) -> Double {
    var value = trafficLeft[state.period] * plan.profit
    if problem.reference != nil {
      let fading = trafficLeft[state.period] - rememberedTraffic[state.period]
      value += fading * (lastingProfit(of: plan, demand: demand, state) - plan.profit)
    }
    for resource in state.units.indices { value += plan.bids[resource] * state.units[resource] }
    if let cancellations = problem.cancellations {
      let returning = 1 - keptToTheEnd[state.period]
      for (product, uses) in problem.products.map(\.uses).enumerated() {
        let worth = uses.reduce(0) { $0 + plan.bids[$1] }
        value += returning * state.held[product] * (worth - cancellations.refund * state.paid[product])
      }
    }
    return value
  }

  /// The profit of the plan per unit of traffic, after bid prices, once buyers remember the plan's own prices.
  private func lastingProfit(of plan: FluidPlanner.Plan, demand: [Double], _ state: PricingState) -> Double {
    let planner = planner(from: state.period)
    var (profit, attraction) = (0.0, 1.0)
    for product in problem.products.indices {
      let column = table.first[product] + plan.choices[product]
      guard !table.isClosed[column] else { continue }
      let lasting = demand[column] / effect(state, column, product)
      profit += lasting * (planner.table.margins[column] - planner.charge(plan, product))
      attraction += lasting
    }
    return table.isLogit ? table.visitors * profit / attraction : profit
  }

  /// What each choice of a product adds by the planner, the best at 0.
  func plannedAdvantages(_ state: PricingState, _ product: Int, period: Int, _ put: (Double) -> Void) {
    let columns = table.columns(product)
    if prices != nil {
      let gain = state.period < problem.periods ? state.expected[columns.lowerBound] : 0
      put(min(gain, 0))
      put(min(-gain, 0))
      return
    }
    var attraction = 1.0
    if table.isLogit {
      for other in problem.products.indices {
        attraction += state.expected[table.first[other] + state.plan.choices[other]]
      }
    }
    let factor = problem.traffic[period] * table.visitors / attraction
    let planner = planner(from: period)
    let charge = planner.charge(state.plan, product) + (table.isLogit ? state.plan.threshold : 0)
    func gain(_ column: Int) -> Double {
      table.isClosed[column] ? 0 : factor * state.expected[column] * (planner.table.margins[column] - charge)
    }
    let best = gain(columns.lowerBound + state.plan.choices[product])
    for column in columns { put(min(gain(column) - best, 0)) }
  }
}
