import Documents
import Environments
import Learning
import LinearAlgebra

extension DecisionTable {
  /// What a policy chooses in states that are told by their observation columns: what any problem can be asked.
  ///
  /// The table has a column for each observation column, by its name, and a row for each state.
  package init(_ policy: Policy, in environment: any Environment, problem: String, request: DecisionRequest)
    throws(InputError)
  {
    try request.allow([.history], of: problem)
    let names = environment.observationLayout.names
    guard let path = request.history else {
      throw InputError(
        .invalid, key: "--history", problem: "is needed",
        remedy: "give a table with the columns \(names.prefix(8).joined(separator: ", "))"
          + (names.count > 8 ? ", … (\(names.count) in all)" : "") + " and a row for each state")
    }
    let table = try CSVTable(tableOrJSON: path)
    let columns = try names.map { name throws(InputError) in try table.numbers(of: name) }
    guard table.rowCount > 0 else {
      throw InputError(.invalid, file: path, problem: "has no row", remedy: "give a row for each state")
    }
    let rows = (0..<table.rowCount).map { row in columns.map { Float($0[row]) } }
    let choices = policy.choices(on: rows)
    let branches = environment.actionSpace.branchCount
    self.init(
      "The best choices of \(problem) in \(table.rowCount) states.",
      facts: [.init("problem", .string(problem))], rows: "states",
      columns: ["state"] + (branches == 1 ? ["choice"] : (0..<branches).map { "choice_\($0)" }))
    for (row, chosen) in choices.enumerated() { append([JSONValue(row)] + chosen.map { JSONValue($0) }) }
  }
}

extension Policy {
  /// The best choice of every branch on each of some observation rows.
  package func choices(on rows: [[Float]]) -> [[Int]] {
    guard !rows.isEmpty else { return [] }
    let branches = shape.branchSizes.count
    let observations = Matrix(rows: rows.count, columns: shape.observationSize, rows.flatMap { $0 })
    var actions = [Int32](repeating: 0, count: rows.count * branches)
    PolicyRunner(self, maximumBatch: rows.count).act(observations: observations.view, into: &actions)
    return rows.indices.map { row in actions[row * branches..<(row + 1) * branches].map(Int.init) }
  }
}
