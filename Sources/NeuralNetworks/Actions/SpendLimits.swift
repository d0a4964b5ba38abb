import LinearAlgebra

/// The columns of raw observations that hold what choices cost and what an action may cost altogether.
public struct SpendColumns: Sendable, Hashable {
  /// One per (branch, choice), in branch order.
  public let costs: Range<Int>
  /// The column of the budget, in the unit of the costs.
  public let budget: Int

  /// Names the columns.
  public init(costs: Range<Int>, budget: Int) {
    self.costs = costs
    self.budget = budget
  }

  /// The limits within rows of raw observations.
  public func limits(_ observations: MatrixView) -> SpendLimits {
    SpendLimits(
      costs: MatrixView(
        pointer: observations.pointer + costs.lowerBound, rows: observations.rows, columns: costs.count,
        stride: observations.stride),
      budgets: MatrixView(
        pointer: observations.pointer + budget, rows: observations.rows, columns: 1,
        stride: observations.stride))
  }
}

/// What the choices of some rows cost, and what the action of each row may cost altogether.
public struct SpendLimits {
  /// Rows × choice count, branch after branch.
  public let costs: MatrixView
  /// Rows × 1, in the unit of the costs.
  public let budgets: MatrixView

  /// Gathers the windows.
  public init(costs: MatrixView, budgets: MatrixView) {
    precondition(
      costs.rows == budgets.rows && budgets.columns == 1, "Each row of costs needs one budget.")
    self.costs = costs
    self.budgets = budgets
  }

  /// The limits of a range of rows.
  func rows(_ range: Range<Int>) -> SpendLimits {
    SpendLimits(costs: costs.rows(range), budgets: budgets.rows(range))
  }
}
