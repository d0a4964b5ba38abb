import Foundation

extension PricingSimulation {
  /// An upper bound on what any policy can expect of a season with these hidden parameters, known or not: were demand its
  /// mean (Gallego and van Ryzin, 1994, theorem 2, by Lagrangian duality); of a network of requests, the relaxation's.
  ///
  /// For any bid prices b ≥ 0, expected profit ≤ b · stock + Σ_t traffic_t · max over prices of mean sales · (margin − b).
  /// A unit that may come back is charged for the chance that it does not; of a reference price, the dearest price there
  /// is stands for what buyers remember.
  func bound(truth: [Double]) -> Double {
    if let prices { return prices.bound }
    var demand = truth
    if let reference = problem.reference {
      for (number, product) in problem.products.enumerated() {
        let dearest = product.prices[product.prices.count - 1]
        for column in table.columns(number) where !table.isClosed[column] {
          demand[column] *= exp(reference.effect * (dearest - table.prices[column]))
        }
      }
    }
    let units = problem.resources.map { Double($0.capacity) }
    let planner = FluidPlanner(problem, table)
    var plan = planner.emptyPlan
    planner.plan(&plan, demand: demand, units: units, traffic: trafficLeft[0])
    var bound = zip(plan.bids, units).reduce(0) { $0 + $1.0 * $1.1 }
    guard let cancellations = problem.cancellations else {
      return bound + trafficLeft[0] * max(plan.profit, 0)
    }
    let bids = plan.bids
    for period in 0..<problem.periods {
      let kept = pow(1 - cancellations.chance, Double(problem.periods - 1 - period))
      let returning = FluidPlanner(problem, table.returning(1 - kept, refund: cancellations.refund))
      plan.bids = bids.map { $0 * kept }
      returning.choose(&plan, demand: demand)
      bound += problem.traffic[period] * max(plan.profit, 0)
    }
    return bound
  }
}
