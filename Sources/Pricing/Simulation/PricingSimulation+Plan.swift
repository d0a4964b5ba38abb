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

  /// What the planner expects of the rest of the season, in which the prices that buyers remember give way to its own.
  package func plannedValue(_ state: PricingState) -> Double {
    guard state.period < problem.periods else { return 0 }
    if prices != nil { return state.stockValue }
    var value = trafficLeft[state.period] * state.plan.profit
    if problem.reference != nil {
      let fading = trafficLeft[state.period] - rememberedTraffic[state.period]
      value += fading * (lastingProfit(state) - state.plan.profit)
    }
    for resource in state.units.indices { value += state.plan.bids[resource] * state.units[resource] }
    return value
  }

  /// The profit of the plan per unit of traffic, after bid prices, once buyers remember the plan's own prices.
  private func lastingProfit(_ state: PricingState) -> Double {
    var (profit, attraction) = (0.0, 1.0)
    for product in problem.products.indices {
      let column = table.first[product] + state.plan.choices[product]
      guard !table.isClosed[column] else { continue }
      let demand = state.expected[column] / effect(state, column, product)
      profit += demand * (table.margins[column] - planner.charge(state.plan, product))
      attraction += demand
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
    let charge = planner.charge(state.plan, product) + (table.isLogit ? state.plan.threshold : 0)
    func gain(_ column: Int) -> Double {
      table.isClosed[column] ? 0 : factor * state.expected[column] * (table.margins[column] - charge)
    }
    let best = gain(columns.lowerBound + state.plan.choices[product])
    for column in columns { put(min(gain(column) - best, 0)) }
  }
}
