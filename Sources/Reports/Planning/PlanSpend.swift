import Apportion
import Documents
import Foundation
import Runs

/// What a plan is asked for.
package struct PlanRequest: Sendable {
  /// A market's name or file, or a CSV table of response curves.
  package var source: String
  /// What the plan must keep to; its limits name channels.
  package var constraints = PlanConstraints()
  /// Limits of every channel that has none of its own.
  package var limitOfAll: PlanConstraints.Limit?
  /// Whether limits in a table of curves count.
  package var usesTableLimits = true
  /// The column of outcomes in a table of curves; nil finds it.
  package var outcomeColumn: String?
  /// Whether plans at other budgets are made too.
  package var asksWhatIf = false

  /// Asks for a plan of a market or of curves.
  package init(source: String) { self.source = source }
}

/// Plans a budget.
///
/// - Throws: `InputError` or `ConfigurationError`.
package func planSpend(_ request: PlanRequest) throws -> PlanReport {
  let planner = request.source.hasSuffix(".csv") ? try curvePlanner(request) : try marketPlanner(request)
  let clock = Stopwatch()
  let plan = try planner.plan(planner.budget, 1e-5)
  let milliseconds = clock.seconds * 1000
  let whatIf =
    request.asksWhatIf
    ? (5...15).compactMap { try? planner.plan(planner.budget * Double($0) / 10, 1e-3) } : []
  return PlanReport(
    source: request.source, currency: planner.currency, plan: plan, steady: try planner.steady(),
    milliseconds: milliseconds, whatIf: whatIf)
}

private struct Planner {
  let currency: String
  let budget: Double
  let plan: (_ budget: Double, _ gap: Double) throws -> SpendPlan
  let steady: () throws -> SpendPlan?
}

private func marketPlanner(_ request: PlanRequest) throws -> Planner {
  let market = try Market(named: request.source)
  var constraints = request.constraints
  constraints.fillIn(request.limitOfAll, names: market.channels.map(\.name))
  return Planner(
    currency: market.currency, budget: constraints.budget ?? market.budget,
    plan: { [constraints] budget, gap in
      var constraints = constraints
      constraints.budget = budget
      return try SpendPlan(market: market, constraints: constraints, gap: gap)
    },
    steady: { [constraints] in try SpendPlan(market: market, constraints: constraints, pattern: .steady) })
}

private func curvePlanner(_ request: PlanRequest) throws -> Planner {
  var constraints = request.constraints
  guard constraints.tickCap == nil, constraints.target == nil else {
    throw ConfigurationError(
      place: request.source,
      message: "--cap and --target need a market with ticks; a table of curves has neither")
  }
  let table = try CSVTable(contentsOf: request.source)
  var curves = try ResponseTable.curves(
    in: table, outcome: request.outcomeColumn, limited: request.usesTableLimits)
  constraints.fillIn(request.limitOfAll, names: curves.map(\.name))
  curves = try constraints.limiting(curves)
  let today = curves.compactMap(\.current)
  let current = today.count == curves.count ? today.reduce(0, +) : nil
  guard let budget = constraints.budget ?? current else {
    throw ConfigurationError(
      place: request.source, message: "does not say what is spent today; give --budget")
  }
  return Planner(
    currency: "", budget: budget,
    plan: { [curves] budget, _ in try SpendPlan(curves: curves, budget: budget) },
    steady: { nil })
}

extension PlanConstraints {
  fileprivate mutating func fillIn(_ limit: Limit?, names: [String]) {
    guard let limit else { return }
    for name in names where limits[name] == nil { limits[name] = limit }
  }
}
