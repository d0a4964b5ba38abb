import Apportion
import Documents
import Foundation
import Runs

/// What a plan is asked for.
package struct PlanRequest: Sendable {
  /// A market's name or file, or a CSV table of response curves.
  package var source: String
  /// What the plan must keep to; its limits and groups are filled in from `limits`.
  package var constraints = PlanConstraints()
  /// Limits of channels, or of several together, their names joined by `+`.
  package var limits: [(names: String, limit: PlanConstraints.Limit)] = []
  /// The number of ticks to plan; nil for the market's own.
  package var horizon: Int?
  /// The day of the first tick; nil for the market's own.
  package var start: CalendarDay?
  /// Limits of every channel that has none of its own.
  package var limitOfAll: PlanConstraints.Limit?
  /// Whether limits in a table of curves count.
  package var usesTableLimits = true
  /// The column of outcomes in a table of curves; nil finds it.
  package var outcomeColumn: String?
  /// How the cells of a table of curves are to be read, where it does not tell by itself.
  package var reading = TableReading()
  /// The currency of the money in a table of curves; nil leaves it to the table.
  package var currency: String?
  /// Whether plans at other budgets are made too.
  package var asksWhatIf = false

  /// Asks for a plan of a market or of curves.
  package init(source: String) { self.source = source }
}

/// Plans a budget.
///
/// - Throws: `InputError`.
package func planSpend(_ request: PlanRequest) throws -> PlanReport {
  let planner = request.source.hasSuffix(".csv") ? try curvePlanner(request) : try marketPlanner(request)
  let clock = Stopwatch()
  let plan = try planner.plan(planner.budget)
  let milliseconds = clock.seconds * 1000
  let whatIf =
    request.asksWhatIf ? try planner.plans((5...15).map { planner.budget * Double($0) / 10 }) : []
  return PlanReport(
    source: request.source, currency: planner.currency, days: planner.days, plan: plan,
    steady: try planner.steady(),
    milliseconds: milliseconds, whatIf: whatIf, notes: planner.notes)
}

private struct Planner {
  let currency: String
  let budget: Double
  let days: [CalendarDay]?
  let notes: [String]
  let plan: (_ budget: Double) throws -> SpendPlan
  /// Plans of rising budgets; those that contradict the limits are left out.
  let plans: (_ budgets: [Double]) throws -> [SpendPlan]
  let steady: () throws -> SpendPlan?
}

private func marketPlanner(_ request: PlanRequest) throws -> Planner {
  var market = try Market(named: request.source)
  var notes: [String] = []
  if let horizon = request.horizon, horizon != market.ticks {
    market = market.planned(over: horizon)
    notes.append(
      "the plan is of \(horizon) ticks; its budget, where none is given, is what is spent today in as many")
  }
  if let start = request.start {
    guard market.calendar != nil else {
      throw InputError.configuration(
        request.source, "does not say how far its ticks lie apart",
        "add calendar: {start: \(start), spacing: weekly}")
    }
    market.calendar?.start = start
  }
  var constraints = request.constraints
  try constraints.add(
    request.limits, ofAll: request.limitOfAll, names: market.channels.map(\.name), in: request.source)
  return Planner(
    currency: market.currency, budget: constraints.budget ?? market.budget,
    days: market.calendar?.days(count: market.ticks), notes: notes,
    plan: { [constraints, market] budget in
      var constraints = constraints
      constraints.budget = budget
      return try SpendPlan(market: market, constraints: constraints)
    },
    plans: { [constraints, market] budgets in
      try SpendPlan.plans(market: market, constraints: constraints, budgets: budgets)
    },
    steady: { [constraints, market] in
      try SpendPlan(market: market, constraints: constraints, pattern: .steady)
    })
}

private func curvePlanner(_ request: PlanRequest) throws -> Planner {
  var constraints = request.constraints
  guard constraints.tickCap == nil, constraints.target == nil, constraints.targetOutcome == nil,
    constraints.tickLimits.isEmpty, request.horizon == nil, request.start == nil
  else {
    throw InputError.configuration(
      request.source, "--cap, --target-…, --tick-limit, --horizon and --start need a market with ticks",
      "a table of curves has none")
  }
  let table = try CSVTable(contentsOf: request.source, reading: request.reading)
  var curves = try ResponseTable.curves(
    in: table, outcome: request.outcomeColumn, limited: request.usesTableLimits)
  try constraints.add(
    request.limits, ofAll: request.limitOfAll, names: curves.map(\.name), in: request.source)
  curves = try constraints.limiting(curves)
  let today = curves.compactMap(\.current)
  let current = today.count == curves.count ? today.reduce(0, +) : nil
  guard let budget = constraints.budget ?? current else {
    throw InputError.configuration(request.source, "does not say what is spent today", "give --budget")
  }
  let groups = try constraints.limitedGroups(of: curves)
  return Planner(
    currency: request.currency ?? table.column("spend").flatMap { table.currency(ofColumn: $0) } ?? "",
    budget: budget, days: nil,
    notes: table.repairs + table.notes(ofColumns: ["spend", request.outcomeColumn ?? "outcome"]),
    plan: { [curves] budget in try SpendPlan(curves: curves, budget: budget, groups: groups) },
    plans: { [curves] budgets in
      budgets.compactMap { try? SpendPlan(curves: curves, budget: $0, groups: groups) }
    },
    steady: { nil })
}

extension PlanConstraints {
  /// Adds limits of channels and of several together; `limitOfAll` limits those that have none of their own.
  ///
  /// - Throws: `InputError` where a channel is limited twice.
  fileprivate mutating func add(
    _ wanted: [(names: String, limit: Limit)], ofAll limitOfAll: Limit?, names: [String], in source: String
  ) throws {
    for (text, limit) in wanted {
      let parts = names.contains(text) ? [text] : text.split(separator: "+").map(String.init)
      guard parts.count > 1 else {
        guard limits.updateValue(limit, forKey: text) == nil else {
          throw InputError.configuration(source, "--limit names \(text) twice", "give each channel one limit")
        }
        continue
      }
      groups.append(Group(names: parts, limit: limit))
    }
    guard let limitOfAll else { return }
    for name in names where limits[name] == nil && !frozen.contains(name) { limits[name] = limitOfAll }
  }
}
