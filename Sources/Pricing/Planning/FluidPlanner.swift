/// Prices that would be best if demand were its mean: each unit of a resource is charged a bid price, the lowest at which
/// the mean sales of the rest of the season fit the stock, and every product takes the price of the largest profit after
/// it. Of sales that may come back, only the share that is kept uses the stock and is charged, and what is paid back comes
/// off the margins.
package struct FluidPlanner: Sendable {
  let table: DemandTable
  /// Per product the resources that a sale uses.
  let uses: [[Int]]
  let resourceCount: Int
  /// The share of sales that does not come back.
  private let kept: Double
  private let highest: Double

  /// Prepares to plan.
  ///
  /// - Parameter kept: the share of sales that does not come back; of the rest the problem's refund is paid.
  init(_ problem: PricingProblem, _ table: DemandTable, kept: Double = 1) {
    self.table = kept < 1 ? table.returning(1 - kept, refund: problem.cancellations?.refund ?? 0) : table
    self.kept = kept
    uses = problem.products.map(\.uses)
    resourceCount = problem.resources.count
    highest = table.prices.max() ?? 0
  }

  /// What is best now.
  package struct Plan: Sendable, Equatable {
    /// Per resource what a unit is worth.
    var bids: [Double]
    /// Per product the number of the choice.
    package var choices: [Int]
    /// The profit per unit of traffic after bid prices.
    package var profit = 0.0
    /// Per product the mean sales per unit of traffic.
    var sales: [Double]
    /// Of a logit, the profit that a product's own must exceed to be worth offering.
    var threshold = 0.0
  }

  /// A plan of no bids.
  var emptyPlan: Plan {
    Plan(
      bids: Array(repeating: 0, count: resourceCount), choices: Array(repeating: 0, count: uses.count),
      sales: Array(repeating: 0, count: uses.count))
  }

  /// Plans the rest of a season. O(resources · columns).
  ///
  /// - Parameters:
  ///   - demand: by column.
  ///   - units: per resource.
  ///   - traffic: what is left of it.
  func plan(_ plan: inout Plan, demand: [Double], units: [Double], traffic: Double) {
    for resource in 0..<resourceCount { plan.bids[resource] = 0 }
    choose(&plan, demand: demand)
    guard resourceCount > 0, traffic > 0 else { return }
    for _ in 0..<(resourceCount > 1 ? 4 : 1) {
      for resource in 0..<resourceCount {
        plan.bids[resource] = 0
        choose(&plan, demand: demand)
        guard need(plan, resource) * traffic > units[resource] else { continue }
        var (low, high) = (0.0, highest)
        for _ in 0..<14 {
          plan.bids[resource] = (low + high) / 2
          choose(&plan, demand: demand)
          if need(plan, resource) * traffic > units[resource] {
            low = plan.bids[resource]
          } else {
            high = plan.bids[resource]
          }
        }
        plan.bids[resource] = high
      }
    }
    choose(&plan, demand: demand)
  }

  /// The best choices at the plan's bid prices.
  func choose(_ plan: inout Plan, demand: [Double]) {
    if table.isLogit {
      chooseTogether(&plan, demand: demand)
    } else {
      plan.profit = 0
      for product in uses.indices {
        let charge = charge(plan, product)
        pick(&plan, product, charge: charge, demand: demand)
        let column = table.first[product] + plan.choices[product]
        plan.sales[product] = demand[column]
        if !table.isClosed[column] { plan.profit += demand[column] * (table.margins[column] - charge) }
      }
    }
  }

  /// What the units of a sale are charged, by the share that is kept.
  func charge(_ plan: Plan, _ product: Int) -> Double {
    var charge = 0.0
    for resource in uses[product] { charge += plan.bids[resource] }
    return charge * kept
  }

  /// The best profit of a logit, a ratio of sums, by Dinkelbach's method (Management Science 13, 1967).
  private func chooseTogether(_ plan: inout Plan, demand: [Double]) {
    plan.threshold = 0
    for _ in 0..<30 {
      var (profit, attraction) = (0.0, 1.0)
      for product in uses.indices {
        let charge = charge(plan, product)
        pick(&plan, product, charge: charge + plan.threshold, demand: demand)
        let column = table.first[product] + plan.choices[product]
        guard !table.isClosed[column] else { continue }
        profit += demand[column] * (table.margins[column] - charge)
        attraction += demand[column]
      }
      let ratio = profit / attraction
      let isSettled = abs(ratio - plan.threshold) <= 1e-12 * max(1, abs(ratio))
      plan.threshold = ratio
      plan.profit = table.visitors * ratio
      for product in uses.indices {
        let column = table.first[product] + plan.choices[product]
        plan.sales[product] = table.visitors * demand[column] / attraction
      }
      if isSettled { break }
    }
  }

  private func pick(_ plan: inout Plan, _ product: Int, charge: Double, demand: [Double]) {
    let columns = table.columns(product)
    var (best, bestGain) = (columns.lowerBound, -Double.infinity)
    for column in columns {
      let gain = table.isClosed[column] ? 0 : demand[column] * (table.margins[column] - charge)
      if gain > bestGain { (best, bestGain) = (column, gain) }
    }
    plan.choices[product] = best - columns.lowerBound
  }

  private func need(_ plan: Plan, _ resource: Int) -> Double {
    var need = 0.0
    for product in uses.indices where uses[product].contains(resource) { need += plan.sales[product] }
    return need * kept
  }
}
