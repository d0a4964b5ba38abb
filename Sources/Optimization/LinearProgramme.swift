import CCLP

/// A linear programme, solved by COIN-OR CLP: the x that makes objective · x largest, within bounds on x and on rows.
///
///     var programme = LinearProgramme(
///       objective: [3, 2], upperBounds: [4, 5],
///       rows: [LinearProgramme.Row([(0, 1), (1, 1)], upTo: 6)])
///     try programme.maximize()   // 16, at programme.variables == [4, 2]
///
/// Bounds may change between solutions, which then begin at the last one's basis.
package struct LinearProgramme: ~Copyable {
  /// A constraint: the sum of coefficient · variable is at most `limit`.
  package struct Row: Sendable, Equatable {
    /// The numbers of the variables that have a coefficient, each once.
    package var variables: [Int]
    /// One coefficient per such variable.
    package var coefficients: [Double]
    /// What the sum may be at most.
    package var limit: Double

    /// Creates a constraint from (variable, coefficient) pairs.
    package init(_ terms: [(variable: Int, coefficient: Double)], upTo limit: Double) {
      variables = terms.map(\.variable)
      coefficients = terms.map(\.coefficient)
      self.limit = limit
    }
  }

  /// The number of variables.
  package let variableCount: Int
  /// The number of constraints.
  package let rowCount: Int
  private let model: UnsafeMutableRawPointer

  /// Creates a programme whose variables are at least 0.
  ///
  /// - Parameters:
  ///   - objective: one coefficient per variable.
  ///   - upperBounds: one per variable, infinite where there is none; nil for none at all.
  ///   - rows: the constraints.
  package init(objective: [Double], upperBounds: [Double]? = nil, rows: [Row]) {
    precondition(!objective.isEmpty, "A linear programme needs at least one variable.")
    precondition(
      upperBounds?.count ?? objective.count == objective.count,
      "\(objective.count) variables need as many upper bounds.")
    precondition(
      rows.allSatisfy { $0.variables.allSatisfy(objective.indices.contains) },
      "A constraint names a variable that does not exist.")
    variableCount = objective.count
    rowCount = rows.count
    var columns = [[(row: Int32, value: Double)]](repeating: [], count: objective.count)
    for (number, row) in rows.enumerated() {
      for (variable, coefficient) in zip(row.variables, row.coefficients) {
        columns[variable].append((Int32(number), coefficient))
      }
    }
    var starts: [Int32] = [0]
    for column in columns { starts.append(starts[starts.count - 1] + Int32(column.count)) }
    let entries = columns.flatMap { $0 }
    guard let model = Clp_newModel() else { fatalError("CLP has no memory for a linear programme.") }
    self.model = model
    Clp_setLogLevel(model, 0)
    Clp_loadProblem(
      model, Int32(objective.count), Int32(rows.count), starts, entries.map(\.row), entries.map(\.value), nil,
      upperBounds, objective, nil, rows.map(\.limit))
    Clp_setOptimizationDirection(model, -1)
  }

  deinit { Clp_deleteModel(model) }

  /// Changes every variable's upper bound.
  package mutating func setUpperBounds(_ bounds: [Double]) {
    precondition(bounds.count == variableCount, "\(variableCount) variables need as many upper bounds.")
    Clp_chgColumnUpper(model, bounds)
  }

  /// Changes every constraint's limit.
  package mutating func setLimits(_ limits: [Double]) {
    precondition(limits.count == rowCount, "\(rowCount) constraints need as many limits.")
    Clp_chgRowUpper(model, limits)
  }

  /// Finds a solution and returns the objective's largest value.
  ///
  /// - Throws: `LinearProgrammeError` where there is none.
  @discardableResult
  package mutating func maximize() throws(LinearProgrammeError) -> Double {
    Clp_dual(model, 0)
    switch Clp_status(model) {
    case 0: return Clp_getObjValue(model)
    case 1: throw .infeasible
    case 2: throw .unbounded
    case let status: throw .stopped(status: Int(status))
    }
  }

  /// The last solution, one value per variable.
  package var variables: [Double] {
    Array(UnsafeBufferPointer(start: Clp_primalColumnSolution(model), count: variableCount))
  }

  /// How much the optimum gains per unit of each constraint's limit: the dual values, at least 0.
  package var prices: [Double] {
    UnsafeBufferPointer(start: Clp_dualRowSolution(model), count: rowCount).map { max(0, $0) }
  }
}

/// Why a linear programme has no solution.
public enum LinearProgrammeError: Error, Equatable, CustomStringConvertible {
  /// No point is within all bounds.
  case infeasible
  /// The objective grows without end.
  case unbounded
  /// The solver gave up, with CLP's status.
  case stopped(status: Int)

  /// One sentence that names the fault.
  public var description: String {
    switch self {
    case .infeasible: "The linear programme has no feasible point: its bounds contradict each other."
    case .unbounded: "The linear programme has no largest value: some variable needs a bound."
    case .stopped(let status): "The linear programme's solver stopped with status \(status)."
    }
  }
}
