// From a table of spends and sales by week to a plan: swift run CalibrateAndPlan HISTORY.csv
//
// The table has a date, a column `sales`, and a column `spend_…` for every channel.

import Apportion

let table = try CSVTable(contentsOf: CommandLine.arguments.last ?? "history.csv")
let history = try MediaHistory(table, columns: MediaColumns(outcome: "sales", spends: ["spend_*"]))
let calibration = try MediaMixCalibration(history, name: "shop")
for channel in calibration.channels {
  print(channel.name, "brings", channel.roas, "a unit of money, 90 %:", channel.roas90)
}

// A tenth less money than the market's, no channel above three tenths of it.
let budget = 0.9 * calibration.market.budget
var constraints = PlanConstraints(budget: budget)
for channel in calibration.channels { constraints.limits[channel.name] = .money(0...0.3 * budget) }
let plan = try SpendPlan(market: calibration.market, constraints: constraints)
for row in plan.rows { print(row.name, row.spend, "for", row.outcome) }
print("No plan within the limits is more than \(100 * plan.certifiedGap) % better.")
