import Budgets
import Documents
import Foundation
import LinearAlgebra
import Testing

@Suite struct SpendPlanCurvesTests {
  private func meridian(limited: Bool = true) throws -> [ResponseTable] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let path = folder.appending(path: "Golden/meridian_demo_response_curves.csv").path()
    return try ResponseTable.curves(in: CSVTable(contentsOf: path), limited: limited)
  }

  /// Meridian's own optimiser reached 265.20 M from 258.49 M within ±30 %, as its demonstration notebook shows.
  @Test func reachesMeridiansOptimum() throws {
    let curves = try meridian()
    let plan = try SpendPlan(curves: curves, budget: 219.5e6)
    #expect(plan.outcome >= 265.20e6)
    #expect(plan.violations == 0)
    #expect(plan.certifiedGap < 1e-12)
    #expect(plan.spend <= 219.5e6 * (1 + 1e-12))
    #expect(abs(try #require(plan.currentOutcome) - 258.49e6) < 0.01e6)
    let free = try SpendPlan(curves: meridian(limited: false), budget: 219.5e6)
    #expect(free.outcome > plan.outcome)
    // Money in equal margins: no curve's next piece is better than another's last, but for one piece's width.
    let margins = free.rows.map(\.marginalReturn)
    #expect((margins.max() ?? 0) - (margins.min() ?? 0) < 0.006)
  }

  /// Against every split of a whole number of units, on tables that bend both ways.
  @Test func isAsGoodAsEverySplit() throws {
    var stream = RandomStream(seed: 3, purpose: .test)
    for _ in 0..<400 {
      let curves = (0..<3).map { index in
        var outcome = 0.0
        let outcomes = (0...8).map { spend in
          outcome += spend == 0 ? 0 : Double(stream.uniform())
          return outcome
        }
        let low = Double(stream.integer(below: 3))
        return ResponseTable(
          name: "\(index)", spends: (0...8).map { Double($0) }, outcomes: outcomes,
          limits: low...Double(4 + stream.integer(below: 5)))
      }
      let budget = Double(8 + stream.integer(below: 10))
      var best = 0.0
      for first in 0...8 {
        for second in 0...8 {
          let third = min(budget - Double(first + second), curves[2].limits.upperBound)
          let spends = [Double(first), Double(second), third]
          guard zip(curves, spends).allSatisfy({ $0.limits.contains($1) }) else { continue }
          best = max(best, zip(curves, spends).reduce(0) { $0 + $1.0.outcome(at: $1.1) })
        }
      }
      let plan = try SpendPlan(curves: curves, budget: budget)
      #expect(plan.bound >= best * (1 - 1e-12))
      #expect(plan.outcome >= best * (1 - 1e-9) && plan.certifiedGap < 1e-9)
      #expect(plan.violations == 0)
    }
  }

  @Test func refusesLimitsAboveTheBudget() throws {
    let error = #expect(throws: InputError.self) { try SpendPlan(curves: meridian(), budget: 1e6) }
    #expect(error?.description.contains("the lower limits alone cost") == true)
  }

  @Test(
    arguments: [
      ("channel,spend\na,1\n", "t.csv:1: outcome: is no column; there are channel, spend"),
      (
        "channel,spend,outcome\na,0,0\na,0,1\n",
        "t.csv:3: spend: is 0.0 after 0.0; let the spends of a channel ascend"
      ),
      (
        "channel,spend,outcome\na,0,0\n",
        "t.csv:2: channel: has one point; give two spends at least per channel"
      ),
      ("channel,spend,outcome\na,0,?\n", "t.csv:2: outcome: is '?', no number; give a finite number"),
      ("channel,spend,outcome\n", "t.csv: holds no rows; give each channel its points"),
    ])
  func saysWhatIsWrongWithATable(_ text: String, _ message: String) {
    let error = #expect(throws: InputError.self) {
      try ResponseTable.curves(in: CSVTable(bytes: Array(text.utf8), path: "t.csv"))
    }
    #expect(error?.description == message)
  }
}
