import Applications
import Apportion
import Documents
import Foundation
import Runs

/// A plan beside what is done today, a steady plan, and plans at other budgets.
package struct PlanReport: Document {
  /// What was planned.
  package let source: String
  /// The currency of its money; empty where it is not known.
  package let currency: String
  /// By tick: its day; nil where that is open.
  package let days: [CalendarDay]?
  /// The plan.
  package let plan: SpendPlan
  /// The best plan that spends the same in every tick; nil where there are no ticks.
  package let steady: SpendPlan?
  /// The time that planning took, reading files apart.
  package let milliseconds: Double
  /// Plans at half to one and a half times the budget; empty where they were not asked for.
  package let whatIf: [SpendPlan]
  /// What was read otherwise than it stands, and what was assumed.
  package let notes: [String]

  /// The plan for machines.
  package func encode(to encoder: any Encoder) throws {
    try Contents(
      budget: plan.budget, spend: plan.spend, outcome: plan.outcome, currentOutcome: plan.currentOutcome,
      bound: plan.bound, certifiedGap: plan.certifiedGap, violations: plan.violations,
      milliseconds: milliseconds, currency: currency, start: days?.first.map { "\($0)" },
      channels: plan.rows.map { Channel($0) }, notes: notes,
      steady: steady.map {
        Steady(outcome: $0.outcome, certifiedGap: $0.certifiedGap, channels: $0.rows.map { Channel($0) })
      },
      whatIf: whatIf.map {
        Budget(
          budget: $0.budget, outcome: $0.outcome, marginalReturn: Self.marginalReturn($0),
          certifiedGap: $0.certifiedGap, spends: Named($0.rows.map { ($0.name, $0.spend) }))
      }
    ).encode(to: encoder)
  }

  private struct Contents: Encodable {
    let budget, spend, outcome: Double
    let currentOutcome: Double?
    let bound, certifiedGap: Double
    let violations: Int
    let milliseconds: Double
    let currency: String
    let start: String?
    let channels: [Channel]
    let notes: [String]
    let steady: Steady?
    let whatIf: [Budget]
  }

  private struct Channel: Encodable {
    let name: String
    let spend, outcome, marginalReturn: Double
    let currentSpend, currentOutcome: Double?
    /// The least and the most money.
    let limits: [Double]

    init(_ row: SpendPlan.Row) {
      name = row.name
      (spend, outcome, marginalReturn) = (row.spend, row.outcome, row.marginalReturn)
      (currentSpend, currentOutcome) = (row.current?.spend, row.current?.outcome)
      limits = [row.limits.lowerBound, row.limits.upperBound]
    }
  }

  private struct Steady: Encodable {
    let outcome, certifiedGap: Double
    let channels: [Channel]
  }

  private struct Budget: Encodable {
    let budget, outcome, marginalReturn, certifiedGap: Double
    let spends: Named<Double>
  }

  /// What the next unit of the budget brings: the highest margin of a channel that may still grow.
  private static func marginalReturn(_ plan: SpendPlan) -> Double {
    plan.rows.filter { $0.spend < $0.limits.upperBound * (1 - 1e-9) }.map(\.marginalReturn).max() ?? 0
  }

  /// The plan for people.
  package var text: String {
    var table = TextTable([
      "channel", "today", "plan", "change", "outcome", "return", "marginal return", "limits",
    ])
    for row in plan.rows {
      table.append([
        row.name, row.current.map { readable($0.spend) } ?? "–", readable(row.spend),
        row.current.map { percent(row.spend / $0.spend - 1) } ?? "–", readable(row.outcome),
        row.spend > 0 ? readable(row.outcome / row.spend) : "–",
        readable(row.marginalReturn),
        "\(readable(row.limits.lowerBound)) to \(readable(row.limits.upperBound))",
      ])
    }
    var text = table.text + "\n" + notes.map { "Note: \($0).\n" }.joined()
    text += "Spends \(readable(plan.spend)) of \(readable(plan.budget)) \(currency)".trimmed
    text += " for an outcome of \(readable(plan.outcome))"
    if let current = plan.currentOutcome {
      text += ", \(percent(plan.outcome / current - 1)) against \(readable(current)) today"
    }
    text += ".\nNo plan within the limits can exceed \(readable(plan.bound)): "
    text += String(
      format: "%.2g %% above this one. %d violations. ", plan.certifiedGap * 100, plan.violations)
    text += String(format: "Planned in %.3g ms.\n", milliseconds)
    if let steady {
      text += "The best plan that spends the same in every tick: \(readable(steady.outcome)).\n"
    }
    guard !whatIf.isEmpty else { return text }
    var curve = TextTable(["budget", "outcome", "marginal return"])
    for plan in whatIf {
      curve.append([
        readable(plan.budget), readable(plan.outcome), readable(Self.marginalReturn(plan)),
      ])
    }
    return text + "\n" + curve.text
  }

  /// The plan as a table: a row per tick, a column per channel; every number in as many digits as it takes.
  package var schedule: String {
    let columns = plan.rows.map(\.schedule)
    var table = CSVWriter((days == nil ? ["tick"] : ["tick", "date"]) + plan.rows.map(\.name))
    for tick in 0..<(columns.first?.count ?? 0) {
      let day: [String] = days.map { ["\($0[tick])"] } ?? []
      table.append([String(tick + 1)] + day + columns.map { "\($0[tick])" })
    }
    return table.text
  }

  private func percent(_ share: Double) -> String {
    share.isFinite ? String(format: "%+.1f %%", share * 100) : "new"
  }
}

extension String {
  fileprivate var trimmed: String { trimmingCharacters(in: .whitespaces) }
}
